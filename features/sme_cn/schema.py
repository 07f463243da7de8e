"""What one working-capital application of a Chinese small or micro enterprise holds.

Amounts are in yuan, shares are fractions (0.35 is 35 %), periods end at `as_of_date`. The model is
the single definition: tables are checked by pandera, requests by the model generated from it.

What the firm can change within a year carries `change`, and only that: what it owes, owns, asks
for and insures. What it cannot change but by waiting does not: histories (delays, late charges,
queries, lawsuits), flows and averages of twelve months (revenue, profit, invoices, receipts, stock,
receivables), its age, trade, place, customers and tax grade. The average balance is the exception:
it is an average too, but one that the firm raises by leaving money where it is.
"""

import datetime
from functools import partial

import pandera.polars as pa

from scorecard.contract import Identity, Lever, Rule, column

MOST_MONEY = 1e12

money = partial(column, unit="yuan", ge=0.0, le=MOST_MONEY)
signed_money = partial(column, unit="yuan", ge=-MOST_MONEY, le=MOST_MONEY)
share = partial(column, unit="fraction", ge=0.0, le=1.0)
change = partial(column, unit="fraction", ge=-1.0, le=100.0)
count = partial(column, unit="count", ge=0)
hashed = partial(column, role="identifier")

LICENCE = "business licence and the credit information publicity system"
STATEMENTS = "financial statements, latest twelve months"
TAX = "tax bureau data, with authorisation"
INVOICES = "VAT invoice data, with authorisation"
BANK = "bank statements, twelve months"
BUREAU = "enterprise credit report, with written consent"
OWNER_BUREAU = "owner's personal credit report, with written consent"
COURTS = "court enforcement and judgment publicity"
DECLARED = "owner's declaration"
CONTRACTS = "contracts and the core enterprise's confirmation"
SECURITY = "guarantee and collateral documents, registry search"
LENDER = "lender's own system"


