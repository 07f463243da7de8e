"""Each gate refuses for its own fault and for no other; what force can do and what it cannot."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

import scorecard as sc
from scorecard.errors import InputError
from scorecard.policy import Policy
from scorecard.promotion import Promotion, promote, promotion
from scorecard.promotion.gates import gates_of
from scorecard.promotion.loosening import loosened
from scorecard.promotion.promotion import comparable
from scorecard.tracking import Record, Registry, Store
from scorecard.validation import Finding, Light, Section, ValidationReport
from scorecard.validation.words import Words

ASKED = (
    "data", "discrimination", "calibration", "stability", "monotonicity", "explanation", "leakage",
    "fairness",
)  # fmt: skip
GREEN, AMBER, RED, GREY = Light.GREEN, Light.AMBER, Light.RED, Light.GREY
ABOUT = {"data": {"sha256": "d" * 64}}


def section(key: str, light: Light = GREEN) -> Section:
    number = None if light is GREY else 0.3
    words = Words(f"{key}的数", f"number of {key}")
    found = Finding(key, words, number, "0.300", Words("规则", "its rule"), light)
    return Section(key, words, (found,))


def paired(gain: float = -0.01, p_value: float | None = 0.2) -> Section:
    table = pl.DataFrame({"role": ["answers", "champion"], "gain": [None, gain]})
    return Section(
        "challenger",
        Words("挑战者", "Challenger"),
        (),
        {"models": table.with_columns(p_value=pl.Series([None, p_value], dtype=pl.Float64))},
    )


def report(**lights: Light) -> ValidationReport:
    found = [section(key, lights.get(key, GREEN)) for key in ASKED]
    return ValidationReport(ABOUT, (*found, paired()))


@pytest.fixture(scope="module")
def policy(sme_cn: sc.Product) -> Policy:
    return Policy.parse(sme_cn.policy)


def changed(sme_cn: sc.Product, **lines: Any) -> Policy:
    """Return the product's policy with some lines, by dotted names, changed (None: taken out)."""
    told = copy.deepcopy(sme_cn.policy)
    for name, value in lines.items():
        *path, last = name.split("__")
        at: Any = told
        for part in path:
            at = at[part]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return Policy.parse(told)


def failed(found: ValidationReport, policy: Policy, rival: Policy | None = None) -> list[str]:
    gates = gates_of(found, policy, policy if rival is None else rival, office="1")
    assert all(gate.title.zh and gate.rule.en and gate.shown.zh for gate in gates)
    return [gate.key for gate in gates if not gate.passed]


def test_a_faultless_candidate_passes_every_gate_of_the_policy(policy: Policy) -> None:
    gates = gates_of(report(), policy, policy, office="1")
    assert [gate.key for gate in gates] == ["champion", *ASKED, "policy"]
    assert all(gate.passed for gate in gates)


@pytest.mark.parametrize("key", ASKED)
def test_each_light_refuses_for_its_own_fault(policy: Policy, key: str) -> None:
    strict = key in ("monotonicity", "explanation")
    assert failed(report(**{key: RED}), policy) == [key]
    assert failed(report(**{key: AMBER}), policy) == ([key] if strict else [])
    assert failed(report(**{key: GREY}), policy) == [key]
    rest = tuple(s for s in report().sections if s.key != key)
    assert failed(ValidationReport(ABOUT, rest), policy) == [key]


def test_a_gate_says_the_number_and_the_rule(policy: Policy) -> None:
    gates = gates_of(report(stability=RED), policy, policy, office="1")
    (gate,) = [gate for gate in gates if not gate.passed]
    assert gate.number == 0.3
    assert gate.shown.en == "red: number of stability 0.300"
    assert gate.rule.en == "no light worse than amber: its rule"


def test_fairness_is_not_asked_for_where_no_groups_are_declared(sme_cn: sc.Product) -> None:
    none = changed(sme_cn, validation__fairness__groups={})
    assert failed(report(fairness=GREY), none) == []


@pytest.mark.parametrize(
    ("gain", "p_value", "passes"),
    [
        (0.02, 0.09, False),  # one side: .045
        (0.02, 0.11, True),
        (0.004, 0.0001, True),  # certain, and small
        (-0.02, 0.0001, True),  # the candidate is better
        (0.02, None, False),
    ],
)
def test_the_champion_gate_asks_for_size_and_proof(
    policy: Policy, gain: float, p_value: float | None, passes: bool
) -> None:
    judged = ValidationReport(ABOUT, (*report().sections[:-1], paired(gain, p_value)))
    assert failed(judged, policy) == ([] if passes else ["champion"])


def test_without_a_comparison_nobody_is_as_good_as_the_champion(policy: Policy) -> None:
    judged = ValidationReport(ABOUT, report().sections[:-1])
    assert failed(judged, policy) == ["champion"]
    nobody = gates_of(judged, policy, None, office=None)
    assert all(gate.passed for gate in nobody)
    assert nobody[0].shown.en == "no champion in office"


