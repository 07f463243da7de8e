"""A target in place of the declared outcome: what it must hold, and that it never answers."""

import math
from unittest.mock import MagicMock

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scorecard as sc
from scorecard.errors import ProductError, TableError
from scorecard.policy.document import Population
from scorecard.sample import draw_sample
from scorecard.training import pipeline
from scorecard.training.declaration import trainable_policy
from scorecard.training.target import check_binary


@given(st.lists(st.sampled_from([0.0, 1.0, None, math.nan, -1.0, 0.5, 2.0, math.inf]), max_size=20))
@settings(max_examples=60)
def test_all_but_0_1_and_missing_is_counted(values: list[float | None]) -> None:
    data = pl.DataFrame({"paid": pl.Series(values, dtype=pl.Float64)})
    broken = sum(v is not None and not math.isnan(v) and v not in (0.0, 1.0) for v in values)
    if broken == 0:
        check_binary(data, "paid")
        return
    with pytest.raises(TableError, match=rf"paid must hold only 0 .* {broken} of {len(values)} "):
        check_binary(data, "paid")


@pytest.mark.parametrize(("target", "count"), [("default_12m", "3"), ("true_pd", "20,000")])
def test_a_target_of_other_values_is_refused_without_telling_them(
    small_product: sc.Product, portfolio: pl.DataFrame, target: str, count: str
) -> None:
    few = pl.when(pl.int_range(pl.len()) < 3).then(77).otherwise("default_12m")
    data = portfolio.with_columns(default_12m=few)
    with pytest.raises(TableError, match=f"{target} must hold only .*; {count} of 20,000") as told:
        sc.train(small_product, data, target=target, register=False)
    assert "77" not in str(told.value)


def test_a_target_must_be_an_outcome_of_numbers(small_product: sc.Product) -> None:
    with pytest.raises(ProductError, match="role outcome"):
        sc.train(small_product, None, target="revenue_ltm", register=False)


@pytest.mark.parametrize("target", [None, "default_12m"])
def test_only_the_declared_outcome_makes_a_champion(
    small_product: sc.Product,
    portfolio: pl.DataFrame,
    trained: sc.TrainingResult,
    monkeypatch: pytest.MonkeyPatch,
    target: str | None,
) -> None:
    monkeypatch.setattr(pipeline, "fit_models", lambda *_, **__: tuple(trained.models.values()))
    monkeypatch.setattr(pipeline, "_figures", lambda _: [])
    run = MagicMock(id="r")
    run.bundle.return_value = "7"
    store = MagicMock()
    store.run.return_value.__enter__.return_value = run
    result = sc.train(small_product, portfolio, target=target, store=store)
    assert (result.version, result.target) == ("7", target)
    assert result.champion == (target is None)
    assert store.set_champion.call_args_list == ([(("sme_cn", "7"),)] if target is None else [])
    loud = result.notes[0].startswith("TARGET: default_12m took the place of the declared outcome")
    assert loud == (target is not None)
    if target is not None:
        for carried in ("central tendency of 4.5%", "horizon of 12 months", "which model answers"):
            assert carried in result.notes[0]
        assert run.bundle.call_args.kwargs["tags"]["target"] == target
        assert "not champion" in result._repr_html_()


def test_rows_without_a_target_are_not_known(
    small_product: sc.Product, portfolio: pl.DataFrame
) -> None:
    risk = pl.col("true_pd")
    given = (
        pl.when(risk > 0.2).then(1.0).when(risk < 0.05).then(0.0).when(risk < 0.1).then(math.nan)
    )
    data = portfolio.with_columns(true_pd=given)
    policy = trainable_policy(small_product, "true_pd")
    everybody = policy.model_copy(update={"population": Population()})
    steps = draw_sample(small_product, everybody, data).steps
    known = steps.row(by_predicate=pl.col("step") == "outcome known", named=True)
    assert known["rows"] == data["true_pd"].is_in([0.0, 1.0]).sum() < data.height
    assert known["bads"] == (data["true_pd"] == 1).sum()