class Application(pa.DataFrameModel):
    # Identity
    uscc: str = hashed(
        zh="统一社会信用代码", en="Unified social credit code", source=LICENCE, required=True,
        pattern="^[0-9A-HJ-NPQRTUWXY]{18}$", max_length=18,
    )  # fmt: skip
    established_date: datetime.date = column(
        zh="成立日期", en="Date of establishment", source=LICENCE, required=True,
        ge=datetime.date(1949, 10, 1), le=datetime.date(2100, 12, 31),
    )  # fmt: skip
    registered_capital: float = money(zh="注册资本", en="Registered capital", source=LICENCE)
    paid_in_capital: float = money(zh="实缴资本", en="Paid-in capital", source=LICENCE)
    registration_status: str = column(
        zh="登记状态", en="Registration status", source=LICENCE,
        isin=["active", "suspended", "revoked", "cancelled", "moved_out"],
    )  # fmt: skip
    abnormal_list_flag: bool = column(
        zh="列入经营异常名录",
        en="On the list of abnormal operations",
        source=LICENCE,
        change="down",
    )
    legal_rep_changes_12m: int = count(
        zh="近12个月法定代表人变更次数", en="Changes of legal representative, 12 months",
        source=LICENCE, le=50,
    )  # fmt: skip
    region_code: str = column(
        zh="行政区划代码", en="Region code (GB/T 2260)", source=LICENCE,
        pattern="^[1-8][0-9]{5}$", max_length=6, proxy_review=True,
    )  # fmt: skip
    entity_type: str = column(
        zh="主体类型", en="Legal form", source=LICENCE, proxy_review=True,
        isin=[
            "limited_company", "joint_stock", "partnership", "sole_proprietorship",
            "individual_business",
        ],
    )  # fmt: skip

    # Industry
    industry_code: str = column(
        zh="行业代码", en="Industry code (GB/T 4754, section letter and division)", source=LICENCE,
        required=True, pattern="^[A-T][0-9]{2}([0-9]{2})?$", max_length=5,
    )  # fmt: skip
    prohibited_industry_flag: bool = column(zh="禁入行业", en="Prohibited industry", source=LENDER)
    industry_outlook: int = column(
        zh="行业展望", en="Industry outlook, worst to best", unit="notch", source=LENDER,
        ge=-2, le=2,
    )  # fmt: skip

    # Operations
    employee_count: int = count(zh="从业人数", en="Employees", source=DECLARED, le=1_000_000)
    insured_employee_count: int = count(
        zh="参保人数", en="Employees in social insurance", source="social insurance records",
        le=1_000_000, change="up",
    )  # fmt: skip
    owner_industry_years: float = column(
        zh="实际控制人从业年限", en="Owner's years in the industry", unit="years",
        source=DECLARED, ge=0.0, le=80.0, proxy_review=True,
    )  # fmt: skip
    premises_type: str = column(
        zh="经营场所类型", en="Business premises", source="title deed or lease",
        isin=["owned", "leased", "family_owned", "shared_office"], proxy_review=True,
    )  # fmt: skip
    lease_months_left: int = column(
        zh="租约剩余月数", en="Months left on the lease", unit="months",
        source="title deed or lease", ge=0, le=600,
    )  # fmt: skip
    electricity_kwh_12m: float = column(
        zh="近12个月用电量", en="Electricity used, 12 months", unit="kWh",
        source="electricity bills", ge=0.0, le=1e10,
    )  # fmt: skip
    electricity_yoy: float = change(
        zh="用电量同比", en="Electricity, change on the year before", source="electricity bills"
    )

    # Financials
    revenue_ltm: float = money(
        zh="近12个月营业收入（申报）", en="Revenue declared, last twelve months",
        source=DECLARED, required=True,
    )  # fmt: skip
    revenue_growth_yoy: float = change(
        zh="营业收入同比", en="Revenue, change on the year before", source=STATEMENTS
    )
    expected_growth: float = change(
        zh="预计收入增长率", en="Expected growth of revenue", source=DECLARED
    )
    cogs_ltm: float = money(
        zh="近12个月营业成本", en="Cost of goods sold, last twelve months", source=STATEMENTS
    )
    profit_total: float = signed_money(zh="利润总额", en="Profit before tax", source=STATEMENTS)
    total_assets: float = money(
        zh="资产总计", en="Total assets", source=STATEMENTS, change="either"
    )
    total_liabilities: float = money(
        zh="负债合计", en="Total liabilities", source=STATEMENTS, change="down"
    )
    net_assets: float = signed_money(zh="净资产", en="Net assets", source=STATEMENTS, change="up")
    current_assets: float = money(
        zh="流动资产", en="Current assets", source=STATEMENTS, change="either"
    )
    current_liabilities: float = money(
        zh="流动负债", en="Current liabilities", source=STATEMENTS, change="down"
    )
    inventory_avg: float = money(zh="平均存货", en="Inventory, average", source=STATEMENTS)
    ar_avg: float = money(zh="平均应收账款", en="Receivables, average", source=STATEMENTS)
    ap_avg: float = money(zh="平均应付账款", en="Payables, average", source=STATEMENTS)
    prepay_avg: float = money(
        zh="平均预付账款", en="Advances paid to suppliers, average", source=STATEMENTS
    )
    advance_avg: float = money(
        zh="平均预收账款", en="Advances received from customers, average", source=STATEMENTS
    )
    operating_cash_flow: float = signed_money(
        zh="经营活动现金流量净额", en="Operating cash flow, net", source=STATEMENTS
    )
    interest_expense: float = money(zh="利息支出", en="Interest expense", source=STATEMENTS)
    own_funds: float = money(
        zh="自有资金", en="Own funds for working capital", source=DECLARED, change="either"
    )

    # Tax and invoices
    tax_credit_grade: str = column(
        zh="纳税信用等级", en="Tax credit grade", source=TAX, isin=["A", "B", "M", "C", "D"]
    )
    tax_paid_12m: float = money(zh="近12个月纳税额", en="Tax paid, 12 months", source=TAX)
    tax_arrears: float = money(zh="欠税金额", en="Tax in arrears", source=TAX, change="down")
    zero_filing_months_12m: int = column(
        zh="近12个月零申报月数", en="Months with a zero return, 12 months", unit="months",
        source=TAX, ge=0, le=12,
    )  # fmt: skip
    late_fee_count_12m: int = count(
        zh="近12个月滞纳金次数", en="Late payment charges by the tax bureau, 12 months",
        source=TAX, le=500,
    )  # fmt: skip
    invoice_amount_12m: float = money(
        zh="近12个月开票金额", en="Invoices issued, net of VAT, 12 months", source=INVOICES
    )
    invoice_gap_max_days: int = column(
        zh="最长断票天数", en="Longest gap without an invoice", unit="days", source=INVOICES,
        ge=0, le=366,
    )  # fmt: skip
    invoice_void_ratio: float = share(
        zh="作废发票占比", en="Share of invoices voided", source=INVOICES
    )
    invoice_red_ratio: float = share(
        zh="红字发票占比", en="Share of invoices reversed (red)", source=INVOICES
    )
    downstream_count_12m: int = count(
        zh="近12个月下游客户数", en="Customers invoiced, 12 months", source=INVOICES, le=10_000_000
    )

    # Bank flow
    inflow_12m: float = money(
        zh="近12个月经营性流入", en="Business inflow to accounts, 12 months", source=BANK
    )
    inflow_cv: float = column(
        zh="月流入变异系数", en="Variation of monthly inflow (deviation over mean)",
        unit="ratio", source=BANK, ge=0.0, le=12.0,
    )  # fmt: skip
    inflow_3m_yoy: float = change(
        zh="近3个月流入同比", en="Inflow of 3 months, change on the year before", source=BANK
    )
    avg_daily_balance: float = money(
        zh="日均余额", en="Average daily balance", source=BANK, change="up"
    )
    counterparty_top1_share: float = share(
        zh="第一大交易对手流入占比", en="Share of inflow from the largest payer", source=BANK
    )
    returned_payment_count: int = count(
        zh="退票及扣款失败次数", en="Payments returned or failed, 12 months", source=BANK, le=10_000
    )

    # Credit bureau and courts
    ent_dpd_max_24m: int = column(
        zh="企业近24个月最长逾期天数", en="Firm's longest delay, 24 months", unit="days",
        source=BUREAU, ge=0, le=3650,
    )  # fmt: skip
    ent_outstanding_debt: float = money(
        zh="企业未结清借款余额", en="Firm's outstanding debt", source=BUREAU, change="down"
    )
    ent_lender_count: int = count(
        zh="企业授信机构数", en="Lenders of the firm", source=BUREAU, le=1000
    )
    existing_wc_loans: float = money(
        zh="现有流动资金贷款", en="Working-capital loans outstanding", source=BUREAU, change="down"
    )
    other_wc_funding: float = money(
        zh="其他渠道营运资金", en="Working capital from other channels", source=DECLARED
    )
    external_guarantee_amt: float = money(
        zh="对外担保余额", en="Guarantees given for others", source=BUREAU, change="down"
    )
    ent_query_3m: int = count(
        zh="企业近3个月征信查询次数", en="Credit queries on the firm, 3 months", source=BUREAU,
        le=1000,
    )  # fmt: skip
    owner_dpd_max_24m: int = column(
        zh="实际控制人近24个月最长逾期天数", en="Owner's longest delay, 24 months", unit="days",
        source=OWNER_BUREAU, ge=0, le=3650,
    )  # fmt: skip
    owner_card_utilisation: float = column(
        zh="实际控制人信用卡使用率", en="Owner's credit card utilisation", unit="fraction",
        source=OWNER_BUREAU, ge=0.0, le=3.0, change="down",
    )  # fmt: skip
    owner_query_3m: int = count(
        zh="实际控制人近3个月征信查询次数", en="Credit queries on the owner, 3 months",
        source=OWNER_BUREAU, le=1000,
    )  # fmt: skip
    enforcement_open_count: int = count(
        zh="在执行案件数", en="Open enforcement cases", source=COURTS, le=1000, change="down"
    )
    dishonest_flag: bool = column(
        zh="失信被执行人", en="On the list of dishonest judgment debtors", source=COURTS
    )
    lawsuit_amount_12m: float = money(
        zh="近12个月被诉金额", en="Amount sued for as defendant, 12 months", source=COURTS
    )

    # Supply chain
    core_customer_id: str = hashed(
        zh="核心企业代码", en="Core customer's credit code", source=CONTRACTS,
        pattern="^[0-9A-HJ-NPQRTUWXY]{18}$", max_length=18,
    )  # fmt: skip
    core_customer_pd: float = column(
        zh="核心企业违约概率", en="Core customer's PD", unit="probability", source=LENDER,
        ge=0.0, le=1.0,
    )  # fmt: skip
    core_relation_months: int = column(
        zh="与核心企业合作月数", en="Months of trade with the core customer", unit="months",
        source=CONTRACTS, ge=0, le=1200,
    )  # fmt: skip
    top1_customer_share: float = share(
        zh="第一大客户收入占比", en="Share of revenue from the largest customer", source=INVOICES
    )
    confirmed_receivable: float = money(
        zh="已确权应收账款", en="Receivables confirmed by the debtor", source=CONTRACTS
    )
    receivable_dilution_12m: float = share(
        zh="应收账款稀释率", en="Dilution of receivables, 12 months", source=CONTRACTS
    )

    # Security
    guarantee_mode: str = column(
        zh="保证方式", en="Kind of guarantee", source=SECURITY,
        isin=["none", "general", "joint", "core_joint"],
    )  # fmt: skip
    guarantor_pd: float = column(
        zh="保证人违约概率", en="Guarantor's PD", unit="probability", source=LENDER, ge=0.0, le=1.0
    )
    guarantee_cover: float = share(
        zh="保证覆盖比例", en="Share of the loan guaranteed", source=SECURITY
    )
    collateral_type: str = column(
        zh="抵质押物类型", en="Kind of collateral", source=SECURITY,
        isin=[
            "none", "housing", "commercial", "plant_land", "equipment", "receivables", "other",
        ],
    )  # fmt: skip
    collateral_value: float = money(
        zh="抵质押物评估价值", en="Collateral, appraised value", source=SECURITY
    )
    prior_liens: float = money(
        zh="在先权利金额", en="Prior liens on the collateral", source=SECURITY
    )

    # Request
    requested_amount: float = column(
        zh="申请金额", en="Amount requested", unit="yuan", source=DECLARED, required=True,
        ge=10_000.0, le=20_000_000.0, change="down",
    )  # fmt: skip
    tenor_months: int = column(
        zh="申请期限", en="Tenor requested", unit="months", source=DECLARED, required=True,
        ge=1, le=60, change="either",
    )  # fmt: skip
    purpose_code: str = column(
        zh="借款用途", en="Purpose of the loan", source=DECLARED,
        isin=[
            "raw_materials", "inventory", "order_fulfilment", "wages_and_rent", "equipment",
            "refinancing", "other",
        ],
    )  # fmt: skip
    repayment_method: str = column(
        zh="还款方式", en="Repayment method", source=DECLARED,
        isin=["equal_instalments", "equal_principal", "interest_then_principal", "revolving"],
    )  # fmt: skip
    consent_id: str = hashed(
        zh="授权书编号", en="Number of the written consent", source=LENDER, required=True,
        pattern="^[0-9A-Z]{12,32}$", min_length=12, max_length=32,
    )  # fmt: skip
    as_of_date: datetime.date = column(
        zh="观察日期", en="Date as of which everything is known", source=LENDER, required=True,
        ge=datetime.date(2000, 1, 1), le=datetime.date(2100, 12, 31),
    )  # fmt: skip

    # For the separate audit table only
    owner_gender: str = column(
        zh="实际控制人性别", en="Owner's gender", source="identity document", role="audit_only",
        isin=["female", "male"],
    )  # fmt: skip
    owner_age: int = column(
        zh="实际控制人年龄", en="Owner's age", unit="years", source="identity document",
        role="audit_only", ge=18, le=100,
    )  # fmt: skip

    # Outcome
    default_12m: int = column(
        zh="12个月内违约", en="Default within 12 months", unit="1 = bad", source=LENDER,
        role="outcome", ge=0, le=1, note="null: not known (repaid early, or never drawn)",
    )  # fmt: skip
    true_pd: float = column(
        zh="真实违约概率", en="True probability of default", unit="probability",
        source="known to the simulation only", role="outcome", ge=0.0, le=1.0,
    )  # fmt: skip


