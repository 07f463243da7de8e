"""The default product: its fields, its features against the simulated truth, its policy."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from scorecard.contract import load_product
from scorecard.features import Expression
from scorecard.simulation import cycle_default_rate, simulate
from scorecard.simulation.dirt import FAULTS

FIELDS = """
uscc established_date registered_capital paid_in_capital registration_status abnormal_list_flag
legal_rep_changes_12m region_code entity_type industry_code prohibited_industry_flag
industry_outlook employee_count insured_employee_count owner_industry_years premises_type
lease_months_left electricity_kwh_12m electricity_yoy revenue_ltm revenue_growth_yoy
expected_growth cogs_ltm profit_total total_assets total_liabilities net_assets current_assets
current_liabilities inventory_avg ar_avg ap_avg prepay_avg advance_avg operating_cash_flow
interest_expense own_funds tax_credit_grade tax_paid_12m tax_arrears zero_filing_months_12m
late_fee_count_12m invoice_amount_12m invoice_gap_max_days invoice_void_ratio invoice_red_ratio
downstream_count_12m inflow_12m inflow_cv inflow_3m_yoy avg_daily_balance counterparty_top1_share
returned_payment_count ent_dpd_max_24m ent_outstanding_debt ent_lender_count existing_wc_loans
other_wc_funding external_guarantee_amt ent_query_3m owner_dpd_max_24m owner_card_utilisation
owner_query_3m enforcement_open_count dishonest_flag lawsuit_amount_12m core_customer_id
core_customer_pd core_relation_months top1_customer_share confirmed_receivable
receivable_dilution_12m guarantee_mode guarantor_pd guarantee_cover collateral_type
collateral_value prior_liens requested_amount tenor_months purpose_code repayment_method
consent_id as_of_date
"""
IDENTIFIERS = {"uscc", "core_customer_id", "consent_id"}
PROXIES = {"region_code", "entity_type", "owner_industry_years", "premises_type"}


@pytest.fixture(scope="module")
def product():
    return load_product(Path(__file__).resolve().parents[2] / "features" / "sme_cn")


@pytest.fixture(scope="module")
def portfolio():
    return simulate("sme_cn", 20_000, seed=21)


def test_fields_and_roles_are_those_of_the_lending_rules(product):
    role = {c.name: c.role for c in product.columns}
    assert {c.name for c in product.columns if c.asked} == set(FIELDS.split())
    assert {name for name, r in role.items() if r == "identifier"} == IDENTIFIERS
    assert {name for name, r in role.items() if r == "audit_only"} == {"owner_gender", "owner_age"}
    assert {name for name, r in role.items() if r == "outcome"} == {"default_12m", "true_pd"}
    assert {c.name for c in product.columns if c.proxy_review} == PROXIES


def test_every_column_says_what_it_is_and_where_it_comes_from(product):
    for column in product.columns:
        assert column.zh
        assert column.en
        assert column.source
        if column.kind in ("int", "float"):
            assert column.unit


def test_every_clean_row_keeps_the_contract(product, portfolio):
    assert set(portfolio.columns) == {c.name for c in product.columns}
    product.schema.validate(portfolio)
    assert product.table.check(portfolio).rejected.is_empty()


def test_every_dirty_row_breaks_it_and_every_fault_is_seen(product):
    checked = product.table.check(simulate("sme_cn", 3_000, seed=22, dirty_share=0.3))
    assert checked.rejected.height == 900
    seen = {(p.field, p.rule) for problems in checked.problems.values() for p in problems}
    assert len(seen) == len(FAULTS)


def test_each_cross_field_rule_can_fail(product, portfolio):
    firm = portfolio.drop_nulls(["total_assets", "ent_outstanding_debt", "paid_in_capital"]).head(1)
    broken = {
        "established_before_application": {"established_date": date(2026, 1, 1)},
        "paid_in_within_registered": {"paid_in_capital": 2e9},
        "insured_within_employees": {"insured_employee_count": 5000},
        "current_within_total_assets": {"current_assets": 1e11},
        "current_within_total_liabilities": {"current_liabilities": 1e11},
        "balance_sheet_balances": {"net_assets": -1e11},
        "working_capital_loans_within_debt": {"existing_wc_loans": 1e11},
        "no_guarantee_no_cover": {"guarantee_mode": "none", "guarantee_cover": 0.5},
        "no_collateral_no_value": {"collateral_type": "none", "collateral_value": 1.0},
    }
    assert set(broken) == {rule.name for rule in product.rules}
    rows = pl.concat(
        firm.with_columns(pl.lit(v, firm.schema[k]).alias(k) for k, v in values.items())
        for values in broken.values()
    )
    problems = product.table.check(rows).problems
    assert [[p.rule for p in problems[i]] for i in range(len(broken))] == [[n] for n in broken]


def test_features_are_many_and_stay_clear_of_proxies(product):
    features = product.features
    assert len(features) >= 40
    assert 24 <= len(product.reasons) <= 32
    assert not features.reads & PROXIES


TOGETHER = {
    "INDUSTRY": {"industry_section", "industry_outlook"},
    "REQUEST_SIZE": {"requested_to_revenue", "own_funds_to_request"},
    "INTEREST": {"interest_burden", "interest_cover"},
    "TURNOVER": {"receivable_days", "inventory_days"},
    "CONSISTENCY": {"invoice_to_revenue", "inflow_to_revenue", "tax_to_revenue"},
    "TAX_ARREARS": {"tax_late_fees", "tax_arrears_share"},
    "IDLE_PERIODS": {"zero_filing_months", "invoice_gap_days"},
    "INVOICE_REVERSALS": {"invoice_void_share", "invoice_red_share"},
    "CONCENTRATION": {"top_customer_share", "customer_count"},
    "CREDIT_SEEKING": {"firm_lenders", "firm_queries", "owner_queries"},
    "DISPUTES": {"open_enforcement", "lawsuit_share"},
}


def test_only_what_says_the_same_shares_a_code(product):
    members = {}
    for feature in product.features.features:
        members.setdefault(feature.reason, set()).add(feature.name)
    assert {code: names for code, names in members.items() if len(names) > 1} == TOGETHER


def test_whoever_pays_no_interest_covers_it_best_and_who_says_nothing_is_unknown(product):
    firm = pl.DataFrame(
        {
            "interest_expense": [0.0, 0.0, None, 10.0, 10.0, 10.0],
            "profit_total": [5.0, None, 5.0, None, -30.0, 1e6],
        }
    )
    cover = product.features.subset(["interest_cover"]).evaluate(firm)
    assert cover["interest_cover"].to_list() == [100.0, 100.0, None, None, -2.0, 100.0]


def test_declared_trends_agree_with_the_simulated_truth(product, portfolio):
    values = product.features.evaluate(portfolio)
    risk = portfolio["true_pd"].to_numpy()
    for feature in product.features.features:
        if feature.trend not in ("ascending", "descending"):
            continue
        x = values[feature.name].to_numpy()
        known = ~np.isnan(x)
        correlation = np.corrcoef(rankdata(x[known]), rankdata(risk[known]))[0, 1]
        sign = 1 if feature.trend == "ascending" else -1
        assert sign * correlation > 0.02, feature.name


def test_no_single_feature_is_implausibly_strong(product, portfolio):
    known = portfolio.filter(pl.col("default_12m").is_not_null())
    values = product.features.evaluate(known).select(product.features.numeric)
    for x in values:
        seen = x.is_not_null()
        auc = roc_auc_score(known["default_12m"].filter(seen), x.filter(seen))
        assert 0.25 < auc < 0.75, x.name


def test_label_windows_end_before_the_first_out_of_time_date(product, portfolio):
    sample, kinds = product.policy["sample"], product.kinds

    def dates(name):
        return portfolio.filter(Expression(sample[name], kinds).polars)["as_of_date"]

    in_time, later = dates("in_time"), dates("out_of_time")
    horizon = f"{product.policy['outcome']['horizon_months']}mo"
    assert pl.Series([in_time.max()]).dt.offset_by(horizon).item() < later.min()
    assert 0.55 < len(in_time) / len(portfolio) < 0.65
    assert len(later) > 0.15 * len(portfolio)


def test_central_tendency_is_what_its_source_says(product):
    policy = product.policy
    rules = [e["rule"] for e in policy["population"]["exclusions"]]
    rate = cycle_default_rate(
        simulate("sme_cn", 100_000, 2026), date(2022, 12, 31), exclusions=rules
    )
    assert policy["calibration"]["central_tendency"] == pytest.approx(rate, abs=5e-5)
