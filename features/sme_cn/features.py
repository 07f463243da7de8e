"""What the models are told about one application, and what the applicant is told in return.

Every feature is a SQL scalar expression over the scoring columns, in DuckDB's dialect. Division by
zero and logarithms of what is not positive give null, and null means not known: a flag that is null
is not a no, and a feature is not null for whole industries. `trend` is what a credit officer would
insist on: ascending means that risk rises with the value.

A reason says which comparable firms are safer in this respect, and the answer adds the firm's own
value: that is all a contribution knows, and it is true of every firm that can be told so. A firm
better than most may still be told, where a few are much better. Features share a code where they
say the same thing in one sentence.
"""

from scorecard.features import Feature, ReasonText

SECTIONS = (  # of GB/T 4754
    ("A", "农、林、牧、渔业", "Agriculture, forestry and fishery"),
    ("B", "采矿业", "Mining"),
    ("C", "制造业", "Manufacturing"),
    ("D", "电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water supply"),
    ("E", "建筑业", "Construction"),
    ("F", "批发和零售业", "Wholesale and retail"),
    ("G", "交通运输、仓储和邮政业", "Transport, storage and post"),
    ("H", "住宿和餐饮业", "Accommodation and catering"),
    ("I", "信息传输、软件和信息技术服务业", "Information technology and software"),
    ("J", "金融业", "Finance"),
    ("K", "房地产业", "Real estate"),
    ("L", "租赁和商务服务业", "Leasing and business services"),
    ("M", "科学研究和技术服务业", "Research and technical services"),
    ("N", "水利、环境和公共设施管理业", "Water, environment and public facilities"),
    ("O", "居民服务、修理和其他服务业", "Household, repair and other services"),
    ("P", "教育", "Education"),
    ("Q", "卫生和社会工作", "Health and social work"),
    ("R", "文化、体育和娱乐业", "Culture, sports and entertainment"),
    ("S", "公共管理、社会保障和社会组织", "Public administration and social organisations"),
    ("T", "国际组织", "International organisations"),
)

