"""What reject inference refuses, and the kinds of table it takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from scorecard.errors import InputError
from scorecard.models import ScorecardClassifier
from scorecard.reject import Extrapolation, FuzzyAugmentation, Parcelling, Reweighting

A = pl.DataFrame({"debt": [1.0, 2.0, 3.0, 4.0] * 25, "trade": ["food", "toys"] * 50})
Y = [0, 0, 1, 1] * 10 + [0, 1, 0, 1] * 15
R = pl.DataFrame({"debt": [3.0, 4.0] * 20, "trade": ["toys", None] * 20})
MODEL = ScorecardClassifier()


def infer(X=A, y=Y, Xr=R, model=MODEL, method=None, **kwargs):
    return (method or FuzzyAugmentation()).infer(model, X, y, Xr, **kwargs)


def test_every_kind_of_table_gives_the_same_sample_in_its_own_kind():
    expected = infer()
    swapped = R.select("trade", "debt")
    samples = {
        pl.DataFrame: infer(Xr=swapped),
        pd.DataFrame: infer(A.to_pandas(), np.array(Y), swapped.to_pandas()),
        np.ndarray: infer(A.to_numpy(), pd.Series(Y), [list(row) for row in R.iter_rows()]),
    }
    for kind, sample in samples.items():
        assert isinstance(sample.X, kind)
        assert sample.weight.tolist() == expected.weight.tolist()
        assert sample.y.tolist() == expected.y.tolist()
        values = np.asarray(sample.X, dtype=object)[:, 0].astype(float)
        assert values.tolist() == expected.X["debt"].to_list()
    assert samples[pl.DataFrame].X.columns == ["debt", "trade"]
    for X, Xr in ((A.to_arrow(), swapped.to_arrow()), (A.lazy(), swapped.lazy()), (A.lazy(), R)):
        assert infer(X, Xr=Xr).X.equals(samples[pl.DataFrame].X)


def test_types_that_differ_without_loss_are_joined():
    mixed = infer(A.with_columns(pl.col("debt").cast(pl.Int64)), Xr=R.with_columns(trade=None))
    assert mixed.X.schema == {"debt": pl.Float64, "trade": pl.String}
    alone = np.array([["food"], ["toys"]] * 50)
    held = infer(alone, [0, 1] * 49 + [1, 0], np.full((3, 1), np.nan))
    assert held.X.dtype == object
    assert held.X[0, 0] == "food"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Xr": R.to_pandas()}, "tables of one kind; got a polars frame and a pandas frame"),
        ({"X": {"debt": [1.0]}}, "X_accepted must be a frame of polars.*got dict"),
        ({"Xr": R.rename({"trade": "town"})}, "same columns.*differ in town, trade"),
        ({"Xr": R.drop("trade")}, "same columns.*2 and 1 and differ in trade"),
        ({"Xr": R.with_columns(trade=pl.lit(1.0))}, "trade holds text .* numbers for the rejected"),
        ({"Xr": R.with_columns(debt=float("inf"))}, "debt: every number must be finite"),
        ({"X": A.head(0), "y": []}, "must have rows and columns; got 0"),
        ({"y": Y[:-1]}, "same number of rows; got 100 and 99"),
        ({"y": [0] * 100}, "two classes"),
        ({"sample_weight": np.ones(100)}, "or neither.*got sample_weight only"),
        ({"weight_rejected": np.ones(40)}, "or neither.*got weight_rejected only"),
        ({"sample_weight": np.ones(100), "weight_rejected": [1.0]}, "one number a row, 40"),
        ({"sample_weight": np.ones(100), "weight_rejected": -np.ones(40)}, "at least 0"),
        ({"sample_weight": np.ones(100), "weight_rejected": np.zeros(40)}, "only zeros"),
        ({"sample_weight": np.ones(100), "weight_rejected": ["x"] * 40}, "must hold numbers"),
        ({"sample_weight": -np.ones(100), "weight_rejected": np.ones(40)}, "at least 0"),
        ({"model": LinearSVC()}, "classifier with fit and predict_proba; got LinearSVC"),
        ({"acceptance": np.ones(100)}, "read by Reweighting only; got it for fuzzy"),
        ({"acceptance": np.ones(99), "method": Reweighting()}, "one number a row, 100"),
        ({"acceptance": np.zeros(100), "method": Reweighting()}, r"must lie in \(0, 1\]"),
        ({"acceptance": np.full(100, np.nan), "method": Reweighting()}, "must be finite"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(given, message):
    with pytest.raises(InputError, match=message):
        infer(**given)


def test_a_model_that_cannot_answer_is_refused():
    X, Xr = A.select("debt").to_numpy(), R.select("debt").to_numpy()
    weights = {"sample_weight": np.ones(100), "weight_rejected": np.ones(40)}
    with pytest.raises(InputError, match=r"takes no sample_weight.*FrozenEstimator"):
        infer(X, Y, Xr, KNeighborsClassifier(), **weights)
    fitted = KNeighborsClassifier().fit(X, Y)
    assert infer(X, Y, Xr, FrozenEstimator(fitted), **weights).weight.sum() == pytest.approx(140)
    other = FrozenEstimator(LogisticRegression().fit(X, np.array(Y) + 1))
    with pytest.raises(InputError, match=r"fitted on the classes of y, .*it knows"):
        infer(X, Y, Xr, other)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Parcelling, "factor or bad_rate, one of them"),
        (lambda: Parcelling(factor=1.0, bad_rate=0.1), "factor or bad_rate, one of them"),
        (lambda: Parcelling(factor=-0.1), "factor must be a finite number of at least 0; got -0.1"),
        (lambda: Parcelling(factor=float("nan")), "got nan"),
        (lambda: Parcelling(bad_rate=1.0), r"bad_rate must lie inside \(0, 1\); got 1.0"),
        (lambda: Parcelling(factor=1.0, bands=0), "bands must be a whole number"),
        (lambda: Parcelling(factor=1.0, bands=(0.2, 0.1)), "must ascend inside"),
        (lambda: Parcelling(factor=1.0, seed=-1), "seed must be a whole number"),
        (lambda: Parcelling(factor=1.0, min_share=2.0), "min_share must lie in 0 to 1"),
        (Extrapolation, "bad_rate or cutoff, one of them"),
        (lambda: Extrapolation(bad_rate=0.1, cutoff=0.1), "bad_rate or cutoff, one of them"),
        (lambda: Extrapolation(cutoff=0.0), r"inside \(0, 1\)"),
        (lambda: Reweighting(floor=0.0), r"floor must lie in \(0, 1\]; got 0.0"),
    ],
)
def test_parameters_are_checked_when_chosen(make, message):
    with pytest.raises(InputError, match=message):
        make()
