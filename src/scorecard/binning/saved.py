"""A fitted binner as a JSON document: its parameters and bins, without the pieces to edit."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.editing import BinEditor
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.fitting import FeatureFit, Partition
from scorecard.binning.parameters import check_parameters, settings
from scorecard.binning.prebins import Counts
from scorecard.binning.settings import Settings
from scorecard.binning.solver import Solution
from scorecard.errors import InputError

KIND, FORMAT = "optimal_binner", 1
KEYS = ("kind", "format", "parameters", "named", "classes", "edited", "features")
CLASSES = {"b": bool, "i": int, "u": int, "f": float, "U": str, "O": str}  # by kind of dtype
MOST, MOST_ROWS = float(np.finfo(np.float64).max), 2**63 - 1


@dataclass(frozen=True)
class SavedFit(FeatureFit):
    """A fit of which the bins alone were saved; every bin stands for a piece of its own."""

    saved: FeatureBins = field(kw_only=True)

    @classmethod
    def of(cls, bins: FeatureBins, wish: Settings, loss: float | None, *, edited: bool) -> SavedFit:
        """Return what is known of the fit that bins came from."""
        k = bins.ordinary
        rows, bads, goods = (np.array(c) for c in (bins.rows, bins.bads, bins.goods))
        return cls(
            name=bins.name, kind=bins.kind, settings=wish, pieces=None,
            extra=Counts(rows[k:], bads[k:], goods[k:]), totals=(sum(bins.bads), sum(bins.goods)),
            solution=Solution(tuple(range(1, k)), bins.objective, bins.trend, loss),
            parts=[], period_names=(), saved=bins, was_edited=edited,
        )  # fmt: skip

    @cached_property
    def partition(self) -> Partition:
        """The bins, each of them one piece."""
        return tuple((k,) for k in range(self.saved.ordinary))

    @cached_property
    def bins(self) -> FeatureBins:
        """The bins that were saved."""
        return self.saved


@dataclass(frozen=True)
class SavedBinner:
    """What a fitted binner is, as JSON holds it; ``named`` says that columns are known by name."""

    parameters: dict[str, Any]
    named: bool
    classes: NDArray[Any]
    features: tuple[FeatureBins, ...]
    losses: tuple[float | None, ...]
    edited: tuple[str, ...]

    def to_json(self) -> str:
        """Return the document; every number survives to the bit."""
        dtype = self.classes.dtype
        if dtype.kind not in CLASSES:
            raise InputError(f"Classes are saved as numbers, texts or booleans; got {dtype}.")
        data = {
            "kind": KIND,
            "format": FORMAT,
            "parameters": _plain(self.parameters),
            "named": self.named,
            "classes": {"dtype": dtype.str, "values": self.classes.tolist()},
            "edited": list(self.edited),
            "features": [
                {**bins.to_dict(), "trend_loss": loss}
                for bins, loss in zip(self.features, self.losses, strict=True)
            ],
        }
        return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    def editors(self, given: Mapping[str, Any]) -> dict[str, BinEditor]:
        """Return the bins by feature, for a binner with the parameters ``given``."""
        names = [bins.name for bins in self.features]
        try:
            check_parameters(given)
            wishes = settings(given, names, [bins.kind == "text" for bins in self.features])
        except InputError as error:
            raise _damaged(f"its parameters do not hold: {error}") from None
        found = {}
        for bins, wish, loss in zip(self.features, wishes, self.losses, strict=True):
            fit = SavedFit.of(bins, wish, loss, edited=bins.name in self.edited)
            found[bins.name] = BinEditor(fit, fit.partition)
        return found

    @classmethod
    def from_json(cls, text: Any, parameters: Sequence[str]) -> SavedBinner:
        """Read what `to_json` wrote; ``parameters`` are the names that a binner knows.

        Raises `InputError`, naming what is wrong, for any other text.
        """
        data = _loaded(text)
        if data.get("kind") != KIND:
            raise InputError(
                f"The text is no binner: its kind must be {KIND!r}; got {data.get('kind')!r}. "
                "Save one with OptimalBinner.to_json."
            )
        if type(data.get("format")) is not int or data["format"] != FORMAT:
            raise InputError(
                f"The binner's format must be {FORMAT}; got {data.get('format')!r}. Read it with "
                "the version of this package that wrote it, and save it again."
            )
        _keys(data, KEYS, "it")
        given = data["parameters"]
        if not isinstance(given, dict):
            raise _damaged("parameters must be an object")
        if strangers := [name for name in given if name not in parameters]:
            raise _damaged(f"parameters that no binner knows: {', '.join(strangers)}")
        if type(data["named"]) is not bool:
            raise _damaged("named must be true or false")
        rows = data["features"]
        if not (isinstance(rows, list) and rows):
            raise _damaged("features must be a list of at least one")
        read = [_feature(row, f"feature {k + 1}") for k, row in enumerate(rows)]
        names = [bins.name for bins, _ in read]
        if len(set(names)) < len(names):
            raise _damaged("two features have one name")
        edited = data["edited"]
        if not (isinstance(edited, list) and all(name in names for name in edited)):
            raise _damaged("edited must list names of its features")
        bins, losses = zip(*read, strict=True)
        classes = _classes(data["classes"])
        return cls(given, data["named"], classes, bins, losses, tuple(edited))


def _loaded(text: Any) -> dict[str, Any]:
    if not isinstance(text, str):
        raise InputError(f"A binner is read from the text of to_json; got {type(text).__name__}.")
    try:
        data = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise InputError(
            f"The text is no JSON from line {error.lineno}, column {error.colno} on; it may be cut "
            "short. Save the binner again with to_json."
        ) from None
    except (ValueError, RecursionError) as error:
        raise _damaged(str(error)) from None
    if not isinstance(data, dict):
        raise InputError(
            f"The text is no binner: it must be a JSON object; got {type(data).__name__}. Save one "
            "with OptimalBinner.to_json."
        )
    return data


def _classes(data: Any) -> NDArray[Any]:
    """Return the two classes as the array that they were."""
    _keys(data, ("dtype", "values"), "classes")
    values = data["values"]
    try:
        dtype = np.dtype(data["dtype"])
        kind = CLASSES[dtype.kind]
        found = np.array(values, dtype=dtype)
    except (TypeError, ValueError, KeyError, OverflowError, SyntaxError):
        raise _damaged("classes must be two values of their dtype") from None
    alike = isinstance(values, list) and all(type(value) is kind for value in values)
    if not (alike and len(values) == 2 and found.tolist() == values and values[0] < values[1]):
        raise _damaged("classes must be two values of their dtype, in order")
    return found


def _is_float(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= MOST


def _is_weight(value: Any) -> bool:
    return _is_float(value) and value >= 0


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_ROWS


def _is_text(value: Any) -> bool:
    # Half of a surrogate pair, which JSON can escape, is no text that a table can hold.
    return isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)


def _list_of(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda values: isinstance(values, list) and all(map(holds, values))


HOLDS: dict[str, Callable[[Any], bool]] = {
    "name": _is_text,
    "kind": lambda value: value in ("number", "text"),
    "trend": _is_text,
    "objective": _is_float,
    "splits": _list_of(_is_float),
    "groups": _list_of(_list_of(_is_text)),
    "special_values": _list_of(_is_float),
    "woe": _list_of(_is_float),
    "rows": _list_of(_is_count),
    "bads": _list_of(_is_weight),
    "goods": _list_of(_is_weight),
    "thin": _list_of(_is_count),
    "special_names": _list_of(_is_text),
    "trend_loss": lambda value: value is None or _is_float(value),
}


def _feature(data: Any, where: str) -> tuple[FeatureBins, float | None]:
    _keys(data, list(HOLDS), where, free=("special_names",))
    where = f"{where} ({data['name']})" if isinstance(data["name"], str) else where
    for key, value in data.items():
        if not HOLDS[key](value):
            raise _damaged(f"{key} of {where} is of another type or range")
    own = {key: value for key, value in data.items() if key != "trend_loss"}
    for key in ("splits", "special_values", "woe", "bads", "goods"):
        own[key] = [float(value) for value in own[key]]
    own["objective"], loss = float(own["objective"]), data["trend_loss"]
    unlike = "groups" if data["kind"] == "number" else "splits"
    if data[unlike]:
        raise _damaged(f"{where} is {data['kind']} and has {unlike}")
    try:
        return FeatureBins.from_dict(own), None if loss is None else float(loss)
    except InputError as error:
        raise _damaged(str(error)) from None


def _keys(data: Any, keys: Sequence[str], where: str, free: Sequence[str] = ()) -> None:
    """Raise `InputError` unless ``data`` is an object of these keys; ``free`` ones may lack."""
    if not isinstance(data, dict):
        raise _damaged(f"{where} must be an object")
    if absent := [key for key in keys if key not in (*data, *free)]:
        raise _damaged(f"{where} lacks {', '.join(absent)}")
    if strangers := [key for key in data if key not in keys]:
        raise _damaged(f"{where} has unknown keys: {', '.join(strangers)}")


def _finite(text: str) -> float:
    return number if math.isfinite(number := float(text)) else _refuse(text)


def _refuse(text: str) -> float:
    raise ValueError(f"{text} is no finite number")


def _damaged(what: str) -> InputError:
    return InputError(
        f"The saved binner is damaged: {what.removesuffix('.')}. Save it again with to_json."
    )


def _plain(value: Any) -> Any:
    """Return a parameter as JSON holds it; `InputError` for what it cannot hold."""
    if hasattr(value, "tolist") or hasattr(value, "to_list"):  # numpy, pandas, polars
        value = value.tolist() if hasattr(value, "tolist") else value.to_list()
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    raise InputError(
        f"Parameters are saved as numbers, texts, lists and mappings; got {type(value).__name__}."
    )
