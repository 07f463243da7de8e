"""Which role a column probably has, and the reason; every guess is marked for review."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from scorecard.contract.column import Kind, Role
from scorecard.draft import words
from scorecard.draft.evidence import Evidence

#: A text with more levels than the first, and fewer rows a level than the second, is a name.
_MANY_LEVELS, _ROWS_A_LEVEL = 10, 20
#: Values that are nearly all different identify a row; this many rows are needed to tell.
_NEARLY_ALL, _ROWS_TO_TELL = 0.95, 20
#: Numbers that rise with the observation date tell the period.
_WITH_TIME = 0.98
#: A name that may say "after the decision" is believed where the column is this strong.
_TELLING_IV, _TELLING_AUC = 0.3, 0.7
_ODD_WORDS = 3

NAMED_WEIGHT = "named like a sampling weight"
TELLS_A_PERSON = "tells what a person is"

_NUMBER = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
_PADDED = r"^\s*[+-]?0[0-9]"
_DAY = r"^\s*[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}"


@dataclass(frozen=True)
class Guess:
    """A column's probable role and the reason; ``warned`` marks a scoring column under suspicion.

    ``numeric`` says that a text holds numbers, which its feature reads with ``try_cast``.
    """

    role: Role
    why: str
    warned: bool = False
    numeric: bool = False


@dataclass(frozen=True)
class Known:
    """What the caller declared: the target, and perhaps a date, a weight, and columns vouched for.

    ``strict`` sets aside what is implausibly strong by information value alone.
    """

    target: str
    date: str | None
    weight: str | None
    keep: Collection[str]
    strict: bool


def is_numeric_text(values: pl.Series) -> bool:
    """Whether a text holds numbers but for a few words such as ``NA``."""
    known = values.drop_nulls().unique()
    numbers = known.str.contains(_NUMBER)
    return bool(
        numbers.sum() > _MANY_LEVELS
        and (~numbers).sum() <= _ODD_WORDS
        and not known.str.contains(_PADDED).any()
    )


def guess_role(
    values: pl.Series, kind: Kind, evidence: Evidence, known: Known, observed: pl.Series | None
) -> Guess:
    """Guess the role of one column, the first reason that applies deciding.

    ``values`` (n,) in canonical type, ``observed`` the observation dates where there are any.
    """
    name = values.name
    if name == known.target:
        return Guess("outcome", "the target")
    if name == known.weight:
        return Guess("outcome", "the sampling weight")
    if name == known.date:
        return Guess("scoring", "the observation date")
    numeric = kind == "str" and is_numeric_text(values)
    kept = name in known.keep
    found = None if kept else _set_aside(values, kind, evidence, observed, numeric=numeric)
    if found is not None:
        return found
    if kind == "date" and observed is None:
        return Guess("audit_only", "without an observation date no number of days can be told")
    if kept:
        return Guess("scoring", f"kept as asked; {evidence}", evidence.leak is not None, numeric)
    if evidence.strong:
        why = f"SUSPICIOUS, strong alone ({evidence}): check that it is known at application"
        if known.strict:
            return Guess("outcome", why)
        return Guess("scoring", why, warned=True, numeric=numeric)
    hint = words.perhaps_afterwards(name)
    if hint:
        why = f"{evidence}; named {hint!r}: check that it is known at application"
        return Guess("scoring", why, warned=True, numeric=numeric)
    return Guess("scoring", str(evidence), numeric=numeric)


def _set_aside(
    values: pl.Series, kind: Kind, evidence: Evidence, observed: pl.Series | None, *, numeric: bool
) -> Guess | None:
    if values.n_unique() == 1:
        return Guess("audit_only", "the same value in every row tells nothing")
    sorted_by = "; the rows seem sorted by outcome" if evidence.leak else ""
    named = _identifies(values, kind, numeric=numeric)
    if named:
        return Guess("identifier", named + sorted_by)
    return (
        _leaks(values, evidence, observed)
        or _personal(values.name)
        or _tells_the_period(values, observed)
        or _is_a_name(values, kind, numeric=numeric)
    )


def _identifies(values: pl.Series, kind: Kind, *, numeric: bool) -> str | None:
    known = values.drop_nulls()
    share = known.n_unique() / len(known)
    many = len(known) >= _ROWS_TO_TELL
    whole = kind == "int" or (kind == "float" and bool((known == known.floor()).all()))
    if kind in ("date", "bool") or not (whole or kind == "str"):
        return None
    if words.is_id(values.name) and known.n_unique() > 2:
        return "named as an identifier"
    hint = words.identifying(values.name)
    if hint and many and share >= 0.5:
        return f"named {hint!r}, and {share:.0%} of its values are different"
    if not many or share < _NEARLY_ALL or numeric:
        return None
    if kind == "str":
        return f"{share:.0%} of its values are different"
    span = known.max() - known.min() + 1  # type: ignore[operator]
    if share == 1 and (span < 1.5 * len(known) or _equally_long(known)):
        return "a whole number, different in every row"
    return None


def _equally_long(known: pl.Series) -> bool:
    low, high = float(known.min()), float(known.max())  # type: ignore[arg-type]
    return low >= 1e7 and math.floor(math.log10(low)) == math.floor(math.log10(high))


def _leaks(values: pl.Series, evidence: Evidence, observed: pl.Series | None) -> Guess | None:
    name = values.name
    if words.weight(name):
        copy = f"; {evidence.leak}" if evidence.leak else ""
        return Guess("outcome", NAMED_WEIGHT + copy)
    if evidence.leak is not None:
        return Guess("outcome", evidence.leak)
    hint = words.afterwards(name)
    if hint:
        return Guess("outcome", f"named {hint!r}: probably written after the decision")
    if observed is not None and values.dtype == pl.Date:
        later = float((values > observed).cast(pl.Float64).mean() or 0.0)  # type: ignore[arg-type]
        if later > 0.05:
            return Guess("outcome", f"later than the observation date in {later:.0%} of the rows")
    hint = words.perhaps_afterwards(name)
    telling = (evidence.iv or 0) > _TELLING_IV or (evidence.auc or 0) > _TELLING_AUC
    if hint and telling:
        return Guess("outcome", f"named {hint!r}, and strong alone ({evidence})")
    return None


def _personal(name: str) -> Guess | None:
    hint = words.personal(name)
    if hint is None:
        return None
    return Guess("audit_only", f"{TELLS_A_PERSON} ({hint}): for fairness audits only")


def _tells_the_period(values: pl.Series, observed: pl.Series | None) -> Guess | None:
    if observed is None or not values.dtype.is_numeric():
        return None
    both = pl.DataFrame({"v": values, "d": observed.to_physical()}).drop_nulls().sort("d", "v")
    if both.height < _ROWS_TO_TELL or min(both["v"].n_unique(), both["d"].n_unique()) < 3:
        return None
    steps = both["v"].diff()
    monotone = not (steps < 0).any() or not (steps > 0).any()
    ranks = both.select(pl.corr("v", "d", method="spearman")).item()
    if not monotone and not abs(ranks) > _WITH_TIME:
        return None
    return Guess("audit_only", "goes with the observation date: tells the period, no applicant")


def _is_a_name(values: pl.Series, kind: Kind, *, numeric: bool) -> Guess | None:
    if kind != "str" or numeric:
        return None
    known = values.drop_nulls()
    levels = known.n_unique()
    if known.str.contains(_DAY).mean() > _NEARLY_ALL and levels > 2:  # type: ignore[operator]
        return Guess("audit_only", "dates written as text: store them as dates to use them")
    if levels <= _MANY_LEVELS or len(known) / levels >= _ROWS_A_LEVEL:
        return None
    rows = len(known) / levels
    return Guess("audit_only", f"{levels:,} levels, {rows:.0f} rows each: it would learn names")


def may_name_rows(values: pl.Series, kind: Kind) -> bool:
    """Whether values may tell whom a row is about: so named, or text, and few rows a value."""
    known = values.drop_nulls()
    if len(known) / known.n_unique() >= _ROWS_A_LEVEL:
        return False
    named = words.is_id(values.name) or words.identifying(values.name) is not None
    return named or (kind == "str" and not is_numeric_text(values))


def guess_date(frame: pl.DataFrame, kinds: Mapping[str, Kind]) -> str | None:
    """Return the column that is probably the observation date, or None.

    It is a date in every row, has several values, and is named for no beginning and for nothing
    that comes after the decision; the best name wins, then the first.
    """
    fit = [
        name
        for name, kind in kinds.items()
        if kind == "date"
        and frame[name].null_count() == 0
        and frame[name].n_unique() > 1
        and not words.afterwards(name)
        and not words.beginning(name)
    ]
    ranks = {name: words.observed(name) for name in fit}
    hinted = [name for name in fit if ranks[name] is not None]
    if hinted:
        return min(hinted, key=lambda name: ranks[name] or 0)
    return fit[0] if fit else None