RULES: list[Rule] = [
    Rule(
        "established_before_application", "established_date",
        "established_date <= as_of_date",
        "成立日期不得晚于观察日期", "A firm is established before it applies",
    ),
    Rule(
        "paid_in_within_registered", "paid_in_capital",
        "paid_in_capital <= registered_capital",
        "实缴资本不得大于注册资本", "Paid-in capital is part of the registered capital",
    ),
    Rule(
        "insured_within_employees", "insured_employee_count",
        "insured_employee_count <= employee_count",
        "参保人数不得大于从业人数", "Insured employees are employees",
    ),
    Rule(
        "current_within_total_assets", "current_assets",
        "current_assets <= total_assets",
        "流动资产不得大于资产总计", "Current assets are part of total assets",
    ),
    Rule(
        "current_within_total_liabilities", "current_liabilities",
        "current_liabilities <= total_liabilities",
        "流动负债不得大于负债合计", "Current liabilities are part of total liabilities",
    ),
    Rule(
        "balance_sheet_balances", "net_assets",
        "abs(net_assets - (total_assets - total_liabilities)) <= 1 + 0.001 * total_assets",
        "净资产应等于资产减负债", "Net assets are assets less liabilities",
    ),
    Rule(
        "working_capital_loans_within_debt", "existing_wc_loans",
        "existing_wc_loans <= ent_outstanding_debt",
        "流动资金贷款不得大于未结清借款余额",
        "Working-capital loans are part of the outstanding debt",
    ),
    Rule(
        "no_guarantee_no_cover", "guarantee_cover",
        "guarantee_mode <> 'none' or guarantee_cover = 0",
        "无保证时覆盖比例应为零", "Without a guarantee nothing is covered",
    ),
    Rule(
        "no_collateral_no_value", "collateral_value",
        "collateral_type <> 'none' or collateral_value = 0",
        "无抵质押物时评估价值应为零", "Without collateral there is no collateral value",
    ),
]  # fmt: skip

