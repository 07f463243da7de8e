"""Special values with names: one bin a name, the same in tables, documents, SQL and single rows."""

import json

import duckdb
import numpy as np
import polars as pl
import pytest

import scorecard as sc
from scorecard.binning import FeatureBins
from scorecard.errors import InputError
from scorecard.models import Scorecard

NAMED = {"debt": {"no bureau": [-1], "refused": [-2, -3.5]}}


def loans(n=4000, seed=6):
    draw = np.random.default_rng(seed)
    debt, use = draw.lognormal(0, 1, n), draw.uniform(0, 1, n)
    for code, share in ((-1.0, 0.08), (-2.0, 0.06), (-3.5, 0.05), (np.nan, 0.05)):
        debt[draw.random(n) < share] = code
    logit = -2 + 0.4 * (debt > 1) + 1.2 * np.isin(debt, [-2, -3.5]) + (use > 0.5) * (debt > 1)
    return pl.DataFrame({"debt": debt, "use": use}), draw.random(n) < 1 / (1 + np.exp(-logit))


@pytest.fixture(scope="module")
def made():
    X, y = loans()
    return sc.OptimalBinner(special_values=NAMED).fit(X, y), X, y


def test_a_name_is_a_bin_that_counts_all_its_codes(made):
    binner, X, y = made
    debt, table = X["debt"].to_numpy(), binner.binning_table("debt")
    rows = {row["bin"]: row for row in table.iter_rows(named=True)}
    for name, codes in NAMED["debt"].items():
        inside = np.isin(debt, codes)
        assert (rows[name]["count"], rows[name]["bads"]) == (inside.sum(), y[inside].sum())
        share = (~y[inside]).sum() / (~y).sum(), y[inside].sum() / y.sum()
        assert rows[name]["woe"] == pytest.approx(np.log(share[0] / share[1]), rel=1e-12)
    assert rows["total"]["count"] == len(y)
    bins, plain = binner.bins_["debt"], sc.OptimalBinner(special_values=[-1, -2, -3.5]).fit(X, y)
    assert bins.splits == plain.splits_["debt"]  # the ordinary values are the same
    values = [-1.0, -2.0, -3.5, 0.7, None]
    assert bins.index(values).tolist() == [bins.index_one(v) for v in values]
    k = bins.ordinary
    assert [bins.index_one(v) for v in values[:3]] == [k, k + 1, k + 1]
    assert bins.missing_index == k + 2
    assert len(bins.special_woe) == 2


def test_documents_keep_the_names_and_are_what_they_were_without(made):
    binner, X, y = made
    bins = binner.bins_["debt"]
    assert FeatureBins.from_dict(json.loads(json.dumps(bins.to_dict()))) == bins
    text = binner.to_json()
    again = sc.OptimalBinner.from_json(text)
    assert again.to_json() == text
    assert again.bins_ == binner.bins_
    plain = sc.OptimalBinner(special_values={"debt": [-1.0]}).fit(X, y).bins_
    assert not any("special_names" in each.to_dict() for each in plain.values())
    by_feature = {name: {"special_values": codes} for name, codes in NAMED.items()}
    assert sc.OptimalBinner(by_feature=by_feature).fit(X, y).bins_ == binner.bins_


@pytest.mark.parametrize("crosses", [0, 1])
def test_rows_batches_json_and_sql_give_the_same_bits(made, crosses):
    _, X, y = made
    if crosses:  # what only a grid can say
        y = y ^ ((X["debt"] > 1) ^ (X["use"] > 0.5)).fill_null(value=False).to_numpy()
    model = sc.ScorecardClassifier(special_values=NAMED, min_iv=0.0, crosses=crosses).fit(X, y)
    card = model.scorecard_
    assert bool(card.crosses) == bool(crosses)
    assert Scorecard.from_dict(json.loads(json.dumps(card.to_dict()))) == card
    odd = pl.DataFrame({"debt": [-1.0, -2.0, -3.5, -3.0, np.nan, -0.0], "use": [0.3] * 6})
    rows = pl.concat([odd, X.head(400)])
    score, compiled = model.score_points(rows), card.compile()
    assert [compiled(row).score for row in rows.iter_rows(named=True)] == score.tolist()
    answer = duckdb.sql(card.to_sql("duckdb", table="rows")).pl()
    assert sorted(answer["score"].to_list()) == sorted(score.tolist())
    assert "no bureau" in card.table()["bin"].to_list()


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ({"missing": [-1]}, "named by texts other than missing, unseen, total; got 'missing'"),
        ({" ": [-1]}, "named by texts"),
        ({1: [-1]}, "named by texts"),
        ({"a": []}, "one at least; 'a' has another"),
        ({"a": [np.nan]}, "different finite numbers"),
        ({"a": -1}, "different finite numbers"),
        ({"a": [-1], "b": [-2, -1]}, "can have one name; one has two"),
    ],
)
def test_names_that_cannot_stand_are_refused(codes, message):
    X, y = loans(200)
    with pytest.raises(InputError, match=f"debt: .*{message}|debt: {message}|{message}"):
        sc.OptimalBinner(special_values={"debt": codes}).fit(X, y)


def test_bins_refuse_names_that_do_not_fit_their_codes(made):
    data = made[0].bins_["debt"].to_dict()
    for names in (["a", "b"], ["a", "b", "a"]):
        with pytest.raises(InputError, match="special_names must name every special value"):
            FeatureBins.from_dict({**data, "special_names": names})
    nearly = {**data, "special_values": [-1.0, np.nextafter(-1.0, 0), -3.5], "special_names": []}
    size = 3 - len(
        NAMED["debt"]
    )  # codes that look alike in fifteen digits are two bins all the same
    longer = {key: [*data[key], *data[key][-1:] * size] for key in ("woe", "rows", "bads", "goods")}
    assert len(FeatureBins.from_dict({**nearly, **longer}).special_bins) == 3
