"""A report as a validation would make it, written by hand: every section, light and picture."""

from __future__ import annotations

import polars as pl

from scorecard.validation import Finding, Light, Section, ValidationReport
from scorecard.validation.words import Words

GRADES = [f"R{k}" for k in range(1, 11)]
SHA = "3fa41c0de9" * 6 + "abcd"
RULES = {
    "discrimination": {"auc": {"amber": 0.7, "red": 0.65}, "segments": ["entity_type"]},
    "stability": {"psi": {"amber": 0.1, "red": 0.25}},
    "leakage": {"auc": {"amber": 0.8, "red": 0.85}},
    "sensitivity": {"single_factor": {"amber": 3.0, "red": 6.0}, "downturn_index": -2.33},
    "fairness": {"impact_ratio": {"amber": 0.9, "red": 0.8}, "groups": {"owner_gender": []}},
    "challenger": {"gain": {"amber": 0.01, "red": 0.03}},
}


def finding(
    key: str, number: float | None, shown: str, light: Light, p: float | None = None
) -> Finding:
    what = Words(f"{key}的数值", f"Number of {key}")
    rule = Words(f"{key}高于0.1为黄灯", f"amber where {key} is above 0.1")
    return Finding(key, what, number, shown, rule, light, p)


def steps() -> pl.DataFrame:
    rows = [
        ("in the file, valid under the contract", 100_000, 4239),
        ("of these in time, before exclusions", 59_978, 2694),
        ("after excluding: Prohibited industry", 99_593, 4219),
        ("after excluding: Registration is not active", 98_825, 4188),
        ("outcome known", 97_000, 4029),
        ("judged", 19_070, 832),
    ]
    return pl.DataFrame(rows, schema=["step", "rows", "bads"], orient="row")


def _grades() -> pl.DataFrame:
    pd = [0.0008 * 1.8**k for k in range(10)]
    rows = [5, 85, 364, 1176, 2428, 3684, 4196, 3385, 2126, 1621]
    rate = [0.0, 0.0, 0.0055, *(each * 1.05 for each in pd[3:])]
    return pl.DataFrame(
        {
            "grade": GRADES, "rows": rows, "mean_pd": pd, "bad_rate": rate,
            "low": [0.8 * each for each in rate], "high": [1.2 * each + 0.001 for each in rate],
            "pd_at_level": [0.95 * each for each in pd],
        }
    )  # fmt: skip


def _psi(features: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "kind": ["score", "grades", *["feature"] * features],
            "name": ["score", "grades", "power_trend", *[f"f{k}" for k in range(features - 1)]],
            "psi": [0.021, 0.012, 0.312, *[0.09 / (k + 1) for k in range(features - 1)]],
            "p_value": [0.2, 0.06, 1e-9, *[0.5] * (features - 1)],
        }
    )


def _tables() -> dict[str, dict[str, pl.DataFrame]]:
    share = [0.01, 0.02, 0.05, 0.09, 0.15, 0.2, 0.2, 0.14, 0.09, 0.05]
    curve = [k / 50 for k in range(51)]
    names = [f"f{k}" for k in range(30)]
    auc = pl.DataFrame({"auc": [0.80, 0.74], "low": [0.78, 0.70], "high": [0.82, 0.78]})
    return {
        "data": {"steps": steps(), "refused": pl.DataFrame(schema={"field": pl.String})},
        "discrimination": {
            "roc": pl.DataFrame({"false_rate": curve, "true_rate": [x**0.4 for x in curve]}),
            "gains": pl.DataFrame(
                {"share": curve[5::5], "capture": [x**0.5 for x in curve[5::5]]}
            ),
            "areas": auc.with_columns(model=pl.lit("scorecard"), window=pl.lit("judged")),
            "segments": auc.with_columns(
                column=pl.lit("entity_type"), segment=pl.Series(["limited", "partnership"])
            ),
        },
        "calibration": {
            "grades": _grades(),
            "level": pl.DataFrame(
                {"cohort": ["2023", "2024"], "mean_pd": [0.04, 0.05], "bad_rate": [0.05, 0.04]}
            ),
        },
        "stability": {
            "psi": _psi(44),
            "grades": pl.DataFrame(
                {"grade": GRADES, "share_then": share, "share_now": share[::-1]}
            ),
        },
        "concentration": {},
        "migration": {
            "matrix": pl.DataFrame(
                {"from": GRADES}
                | {g: [90 if i == j else 1 for i in range(10)] for j, g in enumerate(GRADES)}
            )
        },
        "monotonicity": {"empty": pl.DataFrame(schema={"feature": pl.String})},
        "explanation": {
            "steadiness": pl.DataFrame({"code": ["LEVERAGE"], "given": [9], "kept": [0.9]})
        },
        "leakage": {
            "features": pl.DataFrame(
                {
                    "feature": names, "auc": [0.6] * 30, "auc_low": [0.55] * 30,
                    "auc_high": [0.65] * 30, "light": ["green"] * 29 + ["amber"],
                }
            )
        },
        "sensitivity": {
            "features": pl.DataFrame(
                {
                    "feature": ["power_trend", "f1"], "worst": ["-0.3", "missing"],
                    "factor": [1.6, 1.2], "best_factor": [0.7, 0.9],
                }
            ),
            "downturn_grades": pl.DataFrame(
                {"grade": GRADES, "share": share, "downturn_share": share[::-1]}
            ),
        },
        "fairness": {
            "owner_gender": pl.DataFrame(
                {
                    "group": ["female", "male", "few"], "approval_rate": [0.6, 0.8, 0.9],
                    "judged": [True, True, False],
                }
            )
        },
        "challenger": {
            "models": pl.DataFrame(
                {
                    "model": ["scorecard", "boosted"], "gain": [None, 0.004],
                    "gain_low": [None, -0.002], "gain_high": [None, 0.01],
                }
            )
        },
    }  # fmt: skip


