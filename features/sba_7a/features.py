"""What is known of a US SBA loan when it is approved.

Left out on purpose: the jobs columns, the urban/rural flag and the revolving flag are hardly
recorded in the early years, so that their absence tells the era rather than the firm; the
guaranteed share follows the programme's rules of the day, and what it said in the training years
did not hold afterwards; the bank's name and the fiscal year are for audit only; whatever was
written after approval depends on the outcome.
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
        "franchise", "case when FranchiseCode > 1 then 1 else 0 end",
        "none", "FRANCHISE", "特许经营", "Franchise", "yes = 1",
    ),
    Feature(
        "low_documentation", "LowDoc",
        "none", "LOW_DOCUMENTATION", "简化文件贷款", "Low documentation programme",
    ),
    Feature(
        "sector",
        "case when NAICS between 110000 and 219999 then 'resources'"
        " when NAICS between 220000 and 239999 then 'construction and utilities'"
        " when NAICS between 310000 and 339999 then 'manufacturing'"
        " when NAICS between 420000 and 429999 then 'wholesale'"
        " when NAICS between 440000 and 459999 then 'retail'"
        " when NAICS between 480000 and 499999 then 'transport'"
        " when NAICS between 510000 and 539999 then 'information, finance, property'"
        " when NAICS between 540000 and 569999 then 'business services'"
        " when NAICS between 610000 and 629999 then 'education and health'"
        " when NAICS between 710000 and 729999 then 'leisure, hotels, restaurants'"
        " when NAICS > 0 then 'other services' end",
        "none", "SECTOR", "行业", "Sector",
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
    ReasonText("SMALL_LOAN", "此金额的贷款违约较多", "Loans of this size default more often"),
    ReasonText("FEW_EMPLOYEES", "员工较少", "The firm has few employees"),
    ReasonText(
        "LOAN_PER_EMPLOYEE", "相对员工人数的贷款金额风险较高",
        "The loan is unfavourable for the number of employees",
    ),
    ReasonText("NEW_FIRM", "企业为新设企业", "The firm is new"),
    ReasonText(
        "DISTANT_LENDER", "贷款银行不在本州", "The lender is in another state than the firm"
    ),
    ReasonText("FRANCHISE", "经营形式风险较高", "The form of the business carries more risk"),
    ReasonText(
        "LOW_DOCUMENTATION", "文件要求类别风险较高", "The documentation type carries more risk"
    ),
    ReasonText("SECTOR", "行业违约较多", "Firms of this sector default more often"),
    ReasonText("STATE", "所在州违约较多", "Firms of this state default more often"),
    ReasonText(
        "BANK_STATE", "该州银行发放的贷款违约较多",
        "Loans of banks in this state default more often",
    ),
]  # fmt: skip
