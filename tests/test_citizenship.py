"""What scikit-learn's users expect of every estimator: frames of any library, grids, routing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline

from scorecard.binning import OptimalBinner
from scorecard.errors import InputError
from scorecard.models import BoostedClassifier, ScorecardClassifier

ESTIMATORS: tuple[Callable[[], Any], ...] = (
    OptimalBinner, ScorecardClassifier, lambda: BoostedClassifier(n_estimators=5, n_jobs=1),
)  # fmt: skip
NAMES = ("OptimalBinner", "ScorecardClassifier", "BoostedClassifier")
each_estimator = pytest.mark.parametrize("make", ESTIMATORS, ids=NAMES)


def loans(rows: int = 600) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    draw = np.random.default_rng(0)
    use, queries = draw.normal(size=rows), draw.integers(0, 5, rows)
    sector, late = draw.choice(list("abc"), rows), draw.random(rows) < 0.4
    bad = draw.random(rows) < 1 / (1 + np.exp(1 - use - 0.3 * queries - late))
    row = pl.int_range(rows)
    frame = pl.DataFrame({"use": use, "queries": queries, "sector": sector, "late": late})
    holes = [
        pl.when(row % every != 0).then(name)
        for name, every in (("use", 17), ("queries", 19), ("sector", 13), ("late", 23))
    ]
    return frame.with_columns(*holes), bad.astype(np.int64)


def answer(model: Any, X: Any) -> NDArray[np.float64]:
    asked = model.transform if hasattr(model, "transform") else model.predict_proba
    return np.asarray(asked(X), dtype=np.float64)


FRAMES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "pandas": lambda f: f.to_pandas(),
    "pandas, nullable types": lambda f: f.to_pandas().convert_dtypes(),
    "pandas, arrow types": lambda f: f.to_pandas(use_pyarrow_extension_array=True),
    "pandas, objects": lambda f: f.to_pandas().astype(object),
    "pandas, category": lambda f: f.to_pandas().astype({"sector": "category", "late": "boolean"}),
    "polars, categorical": lambda f: f.with_columns(pl.col("sector").cast(pl.Categorical)),
    "polars, enum": lambda f: f.with_columns(pl.col("sector").cast(pl.Enum(list("cab")))),
    "polars, lazy": lambda f: f.lazy(),
    "pyarrow": lambda f: f.to_arrow(),
    "pyarrow, dictionary": lambda f: f.with_columns(
        pl.col("sector").cast(pl.Categorical)
    ).to_arrow(),
}


@each_estimator
@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_of_frame_is_the_same_table(make: Callable[[], Any], kind: str) -> None:
    frame, bad = loans()
    other = FRAMES[kind](frame)
    expected = answer(make().fit(frame, bad), frame)
    np.testing.assert_array_equal(answer(make().fit(other, bad), other), expected)


@each_estimator
def test_names_that_engines_read_as_patterns_are_names_like_any_other(
    make: Callable[[], Any],
) -> None:
    frame, bad = loans()
    named = dict(zip(frame.columns, ("*", "^q.*$", "^s", 'l"ate'), strict=True))
    other = frame.rename(named)
    expected = answer(make().fit(frame, bad), frame)
    np.testing.assert_array_equal(answer(make().fit(other, bad), other), expected)


@each_estimator
def test_an_array_of_numbers_is_the_table_without_names(make: Callable[[], Any]) -> None:
    frame, bad = loans()
    numbers = frame.drop("sector").cast(pl.Float64)
    array = numbers.fill_null(float("nan")).to_numpy()
    expected = answer(make().fit(numbers, bad), numbers)
    np.testing.assert_array_equal(answer(make().fit(array, bad), array), expected)
    assert list(make().fit(numbers, bad).feature_names_in_) == numbers.columns


@each_estimator
def test_categories_are_text_even_when_their_levels_are_numbers(make: Callable[[], Any]) -> None:
    frame, bad = loans()
    coded = frame.with_columns(pl.col("queries").cast(pl.String))
    category = frame.to_pandas()
    category["queries"] = pd.Categorical(frame["queries"].to_pandas().astype("Int64"))
    expected = answer(make().fit(coded, bad), coded)
    np.testing.assert_array_equal(answer(make().fit(category, bad), category), expected)


REFUSED: dict[str, Callable[[int], Any]] = {
    "date": lambda n: pl.repeat(0, n, dtype=pl.Int32, eager=True).cast(pl.Date),
    "duration": lambda n: pl.repeat(1, n, dtype=pl.Int64, eager=True).cast(pl.Duration),
    "list": lambda n: pl.Series([[1]] * n),
    "datetime64": lambda n: pd.Series(np.full(n, "2020-01-01", dtype="datetime64[s]")),
    "period": lambda n: pd.Series(pd.period_range("2020", periods=n, freq="D")),
    "bytes": lambda n: pd.Series([b"x"] * n),
    "infinite": lambda n: pl.Series([float("inf")] * n),
    "text and numbers": lambda n: pd.Series([1, "a"] * (n // 2), dtype=object),
}


@each_estimator
@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_number_and_no_text_is_refused_by_name(
    make: Callable[[], Any], kind: str
) -> None:
    frame, bad = loans(100)
    column = REFUSED[kind](100)
    table: Any = frame.with_columns(signed=column) if isinstance(column, pl.Series) else None
    if table is None:
        table = frame.to_pandas().assign(signed=column)
    with pytest.raises((InputError, TypeError), match=r"Feature signed: (every|a) "):
        make().fit(table, bad)


@each_estimator
def test_weights_are_routed(make: Callable[[], Any]) -> None:
    frame, bad = loans()
    weight = np.where(bad == 1, 1.0, 9.0)
    with config_context(enable_metadata_routing=True):
        first, last = (
            each.set_fit_request(sample_weight=True) for each in (make(), LogisticRegression())
        )
        model = make_pipeline(first, last) if hasattr(first, "transform") else first
        (last if hasattr(first, "transform") else first).set_score_request(sample_weight=True)
        scored = cross_validate(
            model, frame.to_pandas(), bad, params={"sample_weight": weight}, cv=2,
            return_estimator=True, error_score="raise",
        )  # fmt: skip
    level = np.mean([m.predict_proba(frame.to_pandas())[:, 1].mean() for m in scored["estimator"]])
    rate = np.average(bad, weights=weight)
    assert abs(level - rate) < abs(level - bad.mean()) / 3, "the weights must reach the fit"


def cells(array: NDArray[Any]) -> list[list[Any]]:
    return [list(row) for row in array]


@each_estimator
def test_a_list_of_rows_is_the_table_column_by_column(make: Callable[[], Any]) -> None:
    frame, bad = loans()
    array = np.column_stack([frame[name].to_numpy() for name in ("use", "sector", "late")])
    expected = answer(make().fit(frame.drop("queries"), bad), frame.drop("queries"))
    listed = cells(array.astype(object))
    np.testing.assert_array_equal(answer(make().fit(listed, bad), listed), expected)


@each_estimator
@pytest.mark.parametrize("unit", ["datetime64[D]", "timedelta64[D]", "object"])
def test_dates_without_a_frame_are_refused_too(make: Callable[[], Any], unit: str) -> None:
    days = np.arange(100).astype("datetime64[D]" if unit == "object" else unit).reshape(-1, 1)
    X = cells(days.astype(object)) if unit == "object" else days
    with pytest.raises((InputError, TypeError), match=r"Feature x0: (every|a) "):
        make().fit(X, np.arange(100) % 2)


@each_estimator
def test_two_columns_of_one_name_are_refused(make: Callable[[], Any]) -> None:
    frame, bad = loans(100)
    twice = frame.select("use", "late").to_pandas().set_axis(["use", "use"], axis=1)
    with pytest.raises(InputError, match="Feature names must differ"):
        make().fit(twice, bad)


def test_a_grid_reaches_the_binner_inside_a_scorecard() -> None:
    frame, bad = loans()
    grid = {"binner__max_bins": [2, 5], "binner__stable": [False]}
    search = GridSearchCV(
        ScorecardClassifier(binner=OptimalBinner(min_bin_bads=5)), grid, cv=2, scoring="roc_auc",
        error_score="raise",
    )  # fmt: skip
    best = search.fit(frame.to_pandas(), bad).best_estimator_
    assert best.binner_.max_bins == search.best_params_["binner__max_bins"]
    assert best.binner_.min_bin_bads == 5
    assert not hasattr(best.binner, "bins_"), "what is given is cloned, not fitted"


def test_a_binner_of_its_own_is_what_the_parameters_would_have_built() -> None:
    frame, bad = loans()
    own = ScorecardClassifier(max_bins=4, trend={"use": "ascending"}).fit(frame, bad)
    given = ScorecardClassifier(
        binner=OptimalBinner(max_bins=4, trend={"use": "ascending"})
    ).fit(frame, bad)  # fmt: skip
    assert given.scorecard_.to_dict() == own.scorecard_.to_dict()


def test_bins_edited_by_hand_are_taken_as_they_stand() -> None:
    frame, bad = loans()
    binner = OptimalBinner().fit(frame, bad)
    whole = binner.bins_["use"]
    binner.use(binner.edit("use").merge(0))
    model = clone(ScorecardClassifier(binner=FrozenEstimator(binner))).fit(frame, bad)
    place = model.scorecard_.features.index("use")
    bins = model.scorecard_.bins[place]
    assert bins.splits == binner.bins_["use"].splits == whole.splits[1:]
    assert bins.woe == binner.bins_["use"].woe
    with pytest.raises(InputError, match="classes"):
        model.fit(frame, bad + 1)
    with pytest.raises(ValueError, match="feature names"):
        model.fit(frame.select(pl.all().reverse()).rename({"use": "usage"}).to_pandas(), bad)


def test_stable_bins_reach_the_scorecard_with_their_periods() -> None:
    frame, bad = loans()
    periods = np.arange(len(bad)) % 3
    stable = ScorecardClassifier(binner=OptimalBinner(stable=True, min_bin_share=0.1))
    with pytest.raises(InputError, match="periods"):
        stable.fit(frame, bad)
    stable.fit(frame, bad, periods=periods)
    for feature in stable.scorecard_.features:
        assert stable.binner_.stability_table(feature).height
    with config_context(enable_metadata_routing=True):
        routed = stable.set_fit_request(periods=True)
        cross_validate(
            routed, frame.to_pandas(), bad, params={"periods": periods}, cv=2, error_score="raise"
        )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"binner": LogisticRegression()}, "binner must be an OptimalBinner"),
        ({"binner": FrozenEstimator(LogisticRegression())}, "binner must be an OptimalBinner"),
        ({"binner": OptimalBinner(), "max_bins": 3}, "max_bins must be given to the binner"),
        ({"binner": OptimalBinner(), "special_values": np.ones(2)}, "special_values must be"),
    ],
)
def test_two_answers_to_one_question_are_refused(parameters: dict[str, Any], message: str) -> None:
    frame, bad = loans(100)
    with pytest.raises(InputError, match=message):
        ScorecardClassifier(**parameters).fit(frame, bad)


@each_estimator
def test_names_that_a_pyarrow_table_has_twice_are_refused(make: Callable[[], Any]) -> None:
    frame, bad = loans(100)
    twice = pa.table([frame["late"].to_arrow()] * 2, names=["late", "late"])
    with pytest.raises(InputError, match="names must differ"):
        make().fit(twice, bad)


@each_estimator
def test_masked_values_are_not_read_as_if_they_were_none(make: Callable[[], Any]) -> None:
    X = np.ma.array(np.arange(100.0).reshape(-1, 1), mask=np.arange(100).reshape(-1, 1) > 90)
    with pytest.raises(InputError, match="masked values; make them missing"):
        make().fit(X, np.arange(100) % 2)


def test_a_category_that_is_an_empty_text_is_a_level() -> None:
    empty = pd.DataFrame({"sector": pd.Categorical([""] * 10)})
    assert OptimalBinner().fit(empty, [0, 1] * 5).splits_ == {"sector": (("",),)}


def test_pyarrow_is_a_real_table_here() -> None:
    frame, _ = loans(10)
    assert isinstance(FRAMES["pyarrow"](frame), pa.Table)
    assert isinstance(FRAMES["pyarrow, dictionary"](frame)["sector"].type, pa.DictionaryType)