def sections() -> tuple[Section, ...]:
    red, amber, green, grey = Light.RED, Light.AMBER, Light.GREEN, Light.GREY
    found = {
        "data": [finding("rejected", 0.0, "0.00% (0 of 100,000)", green)],
        "discrimination": [
            finding("auc", 0.799, "0.799 [0.783, 0.815]", green, 1.0),
            finding("segments", 0.055, "+0.055 (purpose = other)", amber, 0.012),
        ],
        "calibration": [finding("grades", 1.63, "R8: 1.63 times (118 bads)", red, 0.0004)],
        "stability": [finding("features", 0.312, "PSI 0.312 (power_trend)", red, 1e-9)],
        "concentration": [finding("herfindahl", 0.197, "0.197 (training 0.194)", green, 0.49)],
        "migration": [finding("far", None, "0 borrowers stand at two dates", grey)],
        "monotonicity": [finding("scorecard", 0.0, "0 / 411,900", green)],
        "explanation": [finding("sums", 1.2e-14, "1.2e-14 (0 / 5,000)", green)],
        "leakage": [finding("leak", 0.673, "tax_grade 0.673", green, 1.0)],
        "sensitivity": [finding("downturn", 2.39, "×2.39 (10.42%)", green)],
        "fairness": [finding("impact", 0.75, "0.750 (female / male)", amber, 0.02)],
        "challenger": [finding("second", -0.0052, "-0.0052 (boosted)", green, 0.99)],
    }
    tables = _tables()
    return tuple(
        Section(
            key,
            Words(f"{key}部分", f"Section {key}"),
            tuple(each),
            tables[key],
            (Words(f"{key}的说明", f"Note on {key}"),),
        )
        for key, each in found.items()
    )


def report() -> ValidationReport:
    about = {
        "product": "sme_cn",
        "title": {"zh": "小微企业贷款", "en": "Small enterprise loan"},
        "model": {"name": "sme_cn", "version": "3", "sha256": SHA, "answering": "scorecard",
                  "feature_hash": "c6c0" * 16},
        "policy_version": "2026.1",
        "trained_on": {"data_sha256": "6d38" * 16, "in_time": ["2020-01-01", "2022-12-28"]},
        "data": {"sha256": "77aa" * 16, "window": "as_of_date < date '2025-01-01'",
                 "first": "2024-01-01", "last": "2024-12-28", "rows": 19_070, "bads": 832,
                 "weight": 19_070.0, "bad_rate": 0.0436, "mean_pd": 0.0437},
        "champion": None,
        "alpha": 0.05,
        "rules_source": "Conventions of the field",
        "rules": RULES,
        "labels": {"power_trend": {"zh": "用电量同比", "en": "Electricity growth"},
                   "Prohibited industry": {"zh": "禁入行业", "en": "Prohibited industry"}},
        "versions": {"python": "3.11.7", "polars": "2.1.0"},
        "seed": 0,
    }  # fmt: skip
    return ValidationReport(about, sections())
