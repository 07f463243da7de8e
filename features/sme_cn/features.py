"""What the models are told about one application, and what the applicant is told in return.

Every feature is a SQL scalar expression over the scoring columns, in DuckDB's dialect. Division by
zero and logarithms of what is not positive give null. `trend` is what a credit officer would insist
on: ascending means that risk rises with the value.
"""

from scorecard.features import Feature, ReasonText

FEATURES: list[Feature] = [
    # Establishment and stability
    Feature(
        "months_established", "(as_of_date - established_date) / 30.4375",
        "descending", "YOUNG_FIRM", "成立月数", "Months since establishment", "months",
    ),
    Feature(
        "legal_rep_changes", "legal_rep_changes_12m",
        "ascending", "STABILITY", "法定代表人变更次数", "Changes of legal representative", "count",
    ),
    Feature(
        "on_abnormal_list", "case when abnormal_list_flag then 1 else 0 end",
        "ascending", "STABILITY", "列入经营异常名录", "On the list of abnormal operations",
        "yes = 1",
    ),
    Feature(
        "insured_share", "insured_employee_count / employee_count",
        "descending", "STABILITY", "参保人数占比", "Share of employees insured", "fraction",
    ),
    # Industry
    Feature(
        "industry_section", "left(industry_code, 1)",
        "none", "INDUSTRY", "行业门类", "Industry section",
    ),
    Feature(
        "industry_outlook", "industry_outlook",
        "descending", "INDUSTRY", "行业展望", "Industry outlook", "notch",
    ),
    # Leverage and liquidity
    Feature(
        "debt_to_assets", "total_liabilities / total_assets",
        "ascending", "LEVERAGE", "资产负债率", "Liabilities to assets", "fraction",
    ),
    Feature(
        "debt_load", "(ent_outstanding_debt + requested_amount) / revenue_ltm",
        "ascending", "DEBT_LOAD", "借款与收入比（含本次）", "Debt with this loan to revenue",
        "ratio",
    ),
    Feature(
        "requested_to_revenue", "requested_amount / revenue_ltm",
        "ascending", "DEBT_LOAD", "申请金额与收入比", "Amount requested to revenue", "ratio",
    ),
    Feature(
        "interest_burden", "interest_expense / revenue_ltm",
        "ascending", "DEBT_LOAD", "利息与收入比", "Interest to revenue", "fraction",
    ),
    Feature(
        "interest_cover", "(profit_total + interest_expense) / interest_expense",
        "descending", "PROFIT", "利息保障倍数", "Interest cover", "times",
    ),
    Feature(
        "current_ratio", "current_assets / current_liabilities",
        "descending", "LIQUIDITY", "流动比率", "Current ratio", "ratio",
    ),
    Feature(
        "balance_months", "12 * avg_daily_balance / inflow_12m",
        "descending", "LIQUIDITY", "日均余额与月均流入比", "Average balance to monthly inflow",
        "months",
    ),
    Feature(
        "own_funds_to_request", "own_funds / requested_amount",
        "descending", "LIQUIDITY", "自有资金与申请金额比", "Own funds to the amount requested",
        "ratio",
    ),
    Feature(
        "guarantee_load", "external_guarantee_amt / revenue_ltm",
        "ascending", "GUARANTEES_GIVEN", "对外担保与收入比", "Guarantees given to revenue", "ratio",
    ),
    # Earnings and turnover
    Feature(
        "profit_margin", "profit_total / revenue_ltm",
        "descending", "PROFIT", "利润率", "Profit margin", "fraction",
    ),
    Feature(
        "cash_flow_margin", "operating_cash_flow / revenue_ltm",
        "descending", "PROFIT", "经营现金流与收入比", "Operating cash flow to revenue", "fraction",
    ),
    Feature(
        "revenue_growth", "revenue_growth_yoy",
        "descending", "SALES_TREND", "营业收入同比", "Revenue growth", "fraction",
    ),
    Feature(
        "receivable_days", "360 * ar_avg / revenue_ltm",
        "ascending", "TURNOVER", "应收账款周转天数", "Days of receivables", "days",
    ),
    Feature(
        "inventory_days", "360 * inventory_avg / cogs_ltm",
        "ascending", "TURNOVER", "存货周转天数", "Days of inventory", "days",
    ),
    Feature(
        "power_trend", "case when left(industry_code, 1) in ('C', 'E') then electricity_yoy end",
        "descending", "SALES_TREND", "生产企业用电同比", "Electricity growth of producers",
        "fraction",
    ),
    # Consistency of what is declared
    Feature(
        "invoice_to_revenue", "invoice_amount_12m / revenue_ltm",
        "descending", "CONSISTENCY", "开票与申报收入比", "Invoices to declared revenue", "ratio",
    ),
    Feature(
        "inflow_to_revenue", "inflow_12m / revenue_ltm",
        "descending", "CONSISTENCY", "流入与申报收入比", "Inflow to declared revenue", "ratio",
    ),
    Feature(
        "tax_to_revenue", "tax_paid_12m / revenue_ltm",
        "descending", "CONSISTENCY", "纳税与申报收入比", "Tax paid to declared revenue", "fraction",
    ),
    # Tax
    Feature(
        "tax_grade", "tax_credit_grade",
        "none", "TAX", "纳税信用等级", "Tax credit grade",
    ),
    Feature(
        "tax_late_fees", "late_fee_count_12m",
        "ascending", "TAX", "滞纳金次数", "Late payment charges on tax", "count",
    ),
    Feature(
        "tax_arrears_share", "tax_arrears / revenue_ltm",
        "ascending", "TAX", "欠税与收入比", "Tax arrears to revenue", "fraction",
    ),
    Feature(
        "zero_filing_months", "zero_filing_months_12m",
        "ascending", "TAX", "零申报月数", "Months with a zero return", "months",
    ),
    # Invoices and customers
    Feature(
        "invoice_gap_days", "invoice_gap_max_days",
        "ascending", "INVOICES", "最长断票天数", "Longest gap without an invoice", "days",
    ),
    Feature(
        "invoice_void_share", "invoice_void_ratio",
        "ascending", "INVOICES", "作废发票占比", "Share of invoices voided", "fraction",
    ),
    Feature(
        "invoice_red_share", "invoice_red_ratio",
        "ascending", "INVOICES", "红字发票占比", "Share of invoices reversed", "fraction",
    ),
    Feature(
        "top_customer_share", "top1_customer_share",
        "ascending", "CONCENTRATION", "第一大客户占比", "Share of the largest customer", "fraction",
    ),
    Feature(
        "customer_count", "downstream_count_12m",
        "descending", "CONCENTRATION", "下游客户数", "Customers invoiced", "count",
    ),
    # Bank flow
    Feature(
        "inflow_trend", "inflow_3m_yoy",
        "descending", "SALES_TREND", "近3个月流入同比", "Inflow growth, 3 months", "fraction",
    ),
    Feature(
        "inflow_variation", "inflow_cv",
        "ascending", "FLOW_QUALITY", "月流入波动", "Variation of monthly inflow", "ratio",
    ),
    Feature(
        "returned_payments", "returned_payment_count",
        "ascending", "FLOW_QUALITY", "退票及扣款失败次数", "Payments returned or failed", "count",
    ),
    # Credit history
    Feature(
        "firm_days_late", "ent_dpd_max_24m",
        "ascending", "FIRM_DELAYS", "企业最长逾期天数", "Firm's longest delay", "days",
    ),
    Feature(
        "firm_lenders", "ent_lender_count",
        "ascending", "CREDIT_SEEKING", "企业授信机构数", "Lenders of the firm", "count",
    ),
    Feature(
        "firm_queries", "ent_query_3m",
        "ascending", "CREDIT_SEEKING", "企业征信查询次数", "Credit queries on the firm", "count",
    ),
    Feature(
        "owner_days_late", "owner_dpd_max_24m",
        "ascending", "OWNER_DELAYS", "实际控制人最长逾期天数", "Owner's longest delay", "days",
    ),
    Feature(
        "owner_card_use", "owner_card_utilisation",
        "ascending", "OWNER_DEBT", "实际控制人信用卡使用率", "Owner's credit card utilisation",
        "fraction",
    ),
    Feature(
        "owner_queries", "owner_query_3m",
        "ascending", "CREDIT_SEEKING", "实际控制人征信查询次数", "Credit queries on the owner",
        "count",
    ),
    Feature(
        "open_enforcement", "enforcement_open_count",
        "ascending", "DISPUTES", "在执行案件数", "Open enforcement cases", "count",
    ),
    Feature(
        "lawsuit_share", "lawsuit_amount_12m / revenue_ltm",
        "ascending", "DISPUTES", "被诉金额与收入比", "Amount sued for to revenue", "fraction",
    ),
]  # fmt: skip

