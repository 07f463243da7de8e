"""From a parsed body to rows the rater takes, or to the rules they break."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scorecard.contract import problems_of, row_of
from scorecard.contract.request import BODY, MOST_UNKNOWN, too_many_names
from scorecard.contract.wording import TYPE_WORDS, kind_of
from scorecard.recourse import TARGETS
from scorecard.values import Problem
from scorecard.web.body import repeated

if TYPE_CHECKING:
    from scorecard.contract import Product

Row = dict[str, Any]
Problems = tuple[Problem, ...]
ONE, MANY, TARGET = "application", "applications", "target"
STRENGTHS = "strengths"  # whether the answer is to say what speaks for the applicant
MOST = 1000  # applications in one batch
MOST_LISTED = 5_000  # problems in the answer to one batch; a thousand ratings are longer
UNLISTED = "unlisted"  # the rule of the one problem that stands for those not listed


@dataclass(frozen=True)
class Targeted:
    """A row and the target that its rating should have reached."""

    row: Row
    target: str


class Applications:
    """Reads the applications of one product out of a request's envelope."""

    def __init__(self, product: Product) -> None:
        self._model = product.request_model
        self._columns = tuple(column for column in product.columns if column.asked)
        self._names = frozenset(column.name for column in self._columns)

    def one(self, body: dict[str, Any], option: str = STRENGTHS) -> Row | Problems:
        """Return the row of ``{"application": {…}}``, or all that is wrong with it.

        ``option`` is the one name that may stand beside the application.
        """
        crowd = _crowd(body, {ONE, option}, BODY)
        if crowd is not None:
            return (crowd,)
        problems = list(_envelope(body, ONE, option))
        if ONE not in body:
            return tuple(problems)
        row = self._row(body[ONE])
        if isinstance(row, tuple):
            problems += row
        return tuple(problems) or row

    def targeted(self, body: dict[str, Any]) -> Targeted | Problems:
        """Return the row and target of ``{"application": {…}, "target": …}``, or what is wrong.

        Without a target it is the next grade.
        """
        row = self.one(body, TARGET)
        return row if isinstance(row, tuple) else Targeted(row, body.get(TARGET, TARGETS[0]))

    def many(self, body: dict[str, Any]) -> list[Row | Problems] | Problems:
        """Return each row of ``{"applications": [{…}, …]}``, or what is wrong with it, in order.

        Returns problems alone where the envelope itself is wrong.
        """
        crowd = _crowd(body, {MANY, STRENGTHS}, BODY)
        if crowd is not None:
            return (crowd,)
        problems = list(_envelope(body, MANY, STRENGTHS))
        found = body.get(MANY)
        if MANY in body and not isinstance(found, list):
            problems.append(Problem(MANY, "type", "an array of applications", kind_of(found)))
        elif isinstance(found, list) and not 1 <= len(found) <= MOST:
            kind = "an empty array" if not found else "a longer array"
            problems.append(Problem(MANY, "length", f"1 to {MOST} applications", kind))
        if problems or not isinstance(found, list):
            return tuple(problems)
        return [self._row(each) for each in found]

    def _row(self, application: Any) -> Row | Problems:
        crowd = _crowd(application, self._names, ONE)
        if crowd is not None:
            return (crowd,)
        broken: dict[str, Problem] = {}
        row: Row = {}
        try:
            row = row_of(self._model.model_validate(application))
        except ValidationError as error:
            for problem in problems_of(error, self._columns):
                named = problem if problem.field else replace(problem, field=ONE)
                broken[named.field] = named
        for problem in _repetitions(application):
            broken[problem.field] = problem
        return tuple(broken.values()) or row


def asks_strengths(body: dict[str, Any]) -> bool:
    """Whether a request's envelope asks for strengths; absent, it does not."""
    return body.get(STRENGTHS) is True


class Listing:
    """Lists the problems of one batch until there are `MOST_LISTED`; counts what is beyond."""

    def __init__(self, most: int = MOST_LISTED) -> None:
        self._most = most
        self._left = most

    def take(self, problems: Problems) -> Problems:
        """Return an application's problems, or one that says how many there are."""
        if len(problems) > max(self._left, 1):
            limit = f"at most {self._most} problems listed in one batch"
            problems = (Problem(ONE, UNLISTED, limit, f"{len(problems)} problems"),)
        self._left -= len(problems)
        return problems


def _crowd(value: Any, declared: Set[str], field: str) -> Problem | None:
    """Return the one problem of an object with too many undeclared or repeated names.

    Counting names costs nanoseconds each; validating and wording them, ten microseconds each.
    """
    if not isinstance(value, dict):
        return None
    count = len((value.keys() - declared).union(repeated(value)))
    return too_many_names(count, field) if count > MOST_UNKNOWN else None


def _envelope(body: dict[str, Any], wanted: str, option: str) -> Iterable[Problem]:
    if wanted not in body:
        yield Problem(wanted, "required", "a value, not null", "absent")
    for name, value in body.items():
        if name == option:
            yield from _OPTIONS[option](value)
        elif name != wanted:
            yield Problem(name[:80], "unknown", f"only {wanted}, {option}", kind_of(value))
    yield from _repetitions(body)


def _strengths(value: Any) -> Iterable[Problem]:
    if not isinstance(value, bool):
        yield Problem(STRENGTHS, "type", TYPE_WORDS["bool"], kind_of(value))


def _target(value: Any) -> Iterable[Problem]:
    if not isinstance(value, str):
        yield Problem(TARGET, "type", TYPE_WORDS["str"], kind_of(value))
    elif value not in TARGETS:
        yield Problem(TARGET, "isin", f"one of: {', '.join(TARGETS)}", "string")


_OPTIONS: dict[str, Callable[[Any], Iterable[Problem]]] = {STRENGTHS: _strengths, TARGET: _target}


def _repetitions(value: Any) -> Iterable[Problem]:
    for name in repeated(value):
        yield Problem(name[:80], "repeated", "given once", "repeated")