def test_a_champion_is_compared_only_where_it_can_read_the_rows(
    rater: sc.Rater, sme_cn: sc.Product
) -> None:
    assert comparable(rater, rater)
    read = sorted(rater.features.reads)[0]
    for columns in (
        [c for c in sme_cn.columns if c.name != read],
        [SimpleNamespace(name=c.name, kind="str") for c in sme_cn.columns],
    ):
        other = SimpleNamespace(product=SimpleNamespace(columns=columns))
        assert not comparable(rater, other)  # type: ignore[arg-type]
    unread = [c for c in sme_cn.columns if c.name in rater.features.reads]
    fewer = SimpleNamespace(product=SimpleNamespace(columns=unread))
    assert comparable(rater, fewer)  # type: ignore[arg-type]


def test_a_champion_that_cannot_be_read_is_not_passed_over(policy: Policy) -> None:
    gates = gates_of(report(), policy, None, office="1")
    assert [gate.key for gate in gates if not gate.passed] == ["policy"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("promotion__champion__max_loss", 0.006),
        ("promotion__champion__alpha", 0.01),
        ("promotion__lights__explanation", "amber"),
        ("promotion__lights__fairness", None),
        ("validation__alpha", 0.01),
        ("validation__stability__psi", {"amber": 0.1, "red": 0.3}),
        ("validation__discrimination__auc", {"amber": 0.7, "red": 0.6}),
        ("validation__discrimination__segments", ["entity_type"]),
        ("validation__fairness__groups", {"owner_gender": []}),
        ("validation__fairness__groups", {"owner_gender": [], "owner_age": [40]}),
        ("validation__sensitivity__downturn_index", -2.0),
        ("validation__sensitivity__single_factor", {"amber": 3.5}),
    ],
)
def test_a_candidate_may_not_lower_its_own_bar(
    sme_cn: sc.Product, policy: Policy, line: str, value: Any
) -> None:
    looser = changed(sme_cn, **{line: value})
    assert failed(report(), looser, policy) == ["policy"]
    (told,) = loosened(looser, policy)
    assert told.startswith(line.replace("__", "."))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("promotion__champion__max_loss", 0.0),
        ("promotion__lights__data", "green"),
        ("promotion__lights__migration", "amber"),
        ("promotion__source", "somebody else"),
        ("validation__alpha", 0.1),
        ("validation__stability__psi", {"amber": 0.05, "red": 0.2}),
        ("validation__discrimination__segments", ["purpose_code", "entity_type", "industry"]),
        ("validation__sensitivity__downturn_index", -3.0),
        ("validation__sensitivity__single_factor", {"amber": 2.5}),
        ("validation__sensitivity__single_factor", {"amber": 3.0, "red": 6.0}),
        ("validation__discrimination__segments", ["purpose_code", "entity_type"]),
    ],
)
def test_stricter_rules_are_welcome(
    sme_cn: sc.Product, policy: Policy, line: str, value: Any
) -> None:
    assert loosened(changed(sme_cn, **{line: value}), policy) == ()


def test_a_red_line_that_is_gone_is_looser(sme_cn: sc.Product) -> None:
    name = "validation__sensitivity__single_factor"
    with_red = changed(sme_cn, **{name: {"amber": 3.0, "red": 6.0}})
    assert loosened(changed(sme_cn, **{name: {"amber": 3.0}}), with_red) == (
        "validation.sensitivity.single_factor.red",
    )
    assert loosened(changed(sme_cn, **{name: {"amber": 3.0, "red": 6.5}}), with_red) == (
        "validation.sensitivity.single_factor.red",
    )


def test_the_champion_gate_tells_size_and_one_sided_chance(policy: Policy) -> None:
    for gain, both, one in ((0.02, 0.09, "0.045"), (-0.02, 0.09, "0.955")):
        judged = ValidationReport(ABOUT, (*report().sections[:-1], paired(gain, both)))
        gate = gates_of(judged, policy, policy, office="1")[0]
        assert gate.number == gain
        assert gate.shown.en.endswith(f"{gain:+.4f}, p = {one}")
    assert policy.promotion.champion.model_dump() == {"max_loss": 0.005, "alpha": 0.05}
    for gain, both, passes in ((0.005, 0.001, True), (0.0051, 0.1, False), (0.0051, 0.101, True)):
        judged = ValidationReport(ABOUT, (*report().sections[:-1], paired(gain, both)))
        assert failed(judged, policy) == ([] if passes else ["champion"])


# -- the whole way ------------------------------------------------------------------------------
Judged = Callable[[ValidationReport], None]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judged:
    """Let the validation find what a test says."""
    return lambda found: monkeypatch.setattr(promotion, "validate", lambda *_, **__: found)


