"""The frozen boosted model: an xgboost booster and the encoding of its features, in one file."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scorecard.errors import BundleError, InputError
from scorecard.features.feature import TRENDS

if TYPE_CHECKING:
    import polars as pl

    from scorecard.binning.feature_bins import Flag

ATTRIBUTE = "scorecard_encoding"
SEAL = "scorecard_sha256"
_SEALED = re.compile(SEAL.encode() + rb"SL\x00{7}\x40([0-9a-f]{64})")
VERSION = 2
OBJECTIVE = "binary:logistic"
Value = float | int | bool | str | None


@cache
def xgboost() -> Any:
    """Return the xgboost module, imported on first use.

    Raises `BundleError` when ``xgboost`` and ``xgboost-cpu`` are both installed: they write
    the same files, so nobody can say which library would answer.
    """
    if _installed("xgboost") and _installed("xgboost-cpu"):
        raise BundleError(
            "Only one distribution of xgboost may be installed; got both xgboost and xgboost-cpu, "
            "which overwrite each other's files. Uninstall both, then install one."
        )
    import xgboost as module

    return module


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class EncodedFeature:
    """How one feature enters the booster; three policies for what training hardly saw.

    ``levels`` is None for a number; for a category it lists the levels in the order of their codes
    0, 1, …. ``trend`` is ``"ascending"``, ``"descending"`` or ``"none"``.

    Rare: ``pooled`` lists the levels that shared the code ``len(levels)`` at fit for want of
    weight. Training saw them, so they carry no flag.

    Unseen: a level in neither list has the code ``unseen``, always ``len(levels)``, and is flagged
    ``"unseen_level"``. Where levels were pooled it is treated as that pool of rare levels. Where
    none were, no training row had the code, and `BoostedClassifier` makes it go with the heavier
    side at every split (`scorecard.models.unseen_branch`), so it takes no single level's answer.

    Missing: None as ``missing`` means that training saw enough missing values to place them, and
    missing is NaN. Else ``missing`` is the neutral value that stands for them, at fit and at
    prediction (the weighted median of a number, the code of a category's commonest level), and a
    missing value is flagged ``"unseen_missing"``.

    Raises `InputError` where these rules are broken.
    """

    name: str
    trend: str = "none"
    levels: tuple[str, ...] | None = None
    unseen: int | None = None
    pooled: tuple[str, ...] = ()
    missing: float | None = None
    codes: dict[str, float] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.trend not in TRENDS or self.trend == "auto":
            raise InputError(
                f"Feature {self.name}: a fitted trend must be ascending, descending or none; "
                f"got {self.trend!r}."
            )
        if self.missing is not None and not math.isfinite(self.missing):
            raise InputError(
                f"Feature {self.name}: what stands for missing must be finite or None; "
                f"got {self.missing!r}."
            )
        codes = {level: float(i) for i, level in enumerate(self.levels or ())}
        codes.update(dict.fromkeys(self.pooled, float(len(codes))))
        object.__setattr__(self, "codes", codes)
        if self.levels is None:
            if self.unseen is not None or self.pooled:
                raise InputError(f"Feature {self.name}: a number has no levels, seen or unseen.")
            return
        if len(codes) != len(self.levels) + len(self.pooled):
            raise InputError(f"Feature {self.name}: levels, pooled ones too, must be distinct.")
        if self.unseen != len(self.levels):
            raise InputError(
                f"Feature {self.name}: unseen must be the code after the last level, "
                f"{len(self.levels)}, else it would borrow a level's answer; got {self.unseen!r}."
            )
        if self.missing is not None and self.missing not in codes.values():
            raise InputError(
                f"Feature {self.name}: what stands for missing must be a level's code; "
                f"got {self.missing!r}."
            )
        if self.trend != "none":
            raise InputError(f"Feature {self.name}: a category takes trend none.")

    def encode(self, values: Sequence[str | None]) -> list[float]:
        """Return the codes of a category's values; missing as `fill` gives it."""
        codes, unseen = self.codes, float(self.unseen or 0)
        blank = math.nan if self.missing is None else float(self.missing)
        return [blank if v is None else codes.get(v, unseen) for v in values]

    def fill(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return numbers with what stands for missing in place of NaN, shape (n,)."""
        if self.missing is None:
            return numbers
        return np.where(np.isnan(numbers), float(self.missing), numbers)

    def flag(self, value: Value) -> Flag | None:
        """Say what training never, or hardly, saw of one value."""
        if _is_missing(value):
            return None if self.missing is None else "unseen_missing"
        if self.levels is None or value in self.codes:
            return None
        return "unseen_level"

    def to_dict(self) -> dict[str, Any]:
        """Return the encoding as JSON values; floats survive exactly."""
        return {
            "name": self.name,
            "trend": self.trend,
            "levels": None if self.levels is None else list(self.levels),
            "unseen": self.unseen,
            "pooled": list(self.pooled),
            "missing": self.missing,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> EncodedFeature:
        """Rebuild an encoding from `to_dict`'s output."""
        levels = data["levels"]
        return cls(
            data["name"],
            data["trend"],
            None if levels is None else tuple(levels),
            data["unseen"],
            tuple(data["pooled"]),
            data["missing"],
        )


@dataclass(frozen=True)
class BoostedModel:
    """A fitted booster as a value: two models are equal when their bytes are.

    ``raw`` is xgboost's own UBJSON (``booster.ubj``), which carries ``features`` as JSON in an
    attribute. Build one with `from_booster` or `from_bytes`.
    """

    raw: bytes = field(repr=False)
    features: tuple[EncodedFeature, ...] = field(compare=False)
    booster: Any = field(compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return BoostedModel.from_bytes, (self.raw,)

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names in the order of the encoded columns."""
        return tuple(f.name for f in self.features)

    @property
    def trends(self) -> dict[str, str]:
        """The direction each feature was held to."""
        return {f.name: f.trend for f in self.features}

    @classmethod
    def from_booster(cls, booster: Any, features: Sequence[EncodedFeature]) -> BoostedModel:
        """Freeze a trained booster together with the encoding it was trained on."""
        encoding = {"version": VERSION, "features": [f.to_dict() for f in features]}
        booster = booster.copy()
        booster.set_attr(
            **{ATTRIBUTE: json.dumps(encoding, ensure_ascii=False), SEAL: "0" * 64},
        )
        blank = bytes(booster.save_raw("ubj"))
        seal = _sealed(blank)
        if seal is None:
            raise BundleError(
                "The booster could not be sealed: this release of xgboost writes its attributes "
                "in a form this package does not know. Install the tested release."
            )
        start, end = seal.span(1)
        digest = hashlib.sha256(blank).hexdigest().encode()
        return cls.from_bytes(blank[:start] + digest + blank[end:])

    @classmethod
    def from_bytes(cls, data: bytes) -> BoostedModel:
        """Read ``booster.ubj``.

        Raises `BundleError` where the bytes are no booster of this package, are damaged, are from
        an unknown format version, or contradict their own encoding. xgboost's reader ends the
        process on some damaged files, so the seal (SHA-256 of the file with the seal's own 64
        digits read as zeros) is checked before xgboost sees a byte.
        """
        _check_seal(data)
        xgb = xgboost()
        booster = xgb.Booster()
        try:
            booster.load_model(bytearray(data))
        except (xgb.core.XGBoostError, ValueError, TypeError) as error:
            raise BundleError(
                f"booster.ubj must be a model that xgboost {xgb.__version__} can read; it was "
                "written by another release. Install that release, or train again."
            ) from error
        features = _read_encoding(booster)
        # One thread: a request is a row or a few, and starting threads costs more than it saves.
        booster.set_param({"nthread": 1})
        return cls(bytes(data), features, booster)

    def to_bytes(self) -> bytes:
        """Return the bytes of ``booster.ubj``."""
        return self.raw

    def encode(self, frame: pl.DataFrame) -> NDArray[np.float64]:
        """Encode a table of raw features into a float64 matrix, shape (rows, features).

        Numbers stay as they are and levels become codes; pooled and unseen levels and missing
        values are those of `EncodedFeature`. Extra columns are ignored. Raises `InputError` for a
        missing column or one of the wrong type.
        """
        matrix = np.empty((frame.height, len(self.features)), dtype=np.float64)
        for j, feature in enumerate(self.features):
            series = self._column(frame, feature)
            if feature.levels is None:
                matrix[:, j] = feature.fill(series.to_numpy())
            else:
                matrix[:, j] = feature.encode(series.to_list())
        return matrix

    def flags(self, frame: pl.DataFrame) -> list[dict[str, Flag]]:
        """Return, for each row, the features that met what training never or hardly saw.

        Raises as `encode` does.
        """
        found: list[dict[str, Flag]] = [{} for _ in range(frame.height)]
        for feature in self.features:
            if feature.levels is None and feature.missing is None:
                continue
            series = self._column(frame, feature)
            if feature.levels is None:
                for i in np.flatnonzero(np.isnan(series.to_numpy())).tolist():
                    found[i][feature.name] = "unseen_missing"
                continue
            for i, value in enumerate(series.to_list()):
                if (flag := feature.flag(value)) is not None:
                    found[i][feature.name] = flag
        return found

    def encode_one(self, values: Sequence[Value]) -> tuple[NDArray[np.float64], dict[str, Flag]]:
        """Encode one row given in the order of `names`; return it and its flags.

        The row has shape (features,) and the same bits as `encode` gives; the flags are those of
        `flags`. Raises `InputError` for a wrong number of values or a value of the wrong kind.
        """
        if len(values) != len(self.features):
            raise InputError(
                f"A row must have {len(self.features)} values, one for each feature; "
                f"got {len(values)}."
            )
        row = np.empty(len(values), dtype=np.float64)
        flags: dict[str, Flag] = {}
        for j, (value, feature) in enumerate(zip(values, self.features, strict=True)):
            if value is not None and isinstance(value, str) != (feature.levels is not None):
                raise _wrong_kind(feature, "a text" if isinstance(value, str) else "a number")
            if _is_missing(value):
                row[j] = math.nan if feature.missing is None else feature.missing
            elif isinstance(value, str):
                row[j] = feature.codes.get(value, float(feature.unseen or 0))
            else:
                row[j] = value
            if (flag := feature.flag(value)) is not None:
                flags[feature.name] = flag
        return row, flags

    def margin(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the booster's own log-odds of bad, shape (rows,).

        ``matrix`` is encoded, shape (rows, features) or (features,) for one row. The numbers are
        xgboost's float32 sums, held in float64; a row's does not depend on its neighbours.
        """
        matrix = self.check_matrix(matrix)
        # validate_features=False skips no check of ours: the shape was checked above, and names
        # do not exist on an array.
        margin = self.booster.inplace_predict(
            matrix, predict_type="margin", validate_features=False
        )
        return np.asarray(margin, dtype=np.float64).reshape(-1)

    def check_matrix(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the encoded matrix as C-ordered float64, shape (rows, features), or `InputError`.

        xgboost itself would read a matrix with too few columns as one with missing values.
        """
        matrix = np.ascontiguousarray(matrix, dtype=np.float64)
        if matrix.ndim == 1:
            matrix = matrix[np.newaxis]
        if matrix.ndim != 2 or matrix.shape[1] != len(self.features):
            raise InputError(
                f"An encoded matrix must have {len(self.features)} columns; "
                f"got shape {matrix.shape}."
            )
        return matrix

    @staticmethod
    def _column(frame: pl.DataFrame, feature: EncodedFeature) -> pl.Series:
        import polars as pl

        if feature.name not in frame.columns:
            raise InputError(
                f"The table must have every feature of the model; {feature.name} is absent."
            )
        series = frame.get_column(feature.name)
        dtype = series.dtype
        if dtype == pl.Null:
            return series.cast(pl.Float64 if feature.levels is None else pl.String)
        if feature.levels is None:
            if not (dtype.is_numeric() or dtype == pl.Boolean):
                raise _wrong_kind(feature, str(dtype))
            return series.cast(pl.Float64)
        if dtype not in (pl.String, pl.Categorical, pl.Enum):
            raise _wrong_kind(feature, str(dtype))
        return series.cast(pl.String)


def _is_missing(value: Value) -> bool:
    return value is None or (isinstance(value, (float, np.floating)) and math.isnan(value))


def _wrong_kind(feature: EncodedFeature, got: str) -> InputError:
    wanted = "numbers" if feature.levels is None else "texts"
    return InputError(f"Feature {feature.name} was fitted on {wanted}; got {got}.")


def _sealed(data: bytes) -> re.Match[bytes] | None:
    found = list(_SEALED.finditer(data))
    return found[0] if len(found) == 1 else None


def _check_seal(data: bytes) -> None:
    seal = _sealed(data)
    if seal is None:
        raise BundleError(
            f"booster.ubj must carry the seal {SEAL}; got {len(data)} bytes without it. Only "
            "models saved by BoostedModel.to_bytes can be read."
        )
    start, end = seal.span(1)
    digest = hashlib.sha256(data[:start])
    digest.update(b"0" * 64)
    digest.update(data[end:])
    if digest.hexdigest().encode() != seal.group(1):
        raise BundleError(
            f"booster.ubj is damaged: its {len(data)} bytes do not have the SHA-256 they were "
            "sealed with. Fetch the bundle again."
        )


def _read_encoding(booster: Any) -> tuple[EncodedFeature, ...]:
    text = booster.attr(ATTRIBUTE)
    if text is None:
        raise BundleError(
            f"booster.ubj must carry its encoding in the attribute {ATTRIBUTE}; got a booster "
            "without it. Only models saved by BoostedModel.to_bytes can be read."
        )
    try:
        encoding = json.loads(text)
        version = encoding["version"]
        if version != VERSION:
            raise BundleError(
                f"The encoding of booster.ubj must have version {VERSION}; got {version!r}. "
                "Use a release of scorecard that knows it."
            )
        features = tuple(EncodedFeature.from_dict(f) for f in encoding["features"])
    except (ValueError, KeyError, TypeError, InputError) as error:
        raise BundleError(
            "The encoding inside booster.ubj is damaged. Train again, or fetch the bundle again."
        ) from error
    names, types = booster.feature_names, booster.feature_types
    expected_types = ["float" if f.levels is None else "c" for f in features]
    if names != [f.name for f in features] or types != expected_types:
        raise BundleError(
            "The encoding inside booster.ubj must name the booster's own features in order; "
            f"got {len(features)} features against the booster's {booster.num_features()}."
        )
    objective = json.loads(booster.save_config())["learner"]["objective"]["name"]
    if objective != OBJECTIVE:
        raise BundleError(f"booster.ubj must be fitted for {OBJECTIVE}; got {objective}.")
    return features
