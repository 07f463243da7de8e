"""Whether a product's levers are ones that its columns and identities allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scorecard.contract.identity import Identity
from scorecard.contract.lever import Lever
from scorecard.errors import ProductError
from scorecard.features import Expression

if TYPE_CHECKING:
    from scorecard.contract.column import Column

_ALLOWS = {"up": (1,), "down": (-1,), "either": (1, -1)}


def levers_of(
    columns: Iterable[Column], levers: Sequence[Lever], identities: Sequence[Identity]
) -> tuple[Lever, ...]:
    """Return all levers on numbers and flags: the declared, and those of fields that move alone.

    A changeable field that no declared lever moves is a lever of its own in each allowed direction,
    named ``FIELD_up`` or ``FIELD_down``. Sorted by name, so that the order of declaration decides
    nothing. (Texts have no amount; their reachable levels are `Column.change`.)

    Raises `ProductError`, naming the lever, where it moves what is not declared changeable that
    way, breaks an identity, cuts whole numbers, or its ``most`` is no number of the application.
    """
    by_name = {column.name: column for column in columns}
    kinds = {name: column.kind for name, column in by_name.items()}
    taken: set[str] = set()
    for identity in identities:
        for field in (identity.total, *identity.parts):
            if field not in by_name or by_name[field].kind not in ("int", "float"):
                raise ProductError(
                    f"Identity of {identity.total}: {field} is no declared column of numbers."
                )
    for lever in levers:
        if lever.name in taken or lever.name in by_name:
            raise ProductError(
                f"Lever {lever.name}: this is the name of another lever or of a column; rename it."
            )
        taken.add(lever.name)
        for field, coefficient in lever.moves.items():
            _check_move(lever, by_name.get(field), field, coefficient)
        if lever.most is not None:
            most = Expression(lever.most, kinds)
            unasked = sorted(name for name in most.reads if not by_name[name].asked)
            if most.kind != "number" or unasked:
                what = f"reads {unasked[0]}" if unasked else f"is a {most.kind}"
                raise ProductError(
                    f"Lever {lever.name}: most must be a number of the application; {lever.most!r} "
                    f"{what}."
                )
    moved = {field for lever in levers for field in lever.moves}
    alone = [
        _alone(column, direction)
        for column in by_name.values()
        if isinstance(column.change, str) and column.name not in moved
        for direction in _ALLOWS[column.change]
    ]
    every = sorted((*levers, *alone), key=lambda lever: lever.name)
    for lever in every:
        for identity in identities:
            drift = identity.drift(lever.moves)
            if abs(drift) > 1e-9:
                raise ProductError(
                    f"Lever {lever.name}: {identity.en} ({identity.total}) would be off by "
                    f"{drift:g} for every unit; move the other fields of the sum with it."
                )
    return tuple(every)


def _check_move(lever: Lever, column: Column | None, field: str, coefficient: float) -> None:
    if column is None or column.kind not in ("int", "float"):
        raise ProductError(f"Lever {lever.name}: {field} is no declared column of numbers.")
    direction = 1 if coefficient > 0 else -1
    if not isinstance(column.change, str) or direction not in _ALLOWS[column.change]:
        way = "up" if direction > 0 else "down"
        raise ProductError(
            f"Lever {lever.name}: moves {field} {way}, which its column does not allow; declare "
            f'change="{way}" (or "either") there if an applicant can.'
        )
    if column.kind == "int":
        step = 1.0 if lever.step is None else lever.step
        if not float(coefficient).is_integer() or not float(step).is_integer():
            raise ProductError(
                f"Lever {lever.name}: {field} holds whole numbers; coefficient and step must be "
                f"whole too; got {coefficient:g} and {step:g}."
            )


def _alone(column: Column, direction: int) -> Lever:
    if column.kind == "bool":
        zh, en = ("是", "yes") if direction > 0 else ("否", "no")
        texts = f"使“{column.zh}”变为{zh}", f"Bring “{column.en}” to {en}"
    else:
        zh, en = ("提高", "Raise") if direction > 0 else ("降低", "Lower")
        texts = f"{zh}“{column.zh}”", f"{en} “{column.en}”"
    suffix = "up" if direction > 0 else "down"
    name = f"{column.name}_{suffix}"
    if not name.isidentifier():
        name = f"field_{suffix}_{column.name.encode().hex()}"
    return Lever(name, {column.name: direction}, *texts)
