"""What the parameters of a scorecard classifier ask for, checked: binner, scale, crosses."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np

from scorecard.binning.binner import OptimalBinner
from scorecard.binning.evidence import distinct_rows
from scorecard.binning.held import handed
from scorecard.binning.rules import is_number
from scorecard.errors import InputError
from scorecard.models.observations import Observations

BINNING = (
    "max_bins", "min_bin_share", "trend", "special_values", "max_prebins", "rare_share", "missing",
    "special", "unseen", "user_splits", "by_feature",
)  # fmt: skip
MOST = float(np.finfo(np.float64).max)
FEWEST_PREBINS, MOST_PREBINS = 20, 100
TRIED = 7.0  # cuts for each row of the rarer outcome, over all features
USUAL_SCALE = {"pdo": 20.0, "base_score": 600.0, "base_odds": 30.0}


def check_number(name: str, value: Any, *, least: float = -np.inf) -> None:
    """Raise `InputError` unless ``value`` is a finite number of at least ``least``."""
    if not (is_number(value) and max(least, -MOST) <= value <= MOST):
        bound = "" if least == -np.inf else f" of at least {least:g}"
        raise InputError(f"{name} must be a finite number{bound}; got {value!r}.")


def check_enrichment(given: Mapping[str, Any]) -> None:
    """Raise `InputError` unless such crosses and fine bins can be asked for together."""
    crosses, fine_bins = given["crosses"], given["fine_bins"]
    if isinstance(crosses, bool) or not isinstance(crosses, Integral) or crosses < 0:
        raise InputError(f"crosses must be a whole number, 0 or more; got {crosses!r}.")
    if crosses and given["points_digits"] is not None:
        raise InputError(
            "Grids of crosses are not rounded: points_digits and crosses are not asked for "
            "together; leave points_digits=None or crosses=0."
        )
    if fine_bins is None:
        return
    if isinstance(fine_bins, bool) or not isinstance(fine_bins, Integral) or fine_bins < 2:
        raise InputError(f"fine_bins must be a whole number, 2 or more; got {fine_bins!r}.")
    if not given["refine"]:
        raise InputError(
            "fine_bins says how fine refined bins may be: it is asked for with refine=True."
        )


def asked_binner(given: Mapping[str, Any], usual: Mapping[str, Any]) -> tuple[OptimalBinner, bool]:
    """Return the binner to use, and whether its bins stand as they are.

    ``given`` are the classifier's parameters, ``usual`` their defaults. Raises `InputError` for
    what is no binner, for one beside parameters of its own, and what `handed` refuses.
    """
    own = {name: given[name] for name in BINNING}
    binner = given["binner"]
    if binner is None:
        if own["max_prebins"] is None:  # until `usual_prebins` has seen the table
            own["max_prebins"] = MOST_PREBINS
        return OptimalBinner(**own), False
    changed = [
        name
        for name, value in own.items()
        if not (value is usual[name] or np.array_equal(value, usual[name]))
    ]
    if changed:
        raise InputError(
            f"{', '.join(changed)} must be given to the binner, since there is one; got both."
        )
    return handed(binner)


def usual_prebins(seen: Observations) -> int:
    """Return how many cuts of a number are tried: `TRIED` for each bad, shared by the numbers.

    Bads are distinct rows of the rarer outcome, numbers the columns of them that vary; at least
    `FEWEST_PREBINS` are tried, at most `MOST_PREBINS`. Every cut that is tried may fit noise, and a
    search over many features with few bads finds more of it than bins are worth.
    """
    bads = distinct_rows(seen.columns, seen.bad, seen.weight * seen.bad)
    weighed = seen.weight > 0
    numbers = 0
    for column in seen.columns:
        if isinstance(column, np.ndarray):
            known = column[weighed]
            known = known[~np.isnan(known)]
            numbers += bool(len(known)) and bool(known.min() < known.max())
    tried = TRIED * min(bads, seen.distinct - bads) / max(numbers, 1)
    return int(np.clip(tried, FEWEST_PREBINS, MOST_PREBINS))


def asked_scale(given: Mapping[str, Any]) -> dict[str, float]:
    """Return the scale's parameters, those of the scale not asked for left out.

    Raises `InputError` for half a scale, for both, and for what is no number.
    """
    between = {"min_score", "max_score"}
    told = {
        name: given[name]
        for name in (*USUAL_SCALE, "min_score", "max_score")
        if given[name] is not None
    }
    for name, value in told.items():
        check_number(name, value)
    if not told.keys() & between:
        return USUAL_SCALE | told
    if told.keys() != between:
        raise InputError(
            "min_score and max_score are given together, and without pdo, base_score and "
            f"base_odds; got {told}."
        )
    return told
