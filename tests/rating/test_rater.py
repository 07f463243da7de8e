"""The laws of a rating: exact, identical on every road, monotone, and never unexplained."""

import json
import math
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scorecard as sc
from scorecard.errors import ContractError, TableError
from scorecard.rating.voice import Account
from scorecard.values import Rating


@pytest.fixture(scope="session")
def raters(trained: sc.TrainingResult) -> dict[str, sc.Rater]:
    """The same bundle with either model answering."""
    both = {}
    for name in ("scorecard", "boosted"):
        about = {**trained.bundle.manifest, "answering": name}
        both[name] = sc.Rater(sc.Bundle.seal(trained.bundle.files, about))
    return both


@pytest.mark.parametrize("answering", ["scorecard", "boosted"])
def test_contributions_add_up_to_what_they_explain(
    raters: dict[str, sc.Rater], portfolio: pl.DataFrame, answering: str
) -> None:
    rated = raters[answering].rate(portfolio.head(2000))
    names = rated["contributions"].struct.fields
    total = (
        rated["base"]
        + rated.select(
            pl.sum_horizontal(pl.col("contributions").struct.field(n) for n in names).alias("s")
        )["s"]
    )
    target = rated["score"] if answering == "scorecard" else rated["margin"]
    assert (total - target).abs().max() <= 1e-9  # type: ignore[operator]


@pytest.mark.parametrize("answering", ["scorecard", "boosted"])
def test_one_by_one_in_batch_and_as_a_table_are_the_same(
    raters: dict[str, sc.Rater],
    portfolio: pl.DataFrame,
    applications: list[dict[str, object]],
    answering: str,
) -> None:
    rater = raters[answering]
    some = applications[:200]
    ones = [rater.rate_one(application) for application in some]
    rows = [rater.product.request_model.model_validate_json(json.dumps(a)).__dict__ for a in some]
    assert rater.rate_rows(rows) == ones
    assert rater.rate_rows(rows[::-1]) == ones[::-1]
    table = rater.rate(portfolio.head(200))
    for name in ("pd", "score", "margin", "grade"):
        assert table[name].to_list() == [getattr(one, name) for one in ones]
    assert table["contributions"].to_list() == [one.explanation.contributions for one in ones]
    reasons = [[r["text_zh"] for r in row] for row in table["reasons"].to_list()]
    assert reasons == [[r.text_zh for r in one.reasons] for one in ones]