IDENTITIES: list[Identity] = [
    Identity(
        "net_assets", {"total_assets": 1, "total_liabilities": -1},
        "净资产等于资产减负债", "Net assets are assets less liabilities",
    ),
]  # fmt: skip

# How far each goes within a year is a credit officer's judgement, to be replaced by the lender's.
# Debts are repaid from own money, which is a current asset: what is repaid is owned no longer.
LEVERS: list[Lever] = [
    Lever(
        "ask_for_less", {"requested_amount": -1},
        "减少申请金额", "Ask for a smaller loan",
        step=10_000, most="0.5 * requested_amount",
    ),
    Lever(
        "add_own_money",
        {"own_funds": 1, "current_assets": 1, "total_assets": 1, "net_assets": 1},
        "股东追加自有资金投入", "Put more of the owners' money into the firm",
        step=1_000, most="0.2 * requested_amount",
    ),
    Lever(
        "repay_working_capital_loans",
        {
            "existing_wc_loans": -1, "ent_outstanding_debt": -1, "current_liabilities": -1,
            "total_liabilities": -1, "own_funds": -1, "current_assets": -1, "total_assets": -1,
        },
        "用自有资金归还流动资金贷款", "Repay working-capital loans from own money",
        step=1_000, most="0.5 * own_funds",
    ),
    Lever(
        "repay_other_loans",
        {
            "ent_outstanding_debt": -1, "total_liabilities": -1, "own_funds": -1,
            "current_assets": -1, "total_assets": -1,
        },
        "用自有资金归还其他借款", "Repay other loans from own money",
        step=1_000, most="least(0.5 * own_funds, ent_outstanding_debt - existing_wc_loans)",
    ),
    Lever(
        "clear_tax_arrears",
        {
            "tax_arrears": -1, "current_liabilities": -1, "total_liabilities": -1, "own_funds": -1,
            "current_assets": -1, "total_assets": -1,
        },
        "用自有资金补缴欠税", "Pay taxes in arrears from own money",
        step=1_000, most="own_funds",
    ),
    Lever(
        "release_guarantees", {"external_guarantee_amt": -1},
        "解除部分对外担保", "Be released from guarantees given for others",
        step=10_000, most="0.5 * external_guarantee_amt",
    ),
    Lever(
        "keep_more_in_the_account", {"avg_daily_balance": 1},
        "提高账户日均余额", "Keep more money in the account",
        step=1_000, most="0.5 * avg_daily_balance",
    ),
    Lever(
        "insure_more_staff", {"insured_employee_count": 1},
        "为更多员工缴纳社会保险", "Insure more of the staff",
        step=1, most="employee_count - insured_employee_count",
    ),
    Lever(
        "use_less_of_the_cards", {"owner_card_utilisation": -1},
        "降低实际控制人信用卡使用率", "Use less of the owner's credit card limits",
        step=0.01, most="0.8 * owner_card_utilisation",
    ),
]  # fmt: skip