REASONS: list[ReasonText] = [
    ReasonText(
        "YOUNG_FIRM", "您的企业成立时间还不长，经营记录较短。",
        "Your business is young and its track record is short.",
    ),
    ReasonText(
        "STABILITY", "企业的登记信息、负责人或用工情况不够稳定。",
        "The registration, management or staffing of the business looks unsettled.",
    ),
    ReasonText(
        "INDUSTRY", "您所在的行业目前整体风险偏高。",
        "Businesses in your industry currently carry more risk.",
    ),
    ReasonText(
        "LEVERAGE", "与资产相比，企业的负债偏高。",
        "The business owes a lot compared with what it owns.",
    ),
    ReasonText(
        "DEBT_LOAD", "与营业收入相比，现有借款加上本次申请的金额偏高。",
        "Existing loans and this request are large compared with sales.",
    ),
    ReasonText(
        "LIQUIDITY", "账户余额和可随时动用的资金偏少。",
        "The business keeps little money at hand for its payments.",
    ),
    ReasonText(
        "GUARANTEES_GIVEN", "企业为他人提供的担保较多。",
        "The business has guaranteed a lot of other people's debt.",
    ),
    ReasonText(
        "PROFIT", "企业的利润或经营现金流偏弱。",
        "Profit or cash from the business is weak.",
    ),
    ReasonText(
        "SALES_TREND", "近期的销售、回款或用电情况弱于去年同期。",
        "Recent sales, receipts or activity are weaker than a year ago.",
    ),
    ReasonText(
        "TURNOVER", "货款回收或存货周转偏慢。",
        "Customers pay slowly or stock takes long to sell.",
    ),
    ReasonText(
        "CONSISTENCY", "申报的收入没有得到发票、纳税或银行流水的充分印证。",
        "Declared sales are not fully borne out by invoices, tax or bank statements.",
    ),
    ReasonText(
        "TAX", "纳税记录中有需要改善的地方。",
        "The tax record has points that need improving.",
    ),
    ReasonText(
        "INVOICES", "开票不够连续，或作废、红字发票偏多。",
        "Invoicing has gaps, or many invoices were voided or reversed.",
    ),
    ReasonText(
        "CONCENTRATION", "销售过于依赖少数客户。",
        "Sales depend on too few customers.",
    ),
    ReasonText(
        "FLOW_QUALITY", "银行流水波动较大，或有付款失败的记录。",
        "Bank receipts vary a lot, or payments have failed.",
    ),
    ReasonText(
        "FIRM_DELAYS", "企业近期有逾期还款的记录。",
        "The business has paid its loans late in recent years.",
    ),
    ReasonText(
        "OWNER_DELAYS", "您个人近期有逾期还款的记录。",
        "You have paid personal credit late in recent years.",
    ),
    ReasonText(
        "OWNER_DEBT", "您个人信用卡的已用额度偏高。",
        "Your personal credit cards are used close to their limit.",
    ),
    ReasonText(
        "CREDIT_SEEKING", "近期申请贷款较频繁，或合作的贷款机构较多。",
        "Credit has been sought often lately, or from many lenders.",
    ),
    ReasonText(
        "DISPUTES", "企业有未了结的诉讼或执行案件。",
        "The business has lawsuits or enforcement cases against it.",
    ),
]  # fmt: skip
