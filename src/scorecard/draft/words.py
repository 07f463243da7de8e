"""What a column's name suggests, in English and in Chinese.

Names are guesses by people: a hint is never proof, and each is written down for review.
"""

from __future__ import annotations

import re

_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\da-zA-Z_]+")


def tokens(name: str) -> list[str]:
    """Return the words of a name, in lower case: ``ChgOffDate`` → chg, off, date."""
    return [part.lower() for part in _PARTS.findall(name)]


def _english(*alternatives: str) -> re.Pattern[str]:
    return re.compile(f"_(?:{'|'.join(alternatives)})(?=_)")


def _chinese(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts))


_Hint = tuple[re.Pattern[str], re.Pattern[str]]

#: Written after the decision, whatever else it may mean.
_AFTERWARDS: _Hint = (
    _english(
        "chg_?offs?", "charged?_?offs?", "write_?offs?", "written_?off", "recover(?:y|ies|ed)?",
        "outcomes?", "foreclos(?:e|ed|ure)", "repossess(?:ed|ion)?", "liquidat(?:ed|ion)",
        "disburs(?:e|ed|ement|al)", "(?:loan|account|repayment)_status", "last_(?:payment|pymnt)",
        "loss_given_default", "lgd", "settle(?:d|ment)",
    ),
    _chinese("核销", "催收", "追偿", "代偿", "处置", "结清", "放款", "贷款状态", "最终", "结果"),
)  # fmt: skip

#: Often written after the decision, often history that was known at it.
_PERHAPS_AFTERWARDS: _Hint = (
    _english(
        "status", "default(?:s|ed)?", "(?:re)?paid", "closed?", "collections?", "bankrupt(?:cy)?",
        "terminat(?:ed|ion)", "prepaid", "arrears", "balance",
    ),
    _chinese("状态", "违约", "逾期", "还清", "关闭", "不良", "余额"),
)  # fmt: skip

#: What a person is, rather than how a loan or a business does.
_PERSONAL: _Hint = (
    _english(
        "gender", "sex", "race", "racial", "ethnic(?:ity)?", "religio(?:n|us)", "national(?:ity)?",
        "marital", "marriage", "married", "personal_status", "disab(?:led|ility)",
        "pregnan(?:t|cy)", "birth(?:day|date)?", "dob",
    ),
    _chinese("性别", "年龄", "出生", "民族", "种族", "宗教", "婚姻", "婚否", "国籍", "残疾", "户籍",
             "籍贯", "政治面貌"),
)  # fmt: skip

#: ``age`` alone, or of a person; the age of a loan or of a firm is another matter.
_AGE = re.compile(
    r"^_(?:(?:applicant|borrower|customer|client|owner|person|head|in|at|application|years?|yrs?"
    r"|group|band)_)*age_(?:(?:group|band|years?|yrs?|in|at|application)_)*$"
)
_NO_PERSON = _chinese("企业", "公司", "账户", "车", "设备", "成立")

#: May stand in for what a person is.
_PROXY: _Hint = (
    _english("zip", "zip_?code", "post_?code", "postal", "state", "region", "province", "city",
             "county", "district", "urban", "rural", "language", "surname"),
    _chinese("邮编", "地区", "省份", "城市", "区域", "姓氏", "语言"),
)  # fmt: skip

_NAMES_A_ROW: _Hint = (
    _english("uuid", "guid", "hash", "ssn", "iban", "e?mail", "phone", "mobile", "address",
             "(?:full|first|last|company|firm|business|customer|client|borrower)_name", "unnamed",
             "index", "serial", "reference"),
    _chinese("编号", "代号", "证号", "号码", "序号", "流水号", "身份证", "信用代码", "姓名", "名称",
             "手机", "电话", "地址", "邮箱"),
)  # fmt: skip
_LAST = frozenset({"no", "num", "number", "code", "key", "ref", "name", "nr"})

_WEIGHT: _Hint = (
    _english("(?:sampl(?:e|ing)|case|survey|observation|inverse_probability)_(?:weights?|wt)"),
    _chinese("抽样权重", "样本权重"),
)  # fmt: skip

_OBSERVED: tuple[_Hint, ...] = (
    (_english("as_?of", "observ(?:ed|ation)", "snapshot", "cut_?off"),
     _chinese("观察", "时点", "截止")),
    (_english("appl(?:y|ied|ication)", "request(?:ed)?"), _chinese("申请")),
    (_english("approv(?:ed|al)", "decision", "decided", "origination", "issued?", "booking"),
     _chinese("审批", "批准", "决策")),
)  # fmt: skip
_BEGINNING: _Hint = (
    _english("birth(?:day|date)?", "dob", "establish(?:ed|ment)?", "incorporat(?:ed|ion)",
             "found(?:ed|ation)?", "since", "start(?:ed)?", "open(?:ed)?"),
    _chinese("出生", "成立", "注册", "开业", "开户"),
)  # fmt: skip


def _found(name: str, hint: _Hint) -> str | None:
    english, chinese = hint
    match = english.search("_" + "_".join(tokens(name)) + "_") or chinese.search(name)
    return None if match is None else match.group().strip("_").replace("_", " ")


def afterwards(name: str) -> str | None:
    """Return the part of a name that says "after the decision", or None."""
    return _found(name, _AFTERWARDS)


def perhaps_afterwards(name: str) -> str | None:
    """Return the part of a name that may say "after the decision", or None."""
    return _found(name, _PERHAPS_AFTERWARDS)


def personal(name: str) -> str | None:
    """Return the part of a name that tells what a person is, or None."""
    if _NO_PERSON.search(name):
        return None
    if _AGE.search("_" + "_".join(tokens(name)) + "_"):
        return "age"
    return _found(name, _PERSONAL)


def proxy(name: str) -> str | None:
    """Return the part of a name that may stand in for what a person is, or None."""
    return _found(name, _PROXY)


def identifying(name: str) -> str | None:
    """Return the part of a name that suggests it names a row, or None."""
    last = tokens(name)[-1:]
    return last[0] if last and last[0] in _LAST else _found(name, _NAMES_A_ROW)


def is_id(name: str) -> bool:
    """Whether a name ends, or begins, with the word id."""
    parts = tokens(name)
    return bool(parts) and "id" in (parts[0], parts[-1])


def weight(name: str) -> str | None:
    """Return the part of a name that says "sampling weight", or None."""
    return _found(name, _WEIGHT)


def observed(name: str) -> int | None:
    """Return how well a name suits an observation date, 0 the best; None: not at all."""
    return next((rank for rank, hint in enumerate(_OBSERVED) if _found(name, hint)), None)


def beginning(name: str) -> bool:
    """Whether a name says that something began, so that its date is no observation date."""
    return _found(name, _BEGINNING) is not None
