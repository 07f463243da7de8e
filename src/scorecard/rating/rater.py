"""The whole road of an application, loaded from one bundle."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pydantic

from scorecard.contract.frames import as_frame
from scorecard.contract.product import Product
from scorecard.contract.request import problems_of, read_mapping, row_of
from scorecard.errors import BundleError, ContractError, InputError, ScorecardError
from scorecard.explain.reasons import ReasonWriter
from scorecard.explain.reference import Reference
from scorecard.explain.wording import Peers
from scorecard.features import FeatureSet
from scorecard.logodds import Floats
from scorecard.models.boosted import BoostedModel
from scorecard.models.calibration import Calibration
from scorecard.models.cycle import CycleModel
from scorecard.models.master_scale import MasterScale
from scorecard.models.scorecard import Scorecard
from scorecard.policy import Policy
from scorecard.rating.baseline import FILE, Baseline
from scorecard.rating.bundle import Bundle
from scorecard.rating.panel import Panel, Verdict
from scorecard.rating.population import Population
from scorecard.rating.ratings_frame import ratings_frame
from scorecard.rating.recourse import Adviser
from scorecard.rating.unseen import Unseen
from scorecard.rating.voice import BoostedVoice, ScorecardVoice, Voice
from scorecard.recourse import Recourse, Spreads
from scorecard.tracking import Resolved
from scorecard.values import Explanation, ModelRef, Problem, Rating, Reason, SecondOpinion, Warned

Value = float | str | None

_MISFITS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
)


class Rater:
    """Rates applications with the models, calibration and scale of one bundle.

    ``product`` is the frozen declaration, ``model`` says which bundle this is, ``answering`` which
    of its two models answers, ``reference`` what applicants are compared with. A rating's ``pd`` is
    through the cycle; ``rater.cycle.point_in_time(rating.pd, index)`` states it at an index of the
    cycle. A rating depends on the application and the bundle alone: one row, many rows, any thread
    and any process give the same bits.
    """

    def __init__(self, bundle: Bundle, *, version: str | None = None) -> None:
        if not isinstance(bundle, Bundle):
            raise InputError(
                "A Rater is made of a Bundle; give a folder or a models:/ address to Rater.load. "
                f"Got {type(bundle).__name__}."
            )
        try:
            self._take(bundle, version)
        except BundleError:
            raise
        except ScorecardError as error:
            raise BundleError(
                f"The bundle's files do not fit together: {error} Train again with this version."
            ) from error
        except _MISFITS as error:
            # Whatever a forged or foreign file may cause; its own words are not repeated.
            raise BundleError(
                f"The bundle's files do not fit together ({type(error).__name__}); train again "
                "with this version."
            ) from error

    def _take(self, bundle: Bundle, version: str | None) -> None:
        frozen = bundle.json("policy.json")
        self.product = Product.from_dict({**bundle.json("product.json"), "policy": frozen})
        policy = Policy.parse(frozen)
        self.manifest = bundle.manifest
        if self.product.name != bundle.manifest["product"]:
            raise BundleError("The bundle's product is not the one that its manifest names.")
        self.answering: str = bundle.manifest["answering"]
        self.model = ModelRef(self.product.name, version, bundle.sha256)
        self.policy_version: str = policy.version
        self.features: FeatureSet = self.product.features
        self.cycle = CycleModel(policy.calibration.asset_correlation)
        self.scale = MasterScale.from_dict(bundle.json("grades.json"))
        self.card = card = Scorecard.from_dict(bundle.json("scorecard.json"))
        background = pl.read_parquet(io.BytesIO(bundle.files["background.parquet"]))
        boosted = BoostedModel.from_bytes(bundle.files["booster.ubj"])
        if boosted.names != self.features.names or not set(card.features) <= set(boosted.names):
            raise BundleError("The bundle's models and features do not belong together.")
        voices: tuple[Voice, Voice] = (
            ScorecardVoice(card, self.features),
            BoostedVoice(boosted, background, factor=card.factor, offset=card.offset),
        )
        if self.answering not in {voice.name for voice in voices}:
            raise BundleError("The bundle's manifest names a model that the bundle does not hold.")
        first, second = voices if voices[0].name == self.answering else reversed(voices)
        calibration = bundle.json("calibration.json")
        self.calibrations = {
            voice.name: Calibration.from_dict(calibration[voice.name]) for voice in voices
        }
        self._panel = Panel(first, second, self.calibrations, self.scale)
        self.reference = Reference.from_dict(bundle.json("reference.json"))
        self.reference.check(self.features)
        self.baseline = Baseline.from_dict(bundle.json(FILE))
        self.baseline.check(self.features, len(self.scale.labels))
        peers = policy.reasons.compared_with
        self._writer = ReasonWriter(
            [self.features[name] for name in first.features],
            self.product.reasons,
            self.reference,
            least=policy.reasons.min_contribution,
            peers=Peers(peers.zh, peers.en),
        )
        self._at = [self.features.names.index(name) for name in first.features]
        self._rows = self.product.rows
        self._population = Population(policy.population.exclusions, self.product.columns)
        self._unseen = Unseen(self.features)
        self._adviser = Adviser(
            self.product,
            Spreads.from_dict(bundle.json("recourse.json")),
            first,
            calibration=self.calibrations[first.name],
            scale=self.scale,
            cutoff=policy.cutoff_grade,
            rate=self.rate_rows,
        )
        self._prove(background)

    def _prove(self, background: pl.DataFrame) -> None:
        """Rate the bundle's own background: what cannot answer that must not answer anybody."""
        rated = self.rate_features(background)
        numbers = rated.select("pd", "score", "margin", "second_pd", "second_score").to_numpy()
        if rated.is_empty() or not np.isfinite(numbers).all():
            raise BundleError(
                "The bundle's models do not answer its own background with finite numbers; "
                "train again."
            )

    @classmethod
    def load(cls, source: str | Path, *, version: str | None = None) -> Rater:
        """Load from a bundle folder, or from MLflow's registry: ``models:/NAME@champion``.

        The registry is asked for the folder and the bundle's hash only; no code of the bundle runs.
        Raises `BundleError` naming the file that is absent, damaged or unknown, and where the
        bundle is not the one that was registered, and `InputError` for an address that names no
        model.
        """
        if str(source).startswith("models:/"):
            from scorecard.tracking.address import resolve

            return cls.found(resolve(str(source)))
        return cls(Bundle.read(source), version=version)

    @classmethod
    def found(cls, place: Resolved) -> Rater:
        """Load the bundle that the registry found; `BundleError` where its hash is another."""
        return cls(Bundle.read(place.folder, sha256=place.sha256), version=place.version)

    @property
    def explained_by(self) -> dict[str, str]:
        """How each model's contributions are computed: ``points``, ``tables`` or ``direct``.

        All are exact; ``direct`` serves trees too deep for tables and is far slower.
        """
        return {voice.name: voice.explained_by for voice in self._panel.voices}

    def __repr__(self) -> str:
        return (
            f"Rater({self.product.name} version {self.model.version}, {self.answering} answers, "
            f"{self.model.sha256[:12]})"
        )

    # -- one application ------------------------------------------------------------------------
    def rate_one(self, application: Mapping[str, Any], *, strengths: bool = False) -> Rating:
        """Rate one application, a mapping of the asked columns.

        With ``strengths`` the rating also says what speaks for the applicant, at most four. Raises
        `ContractError` listing every field and rule that the application breaks.
        """
        (answer,) = self.rate_rows([self._row(application)], strengths=strengths)
        if not isinstance(answer, Rating):
            raise ContractError(answer)
        return answer

    def recourse(self, application: Mapping[str, Any], target: str = "next_grade") -> Recourse:
        """Return what would have changed the rating of one application, a mapping as `rate_one`'s.

        ``target`` is ``"next_grade"`` or ``"approve"`` (a grade at or better than ``cutoff_grade``
        of the policy). The result is a sequence of `Change`, the smallest found by the sum of what
        each action moves over the spread of that field at training; its ``application`` is the one
        given with these fields changed, and rated again it reaches the target. It is empty, and
        says why, where there is none.

        Raises `ContractError` listing every field and rule that the application breaks, and
        `InputError` for an unknown target.
        """
        answer = self.recourse_row(self._row(application), target)
        if not isinstance(answer, Recourse):
            raise ContractError(answer)
        fields = {change.field: change.to for change in answer}
        return replace(answer, application={**application, **fields})

    def recourse_row(self, row: Mapping[str, Any], target: str) -> Recourse | tuple[Problem, ...]:
        """Return the recourse of a row that the request model accepted, or the row's problems."""
        return self._adviser.advise(row, target)

    def _row(self, application: Mapping[str, Any]) -> dict[str, Any]:
        try:
            request = read_mapping(self.product.request_model, application)
        except pydantic.ValidationError as error:
            raise ContractError(problems_of(error, self.product.columns)) from None
        return row_of(request)

    def rate_rows(
        self, rows: Sequence[Mapping[str, Any]], *, strengths: bool = False
    ) -> list[Rating | tuple[Problem, ...]]:
        """Rate rows that the request model accepted; in order, a rating or its problems each."""
        if not rows:
            return []
        frame, broken = self._rows.check(rows)
        good = [i for i, problems in enumerate(broken) if not problems]
        answers: list[Rating | tuple[Problem, ...]] = list(broken)
        if not good:
            return answers
        ratings = self._ratings(frame if len(good) == len(rows) else frame[good], strengths)
        for i, rating in zip(good, ratings, strict=True):
            answers[i] = rating
        return answers

    # -- many rows ------------------------------------------------------------------------------
    def rate(self, frame: Any, *, strengths: bool = False) -> pl.DataFrame:
        """Rate a table of applications (polars, pandas or pyarrow); a row out per row in, in order.

        Columns: ``pd``, ``score``, ``margin``, ``grade``, ``answered_by``, ``base``,
        ``contributions`` (a struct, feature → points or log-odds), ``reasons`` (a list of structs;
        a number is in ``value`` as text and in ``value_number``, likewise ``reference``),
        ``second_pd``, ``second_score``, ``second_grade``, ``warnings`` (a list of structs), with
        ``strengths`` a column of that name like ``reasons``, ``problems``. Where a row breaks the
        contract, ``problems`` says how and everything else is null. Raises `InputError` for what
        is no table, and `TableError` when the table itself does not fit.
        """
        frame = as_frame(frame, self.product.columns)
        checked = self.product.table.check(frame, asked_only=True)
        accepted = checked.accepted
        rated = self._assemble(
            self.features.evaluate(accepted), self._population.warnings(accepted), strengths
        ).with_columns(pl.Series("row", checked.rows, dtype=pl.Int64))
        problems = checked.rejected.select(pl.col("row").cast(pl.Int64), "problems")
        index = pl.DataFrame({"row": np.arange(frame.height, dtype=np.int64)})
        joined = index.join(rated, on="row", how="left", maintain_order="left").join(
            problems, on="row", how="left", maintain_order="left"
        )
        return joined.drop("row")

    def rate_features(self, features: pl.DataFrame) -> pl.DataFrame:
        """Rate rows of feature values directly, skipping contract and SQL; columns as `rate`.

        Without fields nobody can say whether a row is of the population: ``warnings`` holds what
        the features alone tell.
        """
        return self._assemble(features.select(self.features.names), [()] * features.height, False)

    def answers(self, features: pl.DataFrame) -> pl.DataFrame:
        """Return the numbers of `rate_features` alone, of rows of feature values.

        Columns: ``pd``, ``score``, ``margin``, ``grade`` (its place on the master scale, 0 the
        safest) of the model that answers, and ``second_`` with the same names of the other.
        """
        return self._panel.answers(features.select(self.features.names))

    def log_odds(self, features: pl.DataFrame, *, model: str | None = None) -> Floats:
        """Return the calibrated log-odds (n,) of rows of feature values, unexplained.

        For trials of many changed rows: of the boosted model they are the booster's own, which
        agree with `answers` to the tolerance of additivity. ``model`` as in `risk`.
        """
        return self._panel.log_odds(features.select(self.features.names), model)

    def risk(self, features: pl.DataFrame, *, model: str | None = None) -> pl.DataFrame:
        """Return contributions toward risk of rows of feature values: what reasons are made of.

        A row per row and a column per feature that the model reads, in log-odds of bad against the
        reference population, positive riskier; of either model: ``"scorecard"`` or ``"boosted"``,
        by default the one that answers. Raises `InputError` for another model.
        """
        voice = self._panel.voice(model)
        risk = voice.hear(features.select(self.features.names)).risk
        return pl.DataFrame(dict(zip(voice.features, risk.T, strict=True)))

    def _assemble(
        self, features: pl.DataFrame, outside: Sequence[tuple[Warned, ...]], strengths: bool
    ) -> pl.DataFrame:
        voice = self._panel.first
        first, second = self._panel.hear(features)
        risk, values = first.account.risk, features.select(voice.features).rows()
        told = {"reasons": self._writer.write(risk, values)}
        if strengths:
            told["strengths"] = self._writer.strengths(risk, values)
        return ratings_frame(voice, first, second, told, self._warnings(first, second, outside))

    # -- shared ---------------------------------------------------------------------------------
    def _ratings(self, frame: pl.DataFrame, strengths: bool) -> list[Rating]:
        voice = self._panel.first
        values: list[tuple[Value, ...]]
        if frame.height == 1:
            values = [self.features.evaluate_one(frame)]
            first, second = self._panel.hear_one(values[0])
        else:
            features = self.features.evaluate(frame)
            values = features.rows()
            first, second = self._panel.hear(features)
        account = first.account
        contributions = account.contributions.tolist()
        mine = [[row[k] for k in self._at] for row in values]
        reasons = self._writer.write(account.risk, mine)
        given: Sequence[tuple[Reason, ...] | None] = (
            self._writer.strengths(account.risk, mine) if strengths else [None] * frame.height
        )
        warnings = self._warnings(first, second, self._population.warnings(frame))
        return [
            Rating(
                product=self.product.name,
                pd=float(first.pd[i]),
                score=float(account.score[i]),
                margin=float(account.margin[i]),
                grade=first.grade[i],
                reasons=reasons[i],
                explanation=Explanation(
                    voice.space,
                    account.base,
                    dict(zip(voice.features, contributions[i], strict=True)),
                ),
                second_opinion=SecondOpinion(
                    self._panel.second.name,
                    float(second.pd[i]),
                    float(second.account.score[i]),
                    second.grade[i],
                ),
                answered_by=voice.name,
                model=self.model,
                policy_version=self.policy_version,
                feature_hash=self.features.hash,
                warnings=warnings[i],
                strengths=given[i],
            )
            for i in range(frame.height)
        ]

    def _warnings(
        self, first: Verdict, second: Verdict, outside: Sequence[tuple[Warned, ...]]
    ) -> list[tuple[Warned, ...]]:
        """Return each row's warnings: exclusions it meets, then what training never saw of it."""
        unseen = self._unseen.warnings(first.account.flags, second.account.flags)
        return [(*met, *new) for met, new in zip(outside, unseen, strict=True)]
