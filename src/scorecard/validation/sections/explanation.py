"""Explanations are those of the model, and hold still."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.explain import interventional
from scorecard.explain.additivity import TOLERANCE
from scorecard.explain.contributions import shapley
from scorecard.explain.reasons import AT_MOST
from scorecard.logodds import Floats
from scorecard.models.boosted import BoostedModel
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.section import Finding, Section
from scorecard.validation.sections.monotonicity import trends
from scorecard.validation.words import MODELS, Words

#: Rows whose sums are checked, whose reasons are checked, whose features are moved.
_SUMS, _REASONS, _MOVED = 5_000, 1_000, 60
#: Pairs of rows, and players of each, that are recomputed over every coalition.
_PAIRS, _PLAYERS = 3, 8
#: Hybrids of a row and the background that may show that the model itself falls.
_HYBRIDS = 2_000
#: Noise on what an applicant states, and the mean Jaccard index below which reasons are restless.
_NOISE, _STEADY = 0.01, 0.7
_GAP = Words(
    f"超过{TOLERANCE:g}（相对于max(1, |对数几率|)）为红",
    f"red above {TOLERANCE:g}, relative to max(1, |log-odds|)",
)

#: The reasons of each row, as `Rater.rate` gives them.
Reasons = list[list[dict[str, Any]]]


@dataclass(frozen=True)
class _Models:
    """Both models of the bundle, apart from the road that ratings take."""

    evidence: Evidence

    @cached_property
    def booster(self) -> BoostedModel:
        return BoostedModel.from_bytes(self.evidence.bundle.files["booster.ubj"])

    @cached_property
    def background(self) -> pl.DataFrame:
        return pl.read_parquet(io.BytesIO(self.evidence.bundle.files["background.parquet"]))

    def margin(self, rows: pl.DataFrame, model: str) -> Floats:
        """Return log-odds (n,) without a word of explanation."""
        if model == "boosted":
            return self.booster.margin(self.booster.encode(rows))
        card = self.evidence.rater.card
        return np.asarray(card.margin(card.score(card.points(rows))))

    def base(self, model: str) -> float:
        """Return what contributions start from, computed anew."""
        if model == "boosted":
            return float(self.margin(self.background, model).mean())
        card = self.evidence.rater.card
        return (card.offset - card.base - sum(card.mean_points)) / card.factor

    def explain(
        self, rows: pl.DataFrame, model: str, against: pl.DataFrame | None = None
    ) -> pl.DataFrame:
        """Return contributions of ``rows``, compared with other rows or what training froze."""
        if model == "boosted":
            others = self.background if against is None else against
            explainer = interventional(self.booster, self.booster.encode(others))
            found = explainer.contributions(self.booster.encode(rows))
            return pl.DataFrame(dict(zip(self.booster.names, found.T, strict=True)))
        card = self.evidence.rater.card
        if against is not None:  # halves of a cross are Shapley values against training alone
            return shapley(card, rows, against)[1]
        found = (np.array(card.mean_points) - card.points(rows)) / card.factor
        return pl.DataFrame(dict(zip(card.features, found.T, strict=True)))


def section(evidence: Evidence) -> Section:
    """Recompute, add up, move, and shake."""
    models = _Models(evidence)
    sums = pl.DataFrame([_sums(models, model) for model in ("scorecard", "boosted")])
    again = pl.concat([_recomputed(models, model) for model in ("scorecard", "boosted")])
    moved = pl.concat([_moved(models, model) for model in ("scorecard", "boosted")])
    rated, shaken, steady = _shaken(evidence)
    return Section(
        "explanation",
        Words("解释", "Explanation"),
        (
            *(_adds_up(row) for row in sums.to_dicts()),
            _is_told(sums),
            _agrees(again),
            _keeps_direction(moved),
            _reasons_speak(rated),
            _holds_still(steady, len(rated)),
        ),
        {
            "sums": sums,
            "recomputed": again,
            "direction": moved.sort("broken", "span", descending=True),
            "steadiness": shaken,
        },
        (
            Words(
                "重算：取两行样本与贡献最大的若干特征，按沙普利值定义枚举全部联盟，只用模型自身的输出。",
                "Recomputed: for pairs of rows and the features that differ most, Shapley's "
                "definition over every coalition, from the model's own answers alone.",
            ),
            Words(
                f"稳定性：申请人填报的小数各乘以1+{_NOISE:g}·z（z服从标准正态），特征随之重算。",
                f"Steadiness: every number with decimals that an applicant states is multiplied by "
                f"1 + {_NOISE:g}·z, z standard normal, and features are computed anew.",
            ),
        ),
    )


# -- sums ------------------------------------------------------------------------------------------
def _sums(models: _Models, model: str) -> dict[str, Any]:
    evidence = models.evidence
    rows = evidence.judged.part.features[evidence.some(_SUMS)]
    margin = models.margin(rows, model)
    total = np.full(len(margin), models.base(model))
    for column in evidence.rater.risk(rows, model=model):
        total += column.to_numpy()
    gap = np.abs(total - margin) / np.maximum(1.0, np.abs(margin))
    if model == "scorecard":  # the score itself is the sum of its points, to the last bit or nearly
        card = evidence.rater.card
        prefix = "" if evidence.rater.answering == model else "second_"
        said = evidence.judged.numbers(f"{prefix}score")[evidence.some(_SUMS)]
        score = card.base + card.points(rows).sum(axis=1)
        gap = np.maximum(gap, np.abs(score - said) / np.maximum(1.0, np.abs(said)))
    gap = np.where(np.isnan(gap), np.inf, gap)
    few = rows.head(_REASONS)
    told, right = evidence.rater.risk(few, model=model), models.explain(few, model)
    size = np.maximum(1.0, np.abs(margin[: len(few)]))
    apart = np.abs(told.select(right.columns).to_numpy() - right.to_numpy()) / size[:, np.newaxis]
    return {
        "model": model,
        "rows": len(rows),
        "base": models.base(model),
        "worst": float(gap.max()),
        "broken": int((gap > TOLERANCE).sum()),
        "recomputed_rows": len(few),
        "recomputed_worst": float(np.where(np.isnan(apart), np.inf, apart).max()),
    }


def _adds_up(row: dict[str, Any]) -> Finding:
    model, worst, broken = row["model"], row["worst"], row["broken"]
    said = MODELS[model]
    return Finding(
        f"additivity_{model}",
        Words(
            f"{said.zh}：基准加贡献与对数几率的最大相对误差",
            f"{said.en.capitalize()}: largest relative gap of base plus contributions to log-odds",
        ),
        worst,
        f"{worst:.2g} ({broken:,} / {row['rows']:,})",
        _GAP,
        Light.RED if broken else Light.GREEN,
    )


def _is_told(sums: pl.DataFrame) -> Finding:
    worst = float(sums["recomputed_worst"].to_numpy().max())
    return Finding(
        "contributions",
        Words(
            "评级所用贡献与由模型文件重算之贡献的最大相对差",
            "Largest relative gap between contributions as rated and as computed from the files",
        ),
        worst,
        f"{worst:.2g} ({int(sums['recomputed_rows'].sum()):,})",
        _GAP,
        Light.RED if worst > TOLERANCE else Light.GREEN,
    )


# -- recomputed ------------------------------------------------------------------------------------
def _recomputed(models: _Models, model: str) -> pl.DataFrame:
    """Hold contributions against Shapley's definition, for rows that differ in a few features."""
    evidence = models.evidence
    rows = evidence.judged.part.features[evidence.some(2 * _PAIRS)]
    risk = evidence.rater.risk(rows, model=model)
    found = []
    for k in range(rows.height // 2):
        row, other = rows[2 * k], rows[2 * k + 1]
        apart = {
            name: abs(risk[name][2 * k] - risk[name][2 * k + 1])
            for name in risk.columns
            if row[name][0] != other[name][0]
        }
        players = sorted(apart, key=lambda name: -apart[name])[:_PLAYERS]
        mixed = other.with_columns(row[name] for name in players)
        ours = models.explain(mixed, model, other)
        right = _shapley(models, mixed, other, players, model)
        size = max(1.0, float(np.abs(models.margin(pl.concat([mixed, other]), model)).max()))
        found += [
            (model, k + 1, name, float(ours[name][0]), value, abs(ours[name][0] - value) / size)
            for name, value in zip(players, right, strict=True)
        ]
    schema = {
        "model": pl.String, "pair": pl.Int64, "feature": pl.String, "contribution": pl.Float64,
        "recomputed": pl.Float64, "gap": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(found, schema=schema, orient="row")


def _shapley(
    models: _Models, row: pl.DataFrame, other: pl.DataFrame, players: list[str], model: str
) -> list[float]:
    """Return the Shapley values of ``players`` who turn ``other`` into ``row``, by definition."""
    n = len(players)
    sets = [frozenset(s) for size in range(n + 1) for s in combinations(range(n), size)]
    many = pl.concat([other] * len(sets)).with_columns(
        pl.Series(name, [(row if j in s else other)[name][0] for s in sets], dtype=row[name].dtype)
        for j, name in enumerate(players)
    )
    value = dict(zip(sets, models.margin(many, model).tolist(), strict=True))
    return [
        sum(
            factorial(len(s)) * factorial(n - len(s) - 1) / factorial(n)
            * (value[s | {j}] - value[s])
                for s in sets
            if j not in s
        )
        for j in range(n)
    ]  # fmt: skip


def _agrees(again: pl.DataFrame) -> Finding:
    what = Words(
        "贡献与按定义枚举联盟所得沙普利值的最大相对差",
        "Largest relative gap between contributions and Shapley values by definition",
    )
    if again.is_empty():
        return Finding("recomputed", what, None, "—", _GAP, Light.GREY)
    worst = float(again["gap"].to_numpy().max())
    light = Light.GREEN if worst <= TOLERANCE else Light.RED
    return Finding("recomputed", what, worst, f"{worst:.2g} ({again.height})", _GAP, light)


# -- direction -------------------------------------------------------------------------------------
def _moved(models: _Models, model: str) -> pl.DataFrame:
    """Raise one feature at a time and watch its own contribution."""
    evidence = models.evidence
    rows = evidence.judged.part.features[evidence.some(_MOVED)]
    found = []
    for name, (trend, _) in trends(evidence, model).items():
        frozen = {q for q in evidence.baseline.quantiles.get(name, ()) if q is not None}
        values = sorted(frozen, reverse=trend == "descending")
        if len(values) < 2:
            continue
        many = pl.concat([rows] * len(values)).with_columns(
            pl.Series(name, np.repeat(values, rows.height))
        )
        mine = evidence.rater.risk(many, model=model)[name].to_numpy()
        steps = np.diff(mine.reshape(len(values), rows.height), axis=0)
        broken = ~(steps >= -TOLERANCE)
        at = tuple(int(i) for i in np.unravel_index(np.argmin(steps), steps.shape))
        excused = bool(broken.any()) and _model_falls(
            models, rows[at[1]], name, (values[at[0]], values[at[0] + 1]), model
        )
        found.append(
            (model, name, trend, steps.size, int(broken.sum()) * (not excused), excused,
             float(steps.min()), float(steps.sum(axis=0).mean()))
        )  # fmt: skip
    schema = {
        "model": pl.String, "feature": pl.String, "trend": pl.String, "steps": pl.Int64,
        "broken": pl.Int64, "model_falls": pl.Boolean, "least_step": pl.Float64, "span": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(found, schema=schema, orient="row")


def _model_falls(
    models: _Models, row: pl.DataFrame, name: str, step: tuple[float, float], model: str
) -> bool:
    """Say whether the model itself falls where a contribution fell: then monotonicity tells of it.

    A contribution is a mean of the model's own steps over mixtures of the row and the background,
    drawn here as Shapley's formula weighs them.
    """
    draw = np.random.default_rng(models.evidence.seed)
    chosen = draw.integers(models.background.height, size=_HYBRIDS)
    others = models.background.select(row.columns)[chosen]
    place = draw.random((_HYBRIDS, len(row.columns)))
    own = place < place[:, [row.columns.index(name)]]
    mixed = others.select(
        pl.when(pl.Series(own[:, j])).then(pl.lit(row[each][0])).otherwise(pl.col(each)).alias(each)
        for j, each in enumerate(row.columns)
    )
    low, high = (
        models.margin(mixed.with_columns(pl.lit(float(value)).alias(name)), model) for value in step
    )
    return bool((high < low - TOLERANCE).any())


def _keeps_direction(moved: pl.DataFrame) -> Finding:
    what = Words(
        "特征向高风险方向移动而其贡献反而下降的步数",
        "Steps toward risk of a feature that lower its own contribution",
    )
    rule = Words(
        f"模型自身保持方向而贡献下降超过{TOLERANCE:g}即为红",
        f"red above 0: a contribution falls by more than {TOLERANCE:g} where the model does not",
    )
    if moved.is_empty():
        return Finding("direction", what, None, "—", rule, Light.GREY)
    broken, steps = int(moved["broken"].sum()), int(moved["steps"].sum())
    light = Light.RED if broken else Light.GREEN
    return Finding("direction", what, float(broken), f"{broken:,} / {steps:,}", rule, light)


# -- reasons ---------------------------------------------------------------------------------------
def _shaken(evidence: Evidence) -> tuple[Reasons, pl.DataFrame, Floats]:
    """Return the reasons of some rows, a table of what noise does to them, and Jaccard indices."""
    rater = evidence.rater
    at = evidence.some(_REASONS)
    table = evidence.judged.part.table[at]
    draw = np.random.default_rng(evidence.seed)
    stated = [c.name for c in rater.product.columns if c.asked and c.kind == "float"]
    noisy = table.with_columns(
        pl.col(name) * pl.Series(1 + _NOISE * draw.normal(size=table.height)) for name in stated
    )
    clean = rater.rate_features(evidence.judged.part.features[at])["reasons"].to_list()
    moved = rater.rate_features(rater.features.evaluate(noisy))["reasons"].to_list()
    before, after = _codes(clean), _codes(moved)
    same = np.array(
        [len(a & b) / len(a | b) if a | b else 1.0 for a, b in zip(before, after, strict=True)]
    )
    codes = sorted({code for codes in before for code in codes})
    rows = []
    for code in codes:
        given = np.array([code in each for each in before])
        kept = np.array([code in each for each in after]) & given
        rows.append((code, int(given.sum()), float(kept.sum() / given.sum())))
    schema = {"code": pl.String, "given": pl.Int64, "kept": pl.Float64}
    shaken = pl.DataFrame(rows, schema=schema, orient="row").sort("kept", "code")
    return clean, shaken, same


def _codes(reasons: Reasons) -> list[frozenset[str]]:
    return [frozenset(reason["code"] for reason in row) for row in reasons]


def _reasons_speak(reasons: Reasons) -> Finding:
    wrong = sum(
        len(row) > AT_MOST
        or len({reason["code"] for reason in row}) < len(row)
        or not all(reason["contribution"] > 0 for reason in row)
        for row in reasons
    )
    return Finding(
        "reasons",
        Words("原因说明不合规的行数", "Rows whose reasons break a rule"),
        float(wrong),
        f"{wrong:,} / {len(reasons):,}",
        Words(
            f"原因多于{AT_MOST}条、重复或不指向风险，有一行即为红",
            f"red above 0: more than {AT_MOST} reasons, one twice, or one that is not toward risk",
        ),
        Light.RED if wrong else Light.GREEN,
    )


def _holds_still(same: NDArray[np.float64], rows: int) -> Finding:
    mean = float(same.mean())
    return Finding(
        "steadiness",
        Words(
            f"输入加{_NOISE:.0%}噪声后四条原因的平均杰卡德指数",
            f"Mean Jaccard index of the four reasons under {_NOISE:.0%} noise",
        ),
        mean,
        f"{mean:.3f} ({rows:,})",
        Words(f"低于{_STEADY:g}为黄，不设红线", f"amber below {_STEADY:g}, red at no value"),
        Light.AMBER if mean < _STEADY else Light.GREEN,
    )
