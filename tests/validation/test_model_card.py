"""A model card: every line of it stands in the bundle or in the report; the rest is not stated."""

from __future__ import annotations

import dataclasses
import json
from html import escape
from pathlib import Path

import pytest
from report_by_hand import report

import scorecard as sc
from scorecard.errors import InputError
from scorecard.policy import Policy
from scorecard.validation import ModelCard, ValidationReport
from scorecard.validation.words import Words

HOSTILE = "<script>alert(1)</script>|`*_"


@pytest.fixture(scope="module")
def validated(rater: sc.Rater) -> ValidationReport:
    """The report by hand, of this very bundle."""
    made = report()
    model = {**made.about["model"], "sha256": rater.model.sha256}
    return dataclasses.replace(made, about={**made.about, "model": model})


@pytest.fixture(scope="module")
def card(rater: sc.Rater, validated: ValidationReport) -> ModelCard:
    return ModelCard.of(rater, validated)


def test_a_card_names_its_bundle_and_every_file_of_it(
    card: ModelCard, bundle_path: Path, tmp_path: Path
) -> None:
    bundle = sc.Bundle.read(bundle_path)
    assert ModelCard.of(bundle).sha256 == bundle.sha256 == card.sha256
    written = card.to_html(tmp_path / "card.html").read_text(encoding="utf-8")
    for text in (written, card.to_markdown("en"), card.to_markdown("zh")):
        for sha256 in (bundle.sha256, *bundle.manifest["files"].values()):
            assert sha256 in text


def test_a_card_tells_what_the_product_declares(card: ModelCard, rater: sc.Rater) -> None:
    policy = Policy.parse(rater.product.policy)
    told = card.to_dict()
    assert told["title"] == {"zh": policy.product.zh, "en": policy.product.en}
    assert told["purpose"]["outcome"] == {"zh": policy.outcome.zh, "en": policy.outcome.en}
    assert told["purpose"]["cutoff"] == policy.cutoff_grade
    assert told["calibration"]["central_tendency"] == policy.calibration.central_tendency
    assert told["calibration"]["source"] == policy.calibration.source
    features = told["features"]["table"]
    assert [row["feature"] for row in features] == list(rater.features.names)
    assert {row["feature"] for row in features if row["on_scorecard"]} == set(rater.card.features)
    assert [row["pd_from"] for row in told["scale"]["table"]] == list(rater.scale.edges[:-1])
    audit = {c.name for c in rater.product.columns if c.role == "audit_only"}
    assert {row["column"] for row in told["audit_only"]["table"]} == audit
    json.dumps(told, allow_nan=False)


def test_exclusions_are_counted_from_the_steps_of_the_report(
    card: ModelCard, rater: sc.Rater
) -> None:
    rows = {
        row["reason_en"]: row["rows_taken_out"] for row in card.part("population").table.to_dicts()
    }
    # Windows are counted between the file and the first exclusion, and take nothing out.
    assert rows["Prohibited industry"] == 100_000 - 99_593
    assert rows["Registration is not active"] == 99_593 - 98_825
    assert rows["On the list of dishonest judgment debtors"] is None  # not in the report: not said
    alone = ModelCard.of(rater).part("population")
    assert alone.table["rows_taken_out"].null_count() == alone.table.height


def test_what_is_not_known_is_not_stated(rater: sc.Rater, validated: ValidationReport) -> None:
    alone, both = ModelCard.of(rater), ModelCard.of(rater, validated)
    assert "- **Verdict**: not stated" in alone.to_markdown("en")
    assert "- **结论**: 未说明" in alone.to_markdown("zh")
    assert alone.to_dict()["validation"] == {"verdict": None}
    assert both.to_dict()["validation"]["verdict"] == validated.verdict.to_dict()
    assert both.to_dict()["versions"]["trained_with"] is None  # the manifest does not say
    policy = Policy.parse(rater.product.policy)
    assert policy.remarks == []
    assert both.to_dict()["limits"]["remarks"] is None


def test_every_remark_of_a_policy_is_a_limit_of_use(rater: sc.Rater, monkeypatch) -> None:
    remarks = [{"zh": "仅供研究", "en": "For research only"}]
    monkeypatch.setattr(rater.product, "policy", {**rater.product.policy, "remarks": remarks})
    assert ModelCard.of(rater).to_dict()["limits"]["remark_1"] == remarks[0]


def test_numbers_of_training_and_of_the_report_stand_beside_each_other(
    card: ModelCard, rater: sc.Rater, validated: ValidationReport
) -> None:
    known = rater.baseline.areas[rater.answering]["out of time"]
    assert card.to_dict()["performance"]["auc_out_of_time"].startswith(f"{known.auc:.4f} [")
    text = card.to_markdown()
    for section in validated.sections:
        if section.key in ("discrimination", "calibration"):
            assert all(f.shown.split(" ")[0] in text for f in section.findings)
    assert [row["light"] for row in card.to_dict()["validation"]["table"]] == [
        section.light.value for section in validated.sections
    ]


def test_a_report_of_another_bundle_is_refused(rater: sc.Rater) -> None:
    with pytest.raises(InputError, match="The report is of bundle 3fa41c0de93f, the card of"):
        ModelCard.of(rater, report())


def test_hostile_names_are_harmless_on_a_card(card: ModelCard) -> None:
    fact = dataclasses.replace(card.parts[0].facts[0], value=HOSTILE)
    part = dataclasses.replace(card.parts[0], facts=(fact,), title=Words("甲", "A"))
    hostile = ModelCard(HOSTILE, Words(HOSTILE, HOSTILE), "0" * 64, (part,))
    html, text = hostile.as_html("zh"), hostile.to_markdown("en")
    assert "<script>alert" not in html
    assert escape(HOSTILE) in html
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\|\\`\\*\\_" in text


def test_markdown_tables_have_as_many_cells_as_headings(card: ModelCard) -> None:
    for language in ("en", "zh"):
        width = 0
        for line in card.to_markdown(language).splitlines():
            if not line.startswith("|"):
                width = 0
                continue
            cells = line.replace("\\|", "").count("|")
            assert width in (0, cells)
            width = cells


def test_a_card_is_a_page_of_the_house(card: ModelCard, tmp_path: Path) -> None:
    assert card.as_html("en") == card.as_html("en")
    assert 'id="show-zh" aria-label="中文" checked' in card.as_html("zh")
    for refused in (lambda: card.to_markdown("de"), lambda: card.as_html("de")):
        with pytest.raises(InputError, match="language must be en or zh"):
            refused()