def test_a_candidate_that_passes_takes_the_office(
    registry: Registry, home: Path, judged: Judged
) -> None:
    judged(report(stability=AMBER))
    done = promote("models:/sme_cn@challenger", "d.parquet", by=" Ada ", store=Store(home))
    assert done.promoted
    told = done.record
    assert (told.outcome, told.version, told.from_version, told.by) == ("promoted", "2", "1", "Ada")
    assert (told.policy_version, told.champion_policy_version) == ("2026.1", "2026.1")
    assert (told.data_sha256, told.failed) == ("d" * 64, ())
    assert registry.holder("sme_cn") == "2"
    assert registry.holder("sme_cn", "challenger") is None
    assert registry.history("sme_cn")[-1] == told


def test_a_refusal_and_then_force(registry: Registry, home: Path, judged: Judged) -> None:
    judged(report(fairness=RED, leakage=RED))
    done = promote("models:/sme_cn/2", "d.parquet", by="Ada", store=Store(home))
    assert (done.record.outcome, done.record.failed) == ("refused", ("leakage", "fairness"))
    assert registry.holder("sme_cn") == "1"
    forced = promote(
        "models:/sme_cn/2", "d.parquet", by="Ada", force=("Grace", "branch 7 needs it"),
        store=Store(home),
    )  # fmt: skip
    told = forced.record
    assert (told.outcome, told.failed) == ("forced", ("leakage", "fairness"))
    assert (told.by, told.approved_by, told.reason) == ("Ada", "Grace", "branch 7 needs it")
    assert registry.holder("sme_cn") == "2"
    assert [r.outcome for r in registry.history("sme_cn")[2:]] == ["refused", "forced"]


def test_a_model_of_another_outcome_is_refused(
    registry: Registry, home: Path, judged: Judged
) -> None:
    judged(report())
    registry.store._client.set_model_version_tag("sme_cn", "3", "target", "default_3m")
    done = promote("models:/sme_cn/3", "d.parquet", by="Ada", store=Store(home))
    assert done.record.failed == ("outcome",)


def test_who_is_overtaken_while_the_gates_run_is_refused_even_by_force(
    registry: Registry, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def validate(*_: object, **__: object) -> ValidationReport:
        registry.store._client.set_registered_model_alias("sme_cn", "champion", "3")
        return report()

    monkeypatch.setattr(promotion, "validate", validate)
    done = promote(
        "models:/sme_cn/2", "d.parquet", by="Ada", force=("Bo", "now"), store=Store(home)
    )
    assert (done.record.outcome, done.record.failed) == ("refused", ("office",))
    assert registry.holder("sme_cn") == "3"


@pytest.mark.parametrize(
    ("by", "force", "said"),
    [
        ("", None, "--by must be a name"),
        ("  ", None, "--by must be a name"),
        ("A\x1b[2J", None, "control characters"),
        ("x" * 81, None, "at most 80"),
        ("Ada", ("", "why"), "--approved-by must be a name"),
        ("Ada", ("Ada", "why"), "two different persons"),
        ("Ada Byron", (" ada  byron", "why"), "two different persons"),
        ("Ada", ("Grace", " "), "--reason must be a reason"),
        ("Ada", ("Grace", "a\nb"), "control characters"),
    ],
)
def test_force_needs_two_different_names_and_a_reason(
    home: Path, by: str, force: tuple[str, str] | None, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        promote("models:/sme_cn/2", "d.parquet", by=by, force=force, store=Store(home))
    assert len(Registry(Store(home)).history("sme_cn")) == 2


@pytest.mark.slow
def test_a_real_validation_goes_through_the_gates(
    registry: Registry, home: Path, portfolio: pl.DataFrame
) -> None:
    """The same models under another hash: no worse than themselves, to the last bit."""
    done = promote("models:/sme_cn/2", portfolio, by="Ada", force=("Bo", "x"), store=Store(home))
    gates = {gate.key: gate for gate in done.gates}
    assert gates["champion"].number == 0
    assert {key for key, gate in gates.items() if gate.passed} >= {
        "integrity", "outcome", "champion", "data", "policy",
    }  # fmt: skip
    assert done.promoted
    assert done.record.data_sha256 == done.report.about["data"]["sha256"]


def test_a_notebook_shows_every_gate(policy: Policy) -> None:
    gates = gates_of(report(), policy, None, office=None)
    failing = replace(gates[0], passed=False, shown=Words("无", "<b>none & nobody</b>"))
    record = Record(
        product="sme_cn", outcome="refused", to="champion", version="2", from_version="1",
        sha256=None, by="<Zhao>",
    )  # fmt: skip
    found = Promotion(record, (failing, *gates[1:]))
    assert repr(found) == "Promotion(sme_cn version 2: refused, failed: champion)"
    page = found._repr_html_()
    assert "sme_cn version 2: refused" in page
    assert "by &lt;Zhao&gt;" in page
    assert "&lt;b&gt;none &amp; nobody&lt;/b&gt;" in page
    assert (page.count("✗"), page.count("✓")) == (1, len(gates) - 1)
