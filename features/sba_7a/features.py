"""What is known of a US SBA loan when it is approved.

Left out on purpose: the jobs columns, the urban/rural flag and the revolving flag are hardly
recorded in the early years, so that their absence tells the era rather than the firm; the
guaranteed share follows the programme's rules of the day, and what it said in the training years
did not hold afterwards; the bank's name and the fiscal year are for audit only; whatever was
written after approval depends on the outcome.

The industry code is not recorded for half of the loans before 2001 and for none after, and the
early loans went better: "not recorded" as a level of its own would credit a firm for its era. So
the code says one thing only, whether a firm is known to be in retail or leisure, and the loans
without a code stand with all others. Elsewhere less than one training row in a hundred lacks a
value, which both models treat as never seen.
"""

from scorecard.features import Feature, ReasonText

FEATURES: list[Feature] = [
    Feature(
        "amount", "GrAppv",
        "descending", "SMALL_LOAN", "批准金额", "Amount approved", "US dollar",
    ),
    Feature(
        "employees", "NoEmp",
        "descending", "FEW_EMPLOYEES", "员工人数", "Employees", "count",
    ),
    Feature(
        "amount_per_employee", "GrAppv / NoEmp",
        "auto", "LOAN_PER_EMPLOYEE", "人均批准金额", "Amount per employee", "US dollar",
    ),
    Feature(
        "new_firm", "case when NewExist = 2 then 1 when NewExist = 1 then 0 end",
        "ascending", "NEW_FIRM", "新设企业", "New firm", "yes = 1",
    ),
    Feature(
        "lender_out_of_state",
        "case when State = BankState then 0 when State <> BankState then 1 end",
        "ascending", "DISTANT_LENDER", "贷款银行在外州", "Lender in another state", "yes = 1",
    ),
    Feature(
        "franchise", "case when FranchiseCode > 1 then 1 when FranchiseCode <= 1 then 0 end",
        "none", "FRANCHISE", "特许经营", "Franchise", "yes = 1",
    ),
    Feature(
        "low_documentation", "LowDoc",
        "none", "LOW_DOCUMENTATION", "简化文件贷款", "Low documentation programme",
        levels=(("Y", "是", "yes"), ("N", "否", "no")),
    ),
    Feature(
        "retail_or_leisure",
        "case when NAICS between 440000 and 459999 or NAICS between 710000 and 729999 then 1"
        " when NAICS is not null then 0 end",
        "ascending", "SECTOR", "已知属零售、休闲或餐饮住宿业",
        "Known to be in retail, leisure or hospitality", "yes = 1",
    ),
    Feature(
        "state", "State",
        "none", "STATE", "企业所在州", "State of the borrower",
    ),
    Feature(
        "bank_state", "BankState",
        "none", "BANK_STATE", "银行所在州", "State of the bank",
    ),
]  # fmt: skip

REASONS: list[ReasonText] = [
    ReasonText(
        "SMALL_LOAN", "金额更大的可比贷款风险较低。",
        "Comparable loans of larger amounts carry less risk.",
    ),
    ReasonText(
        "FEW_EMPLOYEES", "员工更多的可比企业风险较低。",
        "Comparable firms with more employees carry less risk.",
    ),
    ReasonText(
        "LOAN_PER_EMPLOYEE", "部分其他人均金额的可比贷款风险较低。",
        "Comparable loans of some other amounts per employee carry less risk.",
    ),
    ReasonText(
        "NEW_FIRM", "已在经营的可比企业风险较低。",
        "Comparable firms that were already in business carry less risk.",
    ),
    ReasonText(
        "DISTANT_LENDER", "由本州银行放款的可比企业风险较低。",
        "Comparable firms with a lender in their own state carry less risk.",
    ),
    ReasonText(
        "FRANCHISE", "另一种经营形式（特许或非特许）的可比企业风险较低。",
        "Comparable firms of the other form, franchise or not, carry less risk.",
    ),
    ReasonText(
        "LOW_DOCUMENTATION", "另一类文件要求的可比贷款风险较低。",
        "Comparable loans with the other kind of documentation carry less risk.",
    ),
    ReasonText(
        "SECTOR", "零售、休闲和餐饮住宿业以外的可比企业风险较低。",
        "Comparable firms outside retail, leisure and hospitality carry less risk.",
    ),
    ReasonText(
        "STATE", "部分其他州的可比企业风险较低。",
        "Comparable firms in some other states carry less risk.",
    ),
    ReasonText(
        "BANK_STATE", "部分其他州的银行发放的可比贷款风险较低。",
        "Comparable loans of banks in some other states carry less risk.",
    ),
]  # fmt: skip
