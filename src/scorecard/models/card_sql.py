"""A frozen scorecard as SQL: a CASE over the bins of every feature, and the sum of its points."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scorecard.binning.feature_bins import FeatureBins
from scorecard.errors import InputError
from scorecard.models.cross import Cross
from scorecard.models.scorecard import Scorecard
from scorecard.models.sql_dialect import (
    LARGEST,
    SqlDialect,
    Step,
    binary,
    case,
    sql_dialect,
)

Columns = list[tuple[str, exp.Expression]]


def card_sql(
    card: Scorecard, dialect: str, *, table: str = "features", keep: Sequence[str] = ()
) -> str:
    """Return one SELECT that scores a table of the card's raw feature columns.

    ``table`` has a column for every feature of the card, by its name: numbers of any type, which
    are read as doubles, and texts. The answer has a row per row: the ``keep`` columns,
    ``score``, ``margin`` (log-odds of bad), ``probability`` (of bad, without calibration) and
    ``points_<feature>`` for every feature. Points, score and margin are the card's to the bit;
    null, NaN and infinite values are missing. PostgreSQL, BigQuery and Redshift do not read
    a boolean as a number: store 0 and 1 there.

    Raises `InputError` for an unknown dialect, a table of more than three parts, a text as
    ``keep``, and names that the engine cannot hold or tell apart.
    """
    if isinstance(keep, str):
        raise InputError(f"keep must be a list of column names; got the text {keep!r}.")
    write = sql_dialect(dialect)
    steps = [
        Step(
            "application",
            [
                *((f"keep_{k}", write.column(name)) for k, name in enumerate(keep)),
                *(
                    (
                        f"value_{bins.name}",
                        exp.cast(
                            write.column(bins.name), "DOUBLE" if bins.kind == "number" else "TEXT"
                        ),
                    )
                    for bins in card.bins
                ),
            ],
        ),
        *scoring_steps(card, write, kept=len(keep)),
    ]
    margin = write.column("margin")
    answer = [
        ("score", write.column("score")),
        ("margin", margin),
        ("probability", probability(margin, write)),
    ]
    return write.statement(table, [*steps, final_step(card, write, keep, answer)])


def scoring_steps(card: Scorecard, write: SqlDialect, *, kept: int) -> list[Step]:
    """Return the steps from ``value_<feature>`` columns to points, score and margin.

    Each step passes on ``keep_0`` … ``keep_<kept − 1>``.
    """
    write.distinct(card.features, "The features")
    points = [f"points_{name}" for name in card.features]
    through: Columns = [(f"keep_{k}", write.column(f"keep_{k}")) for k in range(kept)]
    counted: Columns = [(name, write.column(name)) for name in points]
    values = zip(points, card.bins, card.bin_points, strict=True)
    own: Columns = [(name, bin_points(bins, table, write)) for name, bins, table in values]
    counting = [Step("points", [*through, *own])]
    if card.crosses:
        counting = _crossing_steps(card, write, through, own)
    # As many engines read a sum: left to right, from the base on.
    score: exp.Expression = write.number(card.base)
    for name in points:
        score = exp.Add(this=score, expression=write.column(name))
    rest = exp.Paren(this=binary(exp.Sub, write.number(card.offset), write.column("score")))
    margin = binary(exp.Div, rest, write.number(card.factor))
    return [
        *counting,
        Step("scored", [*through, *counted, ("score", score)]),
        Step("judged", [*through, *counted, ("score", write.column("score")), ("margin", margin)]),
    ]


def _crossing_steps(
    card: Scorecard, write: SqlDialect, through: Columns, own: Columns
) -> list[Step]:
    """Return steps that find bins, then half of each cross, then add these to ``own`` points."""
    bins = {b.name: b for b in card.bins}
    crossed = dict.fromkeys(name for cross in card.crosses for name in (cross.a, cross.b))
    found: Columns = [
        (
            f"bin_{name}",
            bin_points(bins[name], [float(k) for k in range(len(bins[name].woe))], write),
        )
        for name in crossed
    ]
    grids = [(f"cross_{k}", _half(cross, write)) for k, cross in enumerate(card.crosses)]
    counted: Columns = [(name, write.column(name)) for name, _ in own]
    summed: Columns = []
    for name, (points, _) in zip(card.features, own, strict=True):
        value: exp.Expression = write.column(points)
        for (half, _), cross in zip(grids, card.crosses, strict=True):  # as the card adds them
            if name in (cross.a, cross.b):
                value = exp.Add(this=value, expression=write.column(half))
        summed.append((points, value))
    return [
        Step("found", [*through, *own, *found]),
        Step("crossed", [*through, *counted, *grids]),
        Step("points", [*through, *summed]),
    ]


def _half(cross: Cross, write: SqlDialect) -> exp.Case:
    """Return half of the points of ``cross``, given the bins of its features."""

    def at(name: str, k: int) -> exp.Expression:
        return exp.EQ(this=write.column(f"bin_{name}"), expression=write.number(float(k)))

    zero = write.number(0.0)
    rows = [
        (
            at(cross.a, i),
            case(
                [(at(cross.b, j), write.number(0.5 * p)) for j, p in enumerate(row) if p],
                zero.copy(),
            ),
        )
        for i, row in enumerate(cross.points)
        if any(row)
    ]
    return case(rows, zero)


def final_step(card: Scorecard, write: SqlDialect, keep: Sequence[str], answer: Columns) -> Step:
    """Return the last step: the kept columns by their own names, ``answer``, then the points."""
    columns: Columns = [
        *((name, write.column(f"keep_{k}")) for k, name in enumerate(keep)),
        *answer,
        *((f"points_{name}", write.column(f"points_{name}")) for name in card.features),
    ]
    write.distinct([name for name, _ in columns], "The answer's columns")
    return Step("answer", columns)


def bin_points(bins: FeatureBins, points: Sequence[float], write: SqlDialect) -> exp.Case:
    """Return the points of ``value_<feature>``, bin by bin, as `FeatureBins` reads it."""
    value = write.column(f"value_{bins.name}")

    def given(k: int) -> exp.Expression:
        return write.number(points[k])

    missing = given(bins.missing_index)
    if bins.kind == "text":
        texts = [
            (exp.In(this=value.copy(), expressions=list(map(write.text, group))), given(k))
            for k, group in enumerate(bins.groups)
            if group
        ]
        null = exp.Is(this=value.copy(), expression=exp.Null())
        return case([(null, missing), *texts], given(bins.unseen_index))
    branches = [
        (exp.EQ(this=value.copy(), expression=write.number(special)), given(bins.ordinary + k))
        for k, (_, values) in enumerate(bins.special_bins)
        for special in values
    ]
    # Null and NaN are below nothing and fall through to the end; the infinities are caught here.
    branches.append((exp.LT(this=value.copy(), expression=write.number(-LARGEST)), missing))
    branches += [
        (exp.LT(this=value.copy(), expression=write.number(cut)), given(k))
        for k, cut in enumerate(bins.splits)
    ]
    end = exp.LTE(this=value.copy(), expression=write.number(LARGEST))
    return case([*branches, (end, given(len(bins.splits)))], missing.copy())


def probability(log_odds: exp.Expression, write: SqlDialect) -> exp.Expression:
    """Return 1/(1 + exp(−x)) of log-odds x, without overflow."""

    def small() -> exp.Expression:
        return write.exponential(exp.Neg(this=exp.Abs(this=log_odds.copy())))

    zero, one = write.number(0.0), write.number(1.0)
    above = case([(exp.GTE(this=log_odds.copy(), expression=zero), one)], small())
    return binary(exp.Div, above, exp.Paren(this=binary(exp.Add, one.copy(), small())))