FEATURES: list[Feature] = [
    # Establishment and stability
    Feature(
        "months_established", "(as_of_date - established_date) / 30.4375",
        "descending", "YOUNG_FIRM", "成立月数", "Months since establishment", "months",
    ),
    Feature(
        "legal_rep_changes", "legal_rep_changes_12m",
        "ascending", "MANAGEMENT_CHANGES", "近12个月法定代表人变更次数",
        "Changes of legal representative, 12 months", "count",
    ),
    Feature(
        "on_abnormal_list",
        "case when abnormal_list_flag then 1 when not abnormal_list_flag then 0 end",
        "ascending", "ABNORMAL_LIST", "列入经营异常名录", "On the list of abnormal operations",
        "yes = 1",
    ),
    Feature(
        "insured_share", "insured_employee_count / employee_count",
        "descending", "INSURED_STAFF", "参保人数占比", "Share of employees insured", "fraction",
    ),
    # Industry
    Feature(
        "industry_section", "left(industry_code, 1)",
        "none", "INDUSTRY", "行业门类", "Industry section", levels=SECTIONS,
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
        "ascending", "REQUEST_SIZE", "申请金额与收入比", "Amount requested to revenue", "ratio",
    ),
    Feature(
        "interest_burden", "interest_expense / revenue_ltm",
        "ascending", "INTEREST", "利息与收入比", "Interest to revenue", "fraction",
    ),
    Feature(
        # A firm that pays no interest has the best cover there is, not an unknown one.
        "interest_cover",
        "case when interest_expense = 0 then 100"
        " when profit_total + interest_expense is not null"
        " then least((profit_total + interest_expense) / interest_expense, 100) end",
        "descending", "INTEREST", "利息保障倍数（最高计100）", "Interest cover, at most 100",
        "times",
    ),
    Feature(
        "current_ratio", "current_assets / current_liabilities",
        "descending", "SHORT_TERM_DEBT", "流动比率", "Current ratio", "ratio",
    ),
    Feature(
        "balance_months", "12 * avg_daily_balance / inflow_12m",
        "descending", "BALANCE", "日均余额与月均流入比", "Average balance to monthly inflow",
        "months",
    ),
    Feature(
        "own_funds_to_request", "own_funds / requested_amount",
        "descending", "REQUEST_SIZE", "自有资金与申请金额比", "Own funds to the amount requested",
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
        "descending", "CASH_FLOW", "经营现金流与收入比", "Operating cash flow to revenue",
        "fraction",
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
        "power_trend", "electricity_yoy",
        "descending", "ELECTRICITY_TREND", "用电量同比", "Electricity growth", "fraction",
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
        "none", "TAX_GRADE", "纳税信用等级", "Tax credit grade",
    ),
    Feature(
        "tax_late_fees", "late_fee_count_12m",
        "ascending", "TAX_ARREARS", "近12个月滞纳金次数",
        "Late payment charges on tax, 12 months", "count",
    ),
    Feature(
        "tax_arrears_share", "tax_arrears / revenue_ltm",
        "ascending", "TAX_ARREARS", "欠税与收入比", "Tax arrears to revenue", "fraction",
    ),
    Feature(
        "zero_filing_months", "zero_filing_months_12m",
        "ascending", "IDLE_PERIODS", "近12个月零申报月数",
        "Months with a zero return, 12 months", "months",
    ),
    # Invoices and customers
    Feature(
        "invoice_gap_days", "invoice_gap_max_days",
        "ascending", "IDLE_PERIODS", "最长断票天数", "Longest gap without an invoice", "days",
    ),
    Feature(
        "invoice_void_share", "invoice_void_ratio",
        "ascending", "INVOICE_REVERSALS", "作废发票占比", "Share of invoices voided", "fraction",
    ),
    Feature(
        "invoice_red_share", "invoice_red_ratio",
        "ascending", "INVOICE_REVERSALS", "红字发票占比", "Share of invoices reversed", "fraction",
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
        "descending", "RECEIPTS_TREND", "近3个月流入同比", "Inflow growth, 3 months", "fraction",
    ),
    Feature(
        "inflow_variation", "inflow_cv",
        "ascending", "RECEIPTS_VARIATION", "月流入波动", "Variation of monthly inflow", "ratio",
    ),
    Feature(
        "returned_payments", "returned_payment_count",
        "ascending", "FAILED_PAYMENTS", "近12个月退票及扣款失败次数",
        "Payments returned or failed, 12 months", "count",
    ),
    # Credit history
    Feature(
        "firm_days_late", "ent_dpd_max_24m",
        "ascending", "FIRM_DELAYS", "企业近24个月最长逾期天数",
        "Firm's longest delay, 24 months", "days",
    ),
    Feature(
        "firm_lenders", "ent_lender_count",
        "ascending", "CREDIT_SEEKING", "企业授信机构数", "Lenders of the firm", "count",
    ),
    Feature(
        "firm_queries", "ent_query_3m",
        "ascending", "CREDIT_SEEKING", "企业近3个月征信查询次数",
        "Credit queries on the firm, 3 months", "count",
    ),
    Feature(
        "owner_days_late", "owner_dpd_max_24m",
        "ascending", "OWNER_DELAYS", "实际控制人近24个月最长逾期天数",
        "Owner's longest delay, 24 months", "days",
    ),
    Feature(
        "owner_card_use", "owner_card_utilisation",
        "ascending", "OWNER_DEBT", "实际控制人信用卡使用率", "Owner's credit card utilisation",
        "fraction",
    ),
    Feature(
        "owner_queries", "owner_query_3m",
        "ascending", "CREDIT_SEEKING", "实际控制人近3个月征信查询次数",
        "Credit queries on the owner, 3 months", "count",
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
        "YOUNG_FIRM", "经营时间更长的可比企业风险较低。",
        "Comparable firms that have been running longer carry less risk.",
    ),
    ReasonText(
        "MANAGEMENT_CHANGES", "法定代表人变更次数更少的可比企业风险较低。",
        "Comparable firms whose legal representative changed less often carry less risk.",
    ),
    ReasonText(
        "ABNORMAL_LIST", "未列入经营异常名录的可比企业风险较低。",
        "Comparable firms that are not on the list of abnormal operations carry less risk.",
    ),
    ReasonText(
        "INSURED_STAFF", "员工参保比例更高的可比企业风险较低。",
        "Comparable firms that insure a larger share of their staff carry less risk.",
    ),
    ReasonText(
        "INDUSTRY", "部分其他行业的可比企业风险较低。",
        "Comparable firms in some other industries carry less risk.",
    ),
    ReasonText(
        "LEVERAGE", "负债相对资产更少的可比企业风险较低。",
        "Comparable firms that owe less for what they own carry less risk.",
    ),
    ReasonText(
        "DEBT_LOAD", "借款（含本次申请）相对收入更少的可比企业风险较低。",
        "Comparable firms with less debt relative to their sales, this request included, carry "
        "less risk.",
    ),
    ReasonText(
        "REQUEST_SIZE", "申请金额相对收入或自有资金更小的可比企业风险较低。",
        "Comparable firms that ask for less relative to their sales or own funds carry less risk.",
    ),
    ReasonText(
        "INTEREST", "利息相对收入更少、或利润更足以支付利息的可比企业风险较低。",
        "Comparable firms that pay less interest relative to their sales, or whose profit covers "
        "it better, carry less risk.",
    ),
    ReasonText(
        "SHORT_TERM_DEBT", "流动资产（如现金、应收款、存货）相对流动负债更多的可比企业风险较低。",
        "Comparable firms with more current assets (cash, receivables, stock) relative to what "
        "falls due within a year carry less risk.",
    ),
    ReasonText(
        "BALANCE", "账户余额相对每月流入更多的可比企业风险较低。",
        "Comparable firms that keep more in the account relative to their receipts carry less "
        "risk.",
    ),
    ReasonText(
        "GUARANTEES_GIVEN", "对外担保相对收入更少的可比企业风险较低。",
        "Comparable firms that guarantee less for others relative to their sales carry less risk.",
    ),
    ReasonText(
        "PROFIT", "利润率更高的可比企业风险较低。",
        "Comparable firms with a higher profit margin carry less risk.",
    ),
    ReasonText(
        "CASH_FLOW", "经营活动净现金流入相对收入更多的可比企业风险较低。",
        "Comparable firms whose business brings in more cash relative to its sales carry less "
        "risk.",
    ),
    ReasonText(
        "SALES_TREND", "收入同比增幅更高的可比企业风险较低。",
        "Comparable firms whose sales grew more, or fell less, carry less risk.",
    ),
    ReasonText(
        "RECEIPTS_TREND", "近期银行流入同比增幅更高的可比企业风险较低。",
        "Comparable firms whose recent bank receipts grew more, or fell less, carry less risk.",
    ),
    ReasonText(
        "ELECTRICITY_TREND", "用电量同比增幅更高的可比企业风险较低。",
        "Comparable firms whose use of electricity grew more, or fell less, carry less risk.",
    ),
    ReasonText(
        "TURNOVER", "货款回收或存货周转更快的可比企业风险较低。",
        "Comparable firms that collect from customers or sell their stock faster carry less risk.",
    ),
    ReasonText(
        "CONSISTENCY", "发票、纳税或银行流入相对申报收入更高的可比企业风险较低。",
        "Comparable firms with more invoices, tax or bank receipts relative to the sales they "
        "declared carry less risk.",
    ),
    ReasonText(
        "TAX_GRADE", "部分其他纳税信用等级的可比企业风险较低。",
        "Comparable firms with some other tax credit grades carry less risk.",
    ),
    ReasonText(
        "TAX_ARREARS", "滞纳金次数更少、或欠税相对收入更少的可比企业风险较低。",
        "Comparable firms that were charged for late tax less often, or owe less tax relative to "
        "their sales, carry less risk.",
    ),
    ReasonText(
        "IDLE_PERIODS", "零申报月数更少、或连续未开票时间更短的可比企业风险较低。",
        "Comparable firms with fewer zero tax returns or shorter invoicing gaps carry less risk.",
    ),
    ReasonText(
        "INVOICE_REVERSALS", "作废或红字发票占比更低的可比企业风险较低。",
        "Comparable firms that void or reverse fewer of their invoices carry less risk.",
    ),
    ReasonText(
        "CONCENTRATION", "客户更多或更分散的可比企业风险较低。",
        "Comparable firms with more customers, or that depend less on the largest, carry less "
        "risk.",
    ),
    ReasonText(
        "RECEIPTS_VARIATION", "各月银行流入更平稳的可比企业风险较低。",
        "Comparable firms with steadier monthly receipts carry less risk.",
    ),
    ReasonText(
        "FAILED_PAYMENTS", "退票或扣款失败更少的可比企业风险较低。",
        "Comparable firms with fewer payments returned or failed carry less risk.",
    ),
    ReasonText(
        "FIRM_DELAYS", "企业贷款最长逾期天数更少的可比企业风险较低。",
        "Comparable firms whose longest delay on their loans was shorter carry less risk.",
    ),
    ReasonText(
        "OWNER_DELAYS", "实际控制人个人信贷最长逾期天数更少的可比企业风险较低。",
        "Comparable firms whose owner's longest delay on credit was shorter carry less risk.",
    ),
    ReasonText(
        "OWNER_DEBT", "实际控制人信用卡额度使用率更低的可比企业风险较低。",
        "Comparable firms whose owner uses less of the credit card limits carry less risk.",
    ),
    ReasonText(
        "CREDIT_SEEKING", "征信查询次数或授信机构更少的可比企业风险较低。",
        "Comparable firms with fewer queries of their credit records, or fewer lenders, carry less "
        "risk.",
    ),
    ReasonText(
        "DISPUTES", "在执行案件更少、或被诉金额相对收入更少的可比企业风险较低。",
        "Comparable firms with fewer open enforcement cases, or sued for less relative to their "
        "sales, carry less risk.",
    ),
]  # fmt: skip
