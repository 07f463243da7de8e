"""What would have changed a rating, as a value: a sequence of changes, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args, overload

Target = Literal["next_grade", "approve"]
TARGETS: tuple[str, ...] = get_args(Target)
Value = float | int | bool | str


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is changed.

    ``from_`` and ``to`` are its values, in the application's own kind and in ``unit``. ``levers``
    are the actions that move it; ``cost``, in spreads of the field (see `Spread`), is that of the
    action it counts the amount of, and 0 for a field that only follows to keep the books balanced.
    """

    field: str
    label_zh: str
    label_en: str
    from_: Value
    to: Value
    unit: str | None
    levers: tuple[str, ...]
    cost: float
    text_zh: str
    text_en: str

    def to_dict(self) -> dict[str, Any]:
        """Return the change as JSON values; ``from_`` is called ``from``."""
        return {key.rstrip("_"): value for key, value in asdict(self).items()}


@dataclass(frozen=True)
class Recourse(Sequence[Change]):
    """The smallest change found that reaches the target: a sequence of `Change`, empty if none.

    ``reached`` tells whether the changed ``application``, rated again, reaches the target;
    ``grade_before`` and ``grade_after`` (equal where nothing changes), ``pd_before`` and
    ``pd_after`` are the two ratings'. ``goal`` is the worst grade that would do (None where there
    is no better one), ``cost`` the sum over the changes, ``actions`` how many levers are used.
    Where there is no change ``reason`` says why: ``best_grade`` or ``at_cutoff`` (there already),
    ``nothing_changeable`` (the product declares no field an applicant can change), ``none_found``.
    ``text_zh`` and ``text_en`` say all of it in words; they speak of the model's rating, not of a
    decision.
    """

    target: str
    goal: str | None
    changes: tuple[Change, ...]
    reached: bool
    reason: str | None
    text_zh: str
    text_en: str
    grade_before: str
    grade_after: str
    pd_before: float
    pd_after: float
    cost: float
    actions: int
    application: Mapping[str, Any]

    @property
    def reason_zh(self) -> str | None:
        """Why nothing is changed, in Chinese; None where something is."""
        return None if self.reason is None else self.text_zh

    @property
    def reason_en(self) -> str | None:
        """Why nothing is changed, in English; None where something is."""
        return None if self.reason is None else self.text_en

    def __len__(self) -> int:
        return len(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Change, ...]: ...
    def __getitem__(self, index: int | slice) -> Change | tuple[Change, ...]:
        return self.changes[index]

    def to_dict(self) -> dict[str, Any]:
        """Return all as JSON values, except that dates of ``application`` stay as they are."""
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data["changes"] = [change.to_dict() for change in self.changes]
        return data | {"application": dict(self.application)}