def test_threads_and_processes_give_the_same_bits(
    rater: sc.Rater, bundle_path: Path, applications: list[dict[str, object]], tmp_path: Path
) -> None:
    some = applications[:60]
    alone = [rater.rate_one(a) for a in some]
    seen: dict[int, list[Rating]] = {}

    def work(k: int) -> None:
        seen[k] = [rater.rate_one(a) for a in some]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(seen[k] == alone for k in range(4))
    (tmp_path / "some.json").write_text(json.dumps(some), encoding="utf-8")
    code = (
        "import json, sys, scorecard as sc\n"
        "rater = sc.Rater.load(sys.argv[1])\n"
        "print(json.dumps([rater.rate_one(a).to_dict() for a in json.load(open(sys.argv[2]))]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(bundle_path), str(tmp_path / "some.json")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [Rating.from_dict(each) for each in json.loads(done.stdout)] == alone


@pytest.mark.parametrize("answering", ["scorecard", "boosted"])
def test_raising_a_feature_declared_risk_increasing_never_lowers_the_pd(
    raters: dict[str, sc.Rater], portfolio: pl.DataFrame, answering: str
) -> None:
    rater = raters[answering]
    features = rater.features.evaluate(portfolio.head(400))
    base = rater.rate_features(features)["pd"].to_numpy()
    rng = np.random.default_rng(0)
    moved = 0
    for feature in rater.features.features:
        if feature.trend not in ("ascending", "descending"):
            continue
        values = features[feature.name].to_numpy()
        pool = values[~np.isnan(values)]
        up = np.maximum(values, rng.choice(pool, len(values)))  # a missing value stays missing
        raised = features.with_columns(pl.Series(feature.name, up, nan_to_null=True))
        after = rater.rate_features(raised)["pd"].to_numpy()
        step = after - base if feature.trend == "ascending" else base - after
        assert (step >= 0).all(), feature.name
        moved += int((step > 0).sum())
    assert moved > 1000, "raising features must move PDs, or this proves nothing"


def test_reasons_are_true_and_carry_the_applicants_value(
    rater: sc.Rater, applications: list[dict[str, object]]
) -> None:
    missing = 0
    for application in applications[:200]:
        rating = rater.rate_one(application)
        assert len(rating.reasons) <= 4
        given = [r.contribution for r in rating.reasons]
        assert min(given, default=1.0) >= rater.product.policy["reasons"]["min_contribution"]
        assert given == sorted(given, reverse=True)
        assert len({r.code for r in rating.reasons}) == len(rating.reasons)
        for reason in rating.reasons:
            texts, feature = rater.product.reasons[reason.code], rater.features[reason.feature]
            assert (reason.value is None) == (not reason.text_en.startswith(texts.en.rstrip(".")))
            assert feature.zh in reason.text_zh
            assert feature.en in reason.text_en
            assert reason.reference == rater.reference.typical[reason.feature]
            assert (reason.value is None) == ("typical of comparable firms" not in reason.text_en)
            assert (reason.value is None) == ("可比企业通常" not in reason.text_zh)
            missing += reason.value is None
    assert missing > 0, "without a missing value that adds risk this proves nothing"


def test_both_models_explain_themselves_in_the_same_words(
    raters: dict[str, sc.Rater], applications: list[dict[str, object]]
) -> None:
    same = 0
    for application in applications[:60]:
        told = [
            {r.feature: r for r in (*rating.reasons, *(rating.strengths or ()))}
            for rating in (each.rate_one(application, strengths=True) for each in raters.values())
        ]
        for name in told[0].keys() & told[1].keys():
            first, other = told[0][name], told[1][name]
            if (first.contribution > 0) == (other.contribution > 0):
                assert replace(first, contribution=0.0) == replace(other, contribution=0.0)
                same += 1
    assert same > 100, "the models hardly agreed on a feature: this proves nothing"


def test_strengths_are_told_only_on_request_and_change_nothing_else(
    rater: sc.Rater, applications: list[dict[str, object]]
) -> None:
    given = 0
    for application in applications[:60]:
        plain, asked = rater.rate_one(application), rater.rate_one(application, strengths=True)
        assert plain.strengths is None
        assert asked.strengths is not None
        assert replace(asked, strengths=None) == plain
        assert Rating.from_dict(json.loads(json.dumps(asked.to_dict()))) == asked
        assert len(asked.strengths) <= 4
        assert all(strength.contribution < 0 for strength in asked.strengths)
        given += len(asked.strengths)
    assert given > 100


@pytest.mark.parametrize("answering", ["scorecard", "boosted"])
def test_features_of_one_group_are_added_before_groups_are_ranked(
    raters: dict[str, sc.Rater], trained: sc.TrainingResult, portfolio: pl.DataFrame, answering: str
) -> None:
    rater = raters[answering]
    least = rater.product.policy["reasons"]["min_contribution"]
    card = trained.models["scorecard"].estimator.scorecard_
    cancelled = together = 0
    merged = {code: each.codes[0] for each in rater.reference.merged for code in each.codes}

    def group(name: str) -> str:
        return merged.get(rater.features[name].reason, rater.features[name].reason)

    table = portfolio.head(300)
    for values, row in zip(
        rater.features.evaluate(table).iter_rows(named=True),
        rater.rate(table, strengths=True).iter_rows(named=True),
        strict=True,
    ):
        risk = row["contributions"]
        if answering == "scorecard":  # points: the shortfall against the mean, in log-odds
            means = dict(zip(card.features, card.mean_points, strict=True))
            risk = {name: (means[name] - points) / card.factor for name, points in risk.items()}
        sums: dict[str, float] = {}
        for name, each in risk.items():
            sums[group(name)] = sums.get(group(name), 0.0) + each
        cancelled += sum(each > least > sums[group(n)] for n, each in risk.items())
        expected = sorted((v for v in sums.values() if v >= least), reverse=True)[:4]
        assert [r["contribution"] for r in row["reasons"]] == pytest.approx(expected, abs=1e-12)
        for reason in row["reasons"]:
            said = group(reason["feature"])
            members = {n: v for n, v in risk.items() if group(n) == said}
            assert reason["code"] == rater.features[reason["feature"]].reason
            assert reason["contribution"] == pytest.approx(sums[said], abs=1e-12)
            assert risk[reason["feature"]] == max(members.values())
            together += len({rater.features[n].reason for n in members}) > 1
        speakers = {said: min(risk, key=lambda n: (group(n) != said, risk[n])) for said in sums}
        known = {said: v for said, v in sums.items() if values[speakers[said]] is not None}
        low = sorted(v for v in known.values() if v <= -least)[:4]
        assert [r["contribution"] for r in row["strengths"]] == pytest.approx(low, abs=1e-12)
    assert together > 0, "no merged group is a reason: this proves nothing"
    assert cancelled > 0, "no feature was outweighed within its code: this proves nothing"


def test_an_application_outside_the_population_says_so(
    rater: sc.Rater, applications: list[dict[str, object]], portfolio: pl.DataFrame
) -> None:
    inside = next(a for a in applications if not rater.rate_one(a).warnings)
    outside = {**inside, "dishonest_flag": True, "registration_status": "revoked"}
    said = rater.rate_one(outside).warnings
    assert [(w.code, w.feature) for w in said] == [
        ("outside_population", "registration_status"),
        ("outside_population", "dishonest_flag"),
    ]
    assert "失信" in said[1].text_zh
    assert "dishonest" in said[1].text_en
    table = portfolio.filter(~pl.col("dishonest_flag").fill_null(False)).head(1)
    excluded = table.with_columns(dishonest_flag=True)
    assert [w["code"] for w in rater.rate(excluded)["warnings"][0]] == ["outside_population"]


def test_a_table_may_be_of_pandas_or_pyarrow(rater: sc.Rater, portfolio: pl.DataFrame) -> None:
    rated = rater.rate(portfolio.head(40))
    assert rater.rate(portfolio.head(40).to_pandas()).equals(rated)
    assert rater.rate(portfolio.head(40).to_arrow()).equals(rated)


def test_the_second_opinion_is_what_the_other_model_answers(
    raters: dict[str, sc.Rater], applications: list[dict[str, object]]
) -> None:
    for application in applications[:30]:
        first = raters["scorecard"].rate_one(application)
        other = raters["boosted"].rate_one(application)
        assert first.second_opinion is not None
        assert (first.second_opinion.pd, first.second_opinion.score) == (other.pd, other.score)
        assert first.second_opinion.grade == other.grade


def test_grade_and_score_agree_with_the_pd(rater: sc.Rater, portfolio: pl.DataFrame) -> None:
    rated = rater.rate(portfolio.head(3000)).sort("score")
    assert rated["pd"].is_sorted(descending=True)
    edges = rater.scale.edges
    for pd, grade in rated.select("pd", "grade").rows():
        k = rater.scale.labels.index(grade)
        low = 0.0 if k == 0 else edges[k] * (1 - 1e-12)
        high = 1.0 if k == len(edges) - 2 else edges[k + 1] * (1 + 1e-12)
        assert low <= pd < high


def test_a_rating_is_json_both_ways(rater: sc.Rater, applications: list[dict[str, object]]) -> None:
    rating = rater.rate_one(applications[0])
    assert Rating.from_dict(json.loads(json.dumps(rating.to_dict()))) == rating


def test_bad_rows_are_named_and_spoil_nobody(rater: sc.Rater, portfolio: pl.DataFrame) -> None:
    good = portfolio.head(50)
    bad = good.with_columns(
        pl.when(pl.int_range(pl.len()) % 10 == 3)
        .then(pl.lit(-5.0))
        .otherwise(pl.col("requested_amount"))
        .alias("requested_amount")
    )
    rated = rater.rate(bad)
    assert rated.height == 50
    broken = rated["problems"].is_not_null()
    assert broken.arg_true().to_list() == [3, 13, 23, 33, 43]
    assert "requested_amount" in rated["problems"][3]
    assert rated["pd"].is_null().equals(broken, check_names=False)
    alone = rater.rate(good)
    assert rated.filter(~broken)["pd"].equals(alone.filter(~broken)["pd"])


def test_a_bad_application_lists_every_field(
    rater: sc.Rater, applications: list[dict[str, object]]
) -> None:
    application = {**applications[0], "tenor_months": 3.0, "requested_amount": math.inf, "x": "?"}
    del application["uscc"]
    with pytest.raises(ContractError) as caught:
        rater.rate_one(application)
    assert {(p.field, p.rule) for p in caught.value.problems} == {
        ("uscc", "required"),
        ("tenor_months", "type"),
        ("requested_amount", "finite"),
        ("x", "unknown"),
    }


def test_an_unseen_level_is_said(
    rater: sc.Rater, applications: list[dict[str, object]], portfolio: pl.DataFrame
) -> None:
    features = rater.features.evaluate(portfolio.head(3))
    changed = features.with_columns(pl.lit("?").alias("industry_section"))
    assert rater.rate_features(changed)["warnings"].list.len().min() == 1
    assert rater.rate_features(features)["warnings"].list.len().max() == 0


def test_a_table_of_the_wrong_shape_is_one_sentence(
    rater: sc.Rater, portfolio: pl.DataFrame
) -> None:
    with pytest.raises(TableError, match="requested_amount"):
        rater.rate(portfolio.drop("requested_amount"))


def test_an_explanation_that_does_not_add_up_is_never_answered(
    raters: dict[str, sc.Rater], portfolio: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    rater = raters["boosted"]
    tables = rater._panel.first._explainer  # type: ignore[attr-defined]
    monkeypatch.setattr(tables, "base", tables.base + 1e-3)
    with pytest.raises(sc.errors.ExplanationError):
        rater.rate(portfolio.head(5))


def test_the_serving_road_imports_no_training_library(bundle_path: Path) -> None:
    code = (
        "import sys, scorecard.rating as r\n"
        "r.Rater.load(sys.argv[1])\n"
        "print([m for m in ('mlflow', 'shap', 'pandera', 'matplotlib')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(bundle_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_accounts_are_the_common_shape_of_both_models(
    raters: dict[str, sc.Rater], portfolio: pl.DataFrame
) -> None:
    features = raters["boosted"].features.evaluate(portfolio.head(7))
    for rater in raters.values():
        for voice in rater._panel.voices:
            account = voice.hear(features)
            assert isinstance(account, Account)
            assert account.contributions.shape == (7, len(voice.features))
            assert account.risk.shape == account.contributions.shape
