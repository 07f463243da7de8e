"""What one loan of the US SBA 7(a) and 504 sample holds, named as in the published file.

Amounts are in US dollars. The sample is drawn by outcome (a case-control design) and holds resolved
loans only. Whatever was written after approval has the role ``outcome``: the term was rewritten
when a loan ended, the balances and dates of disbursement follow from how it went. Only the amount
and the documents handed in are the applicant's to change.
"""

import datetime
from functools import partial

import pandera.polars as pa

from scorecard.contract import Lever, Rule, column

SOURCE = "SBA loan file (FOIA release)"
FIRST_DAY = datetime.date(1950, 1, 1)
LAST_DAY = datetime.date(2100, 12, 31)
STATE = "^[A-Z]{2}$"

told = partial(column, source=SOURCE)
later = partial(column, source=SOURCE, role="outcome")
dollars = partial(told, unit="US dollar", gt=0.0, le=1e8)
later_dollars = partial(later, unit="US dollar", ge=0.0, le=1e8)
later_date = partial(later, ge=FIRST_DAY, le=LAST_DAY)
count = partial(told, unit="count", ge=0.0, le=1e5)


class Application(pa.DataFrameModel):
    # Identity
    loan_id: int = told(
        zh="贷款编号", en="Loan number in this file", role="identifier", required=True,
        ge=1, le=2**32 - 1,
    )  # fmt: skip

    # The firm
    State: str = told(
        zh="企业所在州", en="State of the borrower", pattern=STATE, max_length=2, proxy_review=True
    )
    NAICS: float = told(
        zh="北美行业分类代码", en="Industry code (NAICS, six digits)", ge=0.0, le=999_999.0,
        note="0 means not recorded: 27 % of the rows, by era",
    )  # fmt: skip
    NoEmp: float = count(zh="员工人数", en="Employees")
    NewExist: float = told(
        zh="新设或存续企业", en="Existing firm (1) or new firm (2)", ge=0.0, le=2.0,
        note="0 means not recorded",
    )  # fmt: skip
    CreateJob: float = count(
        zh="预计新增岗位", en="Jobs to be created", note="hardly recorded before 1999"
    )
    RetainedJob: float = count(
        zh="预计保留岗位", en="Jobs to be retained", note="hardly recorded before 1999"
    )
    FranchiseCode: float = told(
        zh="特许经营代码", en="Franchise code", ge=0.0, le=99_999.0,
        note="0 and 1 mean no franchise",
    )  # fmt: skip
    UrbanRural: float = told(
        zh="城乡", en="Urban (1) or rural (2)", ge=0.0, le=2.0, proxy_review=True,
        note="0 means not recorded: 42 % of the rows, by era",
    )  # fmt: skip

    # The loan as approved
    Bank: str = told(
        zh="贷款银行", en="Bank", role="audit_only", max_length=100,
        note="suspect: the names look like those after later mergers",
    )  # fmt: skip
    BankState: str = told(zh="银行所在州", en="State of the bank", pattern=STATE, max_length=2)
    ApprovalDate: datetime.date = told(
        zh="批准日期", en="Date of approval", required=True, ge=FIRST_DAY, le=LAST_DAY
    )
    ApprovalFY: float = told(
        zh="批准财年", en="Fiscal year of approval", role="audit_only", unit="year",
        ge=1950.0, le=2100.0,
        note="suspect: the sample's mix of outcomes changes with the year, so it recognises them",
    )  # fmt: skip
    RevLineCr: str = told(
        zh="循环授信", en="Revolving line of credit (Y/N)", isin=["Y", "N"],
        note="missing in 36.8 % of the rows",
    )  # fmt: skip
    LowDoc: str = told(
        zh="简化文件贷款", en="Low documentation programme (Y/N)", isin=["Y", "N"], change=["N"]
    )
    GrAppv: float = dollars(zh="批准金额", en="Amount approved", required=True, change="down")
    SBA_Appv: float = dollars(
        zh="担保金额", en="Amount guaranteed by the SBA", required=True,
        note="equal to GrAppv for 504 debentures", change="down",
    )  # fmt: skip

    # Written after approval: never read by a feature
    Term: float = later(
        zh="期限", en="Term", unit="months", ge=0.0, le=600.0,
        note="rewritten by the outcome: the remainder by 12 alone separates the classes",
    )  # fmt: skip
    DisbursementDate: datetime.date = later_date(zh="放款日期", en="Date of disbursement")
    DisbursementGross: float = later_dollars(zh="放款金额", en="Amount disbursed")
    BalanceGross: float = later_dollars(
        zh="未偿余额", en="Balance outstanding", note="0 in every row"
    )
    ChgOffDate: datetime.date = later_date(zh="核销日期", en="Date of charge-off")
    ChgOffPrinGr: float = later_dollars(zh="核销本金", en="Principal charged off")
    MIS_Status: str = later(
        zh="贷款结果", en="Outcome (CHGOFF = bad)", required=True, isin=["CHGOFF", "PIF"],
        note="no fixed horizon: only resolved loans are present",
    )  # fmt: skip
    sampling_weight: float = later(
        zh="抽样权重", en="Loans of the population that one row stands for", unit="loans",
        required=True, gt=0.0, le=1e4,
        note="a function of the outcome: a weight, never a feature",
    )  # fmt: skip


RULES: list[Rule] = [
    Rule(
        "guarantee_within_loan", "SBA_Appv", "SBA_Appv <= GrAppv",
        "担保金额不得大于批准金额", "The guarantee is part of the amount approved",
    ),
    Rule(
        "charge_off_after_approval", "ChgOffDate", "ChgOffDate >= ApprovalDate",
        "核销日期不得早于批准日期", "A loan is charged off after it is approved",
    ),
]  # fmt: skip

# The firm can ask for less, or hand in the full documents. The guarantee follows the amount, by the
# share that the programme guarantees of loans above its lower limit.
LEVERS: list[Lever] = [
    Lever(
        "ask_for_less", {"GrAppv": -1, "SBA_Appv": -0.75},
        "减少贷款金额", "Ask for a smaller loan",
        step=1_000, most="0.5 * GrAppv",
    ),
]  # fmt: skip
