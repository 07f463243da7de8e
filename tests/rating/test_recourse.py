"""The laws of recourse: what is proposed is possible, balanced, smallest, and true when rated."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

import scorecard as sc
from scorecard.contract import Column, Identity, Lever
from scorecard.errors import ContractError, InputError
from scorecard.features import FeatureSet
from scorecard.recourse import Recourse, Spreads

Application = dict[str, object]


@pytest.fixture(scope="module")
def found(rater: sc.Rater, applications: list[Application]) -> list[tuple[Application, Recourse]]:
    """Recourse to the next grade for 40 applications, and to the cut-off for all below it."""
    some = applications[:160]
    below = [a for a in some if rater.rate_one(a).grade in ("R9", "R10")]
    assert len(below) > 10
    return [
        *((a, rater.recourse(a)) for a in some[:40]),
        *((a, rater.recourse(a, "approve")) for a in below[:25]),
    ]


def test_rated_again_it_reaches_the_target(
    rater: sc.Rater, found: list[tuple[Application, Recourse]]
) -> None:
    reached = [(a, r) for a, r in found if r.reached]
    assert len(reached) > 20
    labels = rater.scale.labels
    for application, recourse in reached:
        again = rater.rate_one(recourse.application)
        assert (again.grade, again.pd) == (recourse.grade_after, recourse.pd_after)
        assert labels.index(again.grade) <= labels.index(str(recourse.goal))
        assert recourse.grade_before == rater.rate_one(application).grade
        assert labels.index(str(recourse.goal)) < labels.index(recourse.grade_before)
        assert recourse
        assert recourse.reason is None
        assert recourse.cost == pytest.approx(sum(change.cost for change in recourse))


def test_only_what_is_declared_changes_and_the_books_stay_balanced(
    rater: sc.Rater, found: list[tuple[Application, Recourse]]
) -> None:
    columns = {c.name: c for c in rater.product.columns}
    followed = 0
    for application, recourse in found:
        after = recourse.application
        differs = {name for name in application if application[name] != after[name]}
        assert differs <= {change.field for change in recourse}
        for change in recourse:
            column = columns[change.field]
            assert application[change.field] == change.from_
            assert after[change.field] == change.to
            assert type(change.to) is {"float": float, "int": int, "bool": bool}[column.kind]
            up = change.to > change.from_  # type: ignore[operator]
            allowed = ("up", "either") if up else ("down", "either")
            assert change.to == change.from_ or column.change in allowed
            followed += change.cost == 0
        for identity in rater.product.identities:
            names = (identity.total, *identity.parts)
            if all(after[name] is not None for name in names):
                moved = {n: float(after[n]) - float(application[n]) for n in names}  # type: ignore
                scale = max(1.0, *(abs(each) for each in moved.values()))
                assert abs(identity.drift(moved)) <= 1e-6 * scale
    assert followed > 3, "no field followed another: this proves nothing of the books"


def test_no_feature_is_helped_by_moving_toward_risk(
    rater: sc.Rater, found: list[tuple[Application, Recourse]]
) -> None:
    sign = {"ascending": 1, "descending": -1}
    against = 0
    for application, recourse in found:
        if not recourse.reached:
            continue
        rows = rater.product.rows.frame(
            [_dated(rater, a) for a in (application, recourse.application)]
        )
        before, after = rater.features.evaluate(rows).rows(named=True)
        undone = dict(after)
        for feature in rater.features.features:
            old, new = before[feature.name], after[feature.name]
            assert (old is None) == (new is None), "what was known stays known"
            if old is None or feature.trend not in sign:
                continue
            if (new - old) * sign[feature.trend] > 0:
                undone[feature.name], against = old, against + 1
        both = pl.DataFrame([after, undone], schema=rows_schema(rater))
        log_odds = rater.rate_features(both)["pd"].to_list()
        assert log_odds[1] <= log_odds[0]
    assert against > 0, "nothing moved toward risk: this proves nothing"


def rows_schema(rater: sc.Rater) -> dict[str, pl.DataType | type[pl.DataType]]:
    numeric = set(rater.features.numeric)
    return {n: pl.Float64 if n in numeric else pl.String for n in rater.features.names}


def _dated(rater: sc.Rater, application: object) -> dict[str, object]:
    return rater.product.request_model.model_validate(application).__dict__


def test_where_there_is_none_it_says_why(
    rater: sc.Rater, found: list[tuple[Application, Recourse]], applications: list[Application]
) -> None:
    none = [r for _, r in found if not r.reached]
    assert none
    for recourse in none:
        assert not recourse
        assert len(recourse) == 0
        assert recourse.reason in ("none_found", "best_grade")
        assert recourse.reason_zh
        assert recourse.reason_en
        assert recourse.grade_after == recourse.grade_before
    good = next(a for a in applications if rater.rate_one(a).grade in ("R3", "R4", "R5"))
    already = rater.recourse(good, "approve")
    assert (already.reason, already.goal, list(already)) == ("at_cutoff", "R8", [])
    assert already.application == good
    assert "无需改变" in already.text_zh
    with pytest.raises(InputError, match="next_grade, approve"):
        rater.recourse(good, "more")
    with pytest.raises(ContractError):
        rater.recourse({**good, "requested_amount": -1.0})


def test_the_texts_speak_both_languages_and_promise_nothing(
    found: list[tuple[Application, Recourse]],
) -> None:
    for _, recourse in found:
        for change in recourse:
            assert change.label_zh in change.text_zh
            assert change.label_en in change.text_en
        if recourse.reached:
            assert "不构成批准或放款的承诺" in recourse.text_zh
            assert "no promise of a loan" in recourse.text_en


# -- a product small enough to try everything -----------------------------------------------------
def number(name: str, low: float, high: float, change: str | None = None) -> Column:
    return Column(
        name, "float", False, "scoring", name, name, ge=low, le=high, change=change
    )  # fmt: skip


def tiny(policy: dict[str, object], levers: list[Lever]) -> sc.Product:
    columns = [
        number("amount", 10.0, 400.0, "down"),
        number("debt", 0.0, 1e4, "down"),
        number("assets", 0.0, 1e5, "either"),
        number("net", -1e5, 1e5),
        number("income", 0.0, 1e5),
        number("late", 0.0, 100.0),
        Column("late_papers", "bool", True, "scoring", "缺材料", "Papers missing", change="down"),
        Column("part", "int", True, "audit_only", "部分", "Part", ge=0, le=1),
        Column("bad", "int", True, "outcome", "坏", "Bad", ge=0, le=1),
    ]
    features = [
        sc.Feature("load", "(debt + amount) / income", "ascending", "R"),
        sc.Feature("leverage", "debt / assets", "ascending", "R"),
        sc.Feature("late", "late", "ascending", "R"),
        sc.Feature("papers", "case when late_papers then 1 else 0 end", "ascending", "R"),
    ]
    return sc.Product(
        "tiny", columns, [sc.Rule("owed", "debt", "debt <= assets", "负债", "Debt within assets")],
        features=FeatureSet(features, {c.name: c.kind for c in columns}),
        reasons=[sc.ReasonText("R", "原因。", "Reason.")], policy=policy,
        levers=levers, identities=[Identity("net", {"assets": 1, "debt": -1}, "净值", "Net")],
    )  # fmt: skip


ASK = Lever("ask_less", {"amount": -1}, "少借", "Ask for less", step=10, most="0.5 * amount")
PAY = Lever("pay", {"debt": -1, "assets": -1}, "还款", "Repay", step=10, most="0.4 * debt")


@pytest.fixture(scope="module")
def small(sme_cn: sc.Product) -> tuple[sc.Product, pl.DataFrame, sc.Bundle]:
    policy = copy.deepcopy(sme_cn.policy)
    policy |= {
        "population": {"exclusions": []},
        "outcome": {"bad": "bad = 1", "known": "bad is not null", "horizon_months": None,
                    "zh": "坏", "en": "Bad"},
        "sample": {"observation_date": None, "weight": None, "in_time": "part = 0",
                   "out_of_time": "part = 1"},
        "cutoff_grade": "R8",
        "calibration": {
            "central_tendency": 0.08, "source": "a test",
            "period": None, "period_source": "a test",
            "asset_correlation": 0.05, "asset_correlation_source": "a test",
        },
    }  # fmt: skip
    policy["models"]["boosted"] = {"n_estimators": 30, "max_depth": 3, "learning_rate": 0.2}
    rng = np.random.default_rng(5)
    n = 6000
    assets = np.round(500 * rng.lognormal(0, 0.5, n), 2)
    debt = np.round(assets * rng.beta(2, 3, n), 2)
    amount = np.clip(np.round(100 * rng.lognormal(0, 0.5, n)), 10, 400)
    income = np.round(600 * rng.lognormal(0, 0.4, n), 2)
    late, papers = np.floor(rng.exponential(3, n)), rng.random(n) < 0.3
    z = -4.4 + 1.6 * (debt + amount) / income + 1.2 * debt / assets + 0.12 * late + 0.7 * papers
    frame = pl.DataFrame(
        {"amount": amount, "debt": debt, "assets": assets, "net": assets - debt, "income": income,
         "late": np.minimum(late, 100.0), "late_papers": papers,
         "part": (np.arange(n) % 3 == 0).astype(int),
         "bad": (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)}
    )  # fmt: skip
    product = tiny(policy, [ASK, PAY])
    return product, frame, sc.train(product, frame, seed=1, register=False).bundle


def below(rater: sc.Rater, frame: pl.DataFrame, n: int) -> list[Application]:
    grades = rater.rate(frame)["grade"]
    asked = [c.name for c in rater.product.columns if c.asked]
    return frame.filter(grades.is_in(["R9", "R10"])).select(asked).head(n).to_dicts()


@pytest.mark.parametrize("answering", ["scorecard", "boosted"])
def test_nothing_smaller_reaches_it_on_a_fine_grid(
    small: tuple[sc.Product, pl.DataFrame, sc.Bundle], answering: str
) -> None:
    _, frame, bundle = small
    rater = sc.Rater(sc.Bundle.seal(bundle.files, {**bundle.manifest, "answering": answering}))
    units = {
        name: spread.unit
        for name, spread in Spreads.from_dict(bundle.json("recourse.json")).fields.items()
    }
    reached = 0
    for application in below(rater, frame, 25):
        recourse = rater.recourse(application, "approve")
        amount, debt = float(application["amount"]), float(application["debt"])  # type: ignore
        assets = float(application["assets"])  # type: ignore[arg-type]
        asks = [amount, *(x for x in np.arange(10.0, amount, 10.0) if amount - x <= 0.5 * amount)]
        owes = [debt, *(x for x in np.arange(0.0, debt, 10.0) if debt - x <= 0.4 * debt)]
        papers = [application["late_papers"], *([False] if application["late_papers"] else [])]
        rows = [
            {**application, "amount": a, "debt": d, "assets": assets - (debt - d), "late_papers": p}
            for a, d, p in itertools.product(asks, owes, papers)
        ]
        rated = rater.rate(pl.DataFrame(rows, schema={**_schema(rater)}))
        ok = rated["grade"].is_in(["R9", "R10"]).not_().fill_null(False).to_numpy()
        cost = np.array(
            [
                (amount - r["amount"]) / units["amount"] + (debt - r["debt"]) / units["debt"]
                + (r["late_papers"] != application["late_papers"]) / units["late_papers"]
                for r in rows
            ]
        )  # fmt: skip
        assert recourse.reached == bool(ok.any())
        if recourse.reached:
            reached += 1
            assert recourse.cost == pytest.approx(cost[ok].min(), abs=1e-9)
    assert reached > 5


def _schema(rater: sc.Rater) -> dict[str, pl.DataType]:
    return dict(rater.product.rows.schema)


def test_the_order_of_levers_changes_nothing(
    small: tuple[sc.Product, pl.DataFrame, sc.Bundle],
    sealed: Callable[[sc.Product, sc.Bundle], sc.Rater],
) -> None:
    product, frame, bundle = small
    turned = tiny(product.policy, [PAY, ASK])
    one, other = sealed(product, bundle), sealed(turned, bundle)
    for application in below(one, frame, 8):
        a, b = one.recourse(application, "approve"), other.recourse(application, "approve")
        assert a == b
        assert a == one.recourse(application, "approve")


def test_a_product_that_declares_nothing_says_so(
    small: tuple[sc.Product, pl.DataFrame, sc.Bundle],
    sealed: Callable[[sc.Product, sc.Bundle], sc.Rater],
) -> None:
    product, frame, bundle = small
    fixed = sc.Product.from_dict(
        {
            **product.to_dict(),
            "columns": [
                {k: v for k, v in c.to_dict().items() if k != "change"} for c in product.columns
            ],
            "levers": [],
        }
    )
    rater = sealed(fixed, bundle)
    recourse = rater.recourse(below(rater, frame, 1)[0], "approve")
    assert (recourse.reason, recourse.reached, len(recourse)) == ("nothing_changeable", False, 0)


@pytest.fixture(scope="module")
def sealed() -> Callable[[sc.Product, sc.Bundle], sc.Rater]:
    """A rater of another declaration with the models of a bundle."""
    from scorecard.rating.bundle import encode_json

    def seal(product: sc.Product, bundle: sc.Bundle) -> sc.Rater:
        declared = {k: v for k, v in product.to_dict().items() if k != "policy"}
        spreads = bundle.json("recourse.json")
        fields = {c.name for c in product.columns if c.change is not None}
        kept = {k: v for k, v in spreads["fields"].items() if k in fields}
        files = {
            **bundle.files,
            "product.json": encode_json(declared),
            "recourse.json": encode_json({**spreads, "fields": kept}),
        }
        return sc.Rater(sc.Bundle.seal(files, bundle.manifest))

    return seal
