"""A card read from JSON rates frames as the estimator that it came from."""

import json

import numpy as np
import polars as pl
import pytest

from scorecard import ScorecardClassifier
from scorecard.errors import InputError
from scorecard.models import Scorecard


@pytest.fixture(scope="module")
def made():
    draw = np.random.default_rng(3)
    debt, job = draw.lognormal(0, 1, 2000), draw.choice(["cook", "smith", None], 2000)
    X = pl.DataFrame({"debt": debt, "job": job.tolist()})
    y = draw.random(2000) < 0.1 + 0.3 * (debt > 1) + 0.2 * (job == "cook")
    model = ScorecardClassifier(points_digits=0).fit(X, y)
    return Scorecard.from_dict(json.loads(json.dumps(model.scorecard_.to_dict()))), model, X


FRAMES = [
    lambda X: X,
    lambda X: X.lazy(),
    lambda X: X.to_arrow(),
    lambda X: X.to_pandas().set_index(np.arange(len(X)) + 7),
]


@pytest.mark.parametrize("framed", FRAMES)
def test_any_wider_frame_in_any_order_is_rated_as_the_estimator_rates(made, framed):
    card, model, X = made
    wider = X.select(
        pl.lit("2024-01-01").str.to_date().alias("day"), "job", pl.lit(1).alias("id"), "debt"
    )
    rated = card.rate(framed(wider))
    assert rated.columns == ["score", "margin", "probability", "points_debt", "points_job"]
    assert (rated["score"].to_numpy() == model.score_points(X)).all()
    assert (rated["margin"].to_numpy() == model.decision_function(X)).all()
    assert np.allclose(rated["probability"], model.predict_proba(X)[:, 1], rtol=1e-15)
    assert (rated.select(pl.col("^points_.*$")).to_numpy() == model.points(X)).all()
    assert card.rate(framed(wider.head(0))).height == 0


def test_what_cannot_be_rated_is_named(made):
    card, _, X = made
    for wrong, message in [
        (X.select("job"), r"reads debt, job; missing: \['debt'\]"),
        (X.with_columns(debt=pl.lit("much")), "debt: values must be number"),
        (X.with_columns(job=pl.lit(1.0)), "job: values must be text"),
        (X.with_columns(debt=pl.lit(np.inf)), "debt: every number must be finite"),
        (X.to_pandas().iloc[:, [0, 1, 0]], "names must differ"),
        (X.to_numpy(), "columns by name, .* got ndarray"),
    ]:
        with pytest.raises(InputError, match=message):
            card.rate(wrong)
