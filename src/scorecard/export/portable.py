"""A bundle's scorecard on its own: from application columns to a grade, as one frozen value."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from scorecard.errors import InputError, ScorecardError
from scorecard.features import FeatureSet
from scorecard.models.calibration import Calibration
from scorecard.models.master_scale import MasterScale
from scorecard.models.scorecard import Scorecard
from scorecard.rating import Bundle, Rater
from scorecard.rating.voice import ScorecardVoice

FORMAT = 2
_KIND = "scorecard"
_MISFITS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True)
class PortableCard:
    """What the scorecard of one bundle needs, and nothing of its other model.

    ``features`` are those of the card, over ``columns`` (name → kind, those that they read, in the
    product's order); ``feature_hash`` is that of all the product's features, as ratings carry it.
    ``answering`` names the model that answers for the bundle, ``sha256`` the bundle. Two are equal
    if all of this is.
    """

    product: str
    sha256: str
    policy_version: str
    feature_hash: str
    answering: str
    columns: dict[str, str]
    features: FeatureSet
    card: Scorecard
    calibration: Calibration
    scale: MasterScale

    @classmethod
    def of(cls, source: Rater | Bundle) -> PortableCard:
        """Take the scorecard out of a rater, or of a bundle, which is checked by making a rater."""
        rater = Rater(source) if isinstance(source, Bundle) else source
        if not isinstance(rater, Rater):
            raise InputError(
                f"A scorecard is exported from a Rater or a Bundle; got {type(source).__name__}. "
                "Load one: Rater.load(PATH)."
            )
        features = rater.features.subset(rater.card.features)
        return cls(
            product=rater.product.name,
            sha256=rater.model.sha256,
            policy_version=rater.policy_version,
            feature_hash=rater.features.hash,
            answering=rater.answering,
            columns={k: v for k, v in rater.product.kinds.items() if k in features.reads},
            features=features,
            card=rater.card,
            calibration=rater.calibrations[ScorecardVoice.name],
            scale=rater.scale,
        )

    @property
    def answers(self) -> bool:
        """Whether the scorecard is the model that answers; else it is the second opinion."""
        return self.answering == ScorecardVoice.name

    def to_json(self) -> str:
        """Return a JSON document; every number survives to the bit."""
        data = {
            "kind": _KIND,
            "format": FORMAT,
            "product": self.product,
            "sha256": self.sha256,
            "policy_version": self.policy_version,
            "feature_hash": self.feature_hash,
            "answering": self.answering,
            "columns": self.columns,
            **self.features.to_dict(),
            "card": self.card.to_dict(),
            "calibration": self.calibration.to_dict(),
            "scale": self.scale.to_dict(),
        }
        return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> PortableCard:
        """Rebuild what `to_json` wrote; the two compare equal.

        Raises `InputError` for what is no such document, or one of another format.
        """
        try:
            data = json.loads(text, parse_constant=_refuse, parse_float=_finite)
            if data["kind"] != _KIND or data["format"] != FORMAT:
                raise ValueError("another kind or format")
            return cls._from_dict(data)
        except ScorecardError as error:
            raise InputError(f"The document's parts do not fit together: {error}") from error
        except _MISFITS as error:
            raise InputError(
                f"The text is no scorecard in JSON of format {FORMAT} ({type(error).__name__}); "
                "write it again with `scorecard export MODEL --format json`."
            ) from error

    @classmethod
    def _from_dict(cls, data: dict[str, Any]) -> PortableCard:
        names = ("product", "sha256", "policy_version", "feature_hash", "answering")
        said = {name: data[name] for name in names}
        if not all(isinstance(value, str) for value in said.values()):
            raise ValueError("a name that is no text")
        features = FeatureSet.from_dict(data, data["columns"])
        card = Scorecard.from_dict(data["card"])
        if features.names != card.features:
            raise ValueError("other features than the card's")
        return cls(
            **said,
            columns=data["columns"],
            features=features,
            card=card,
            calibration=Calibration.from_dict(data["calibration"]),
            scale=MasterScale.from_dict(data["scale"]),
        )


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(text: str) -> float:
    raise ValueError(f"{text} is no finite number")
