"""A broken rule as one item of a problem's ``errors``, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scorecard.contract import Column
from scorecard.contract.request import EACH_ONCE
from scorecard.values import Problem
from scorecard.web.applications import STRENGTHS, UNLISTED

if TYPE_CHECKING:
    from scorecard.contract import Product

TYPES_ZH = {
    "float": "数字",
    "int": "不带小数点的整数",
    "bool": "true 或 false",
    "str": "文本",
    "date": "YYYY-MM-DD 格式的日期",
}
KINDS_ZH = {
    "null": "空值", "boolean": "布尔值", "integer": "整数", "number": "数字", "NaN": "NaN",
    "infinity": "无穷大", "string": "文本", "object": "对象", "array": "数组", "date": "日期",
    "absent": "缺失", "repeated": "重复",
}  # fmt: skip
LIMITS = ("range", "length", "isin", "pattern")  # the type was right: only the limit is news
LONGEST_LIST = 12


class Wording:
    """Words the problems of one product's applications."""

    def __init__(self, product: Product) -> None:
        self._columns = {column.name: column for column in product.columns if column.asked}
        self._rules = {rule.name: rule for rule in product.rules}

    def item(self, problem: Problem) -> dict[str, str]:
        """Return field, rule, expected, kind and the two messages; never the value received."""
        return {
            "field": problem.field,
            "rule": problem.rule,
            "expected": problem.expected,
            "kind": problem.kind,
            "message_zh": self._zh(problem),
            "message_en": self._en(problem),
        }

    def _en(self, problem: Problem) -> str:
        column = self._columns.get(problem.field)
        label = problem.field or "The body" if column is None else column.en
        if problem.rule in self._rules:
            return f"{label} does not fit the other fields: {problem.expected}."
        if problem.rule == "required":
            return f"{label} is required."
        if problem.rule == UNLISTED:
            return (
                f"{label} has {problem.kind}, left out because the batch has too many; correct "
                "those listed, or send it alone."
            )
        if problem.rule == "unknown" and problem.expected == EACH_ONCE:
            return f"{label} must hold {problem.expected}; got {problem.kind}."
        if problem.rule == "unknown":
            return f"{label} is not a field of this request; take it out."
        if problem.rule == "repeated":
            return f"{label} is given more than once; send it once."
        if problem.rule in LIMITS:
            return f"{label} must be {problem.expected}."
        return f"{label} must be {problem.expected}; got {problem.kind}."

    def _zh(self, problem: Problem) -> str:
        column = self._columns.get(problem.field)
        label = problem.field or "请求体" if column is None else column.zh
        rule = self._rules.get(problem.rule)
        if rule is not None:
            return f"“{label}”与其他字段不一致：{rule.zh}。"
        if problem.rule == "required":
            return f"“{label}”为必填项。"
        count = problem.kind.split(" ", 1)[0]
        if problem.rule == UNLISTED:
            return (
                f"“{label}”有 {count} 处不符合约定，因本批问题过多未逐一列出；"
                "请先更正已列出的问题，或单独发送该申请。"
            )
        if problem.rule == "unknown" and problem.expected == EACH_ONCE:
            return f"“{label}”只能包含已声明的字段且各出现一次；收到 {count} 个未声明或重复的名称。"
        if problem.rule == "unknown":
            return f"“{label}”不是本接口的字段，请删除。"
        if problem.rule == "repeated":
            return f"“{label}”只能出现一次。"
        if column is not None:
            expected = _expected_zh(column, problem.rule)
        elif problem.field == STRENGTHS:
            expected = TYPES_ZH["bool"]
        else:
            expected = problem.expected
        if problem.rule in LIMITS:
            return f"“{label}”须为{expected}。"
        return f"“{label}”须为{expected}；收到：{KINDS_ZH.get(problem.kind, problem.kind)}。"


def _expected_zh(column: Column, rule: str) -> str:
    if rule == "type":
        return TYPES_ZH[column.kind]
    if rule == "null":
        return "非空值"
    if rule == "finite":
        return "有限数值"
    if rule == "range":
        words = (("不小于", column.ge), ("大于", column.gt), ("不大于", column.le),
                 ("小于", column.lt))  # fmt: skip
        said = "且".join(f"{word} {_plain(bound)}" for word, bound in words if bound is not None)
        return f"{said}的值"
    if rule == "length":
        return _length_zh(column.min_length, column.max_length)
    if rule == "isin":
        levels = column.isin or ()
        if len(levels) > LONGEST_LIST:
            return f"已声明的 {len(levels)} 个取值之一"
        return f"以下取值之一：{'、'.join(levels)}"
    return f"符合格式 {column.pattern} 的文本"


def _length_zh(low: int | None, high: int | None) -> str:
    if low is None:
        return f"不超过 {high} 个字符的文本"
    if high is None:
        return f"至少 {low} 个字符的文本"
    return f"{low} 个字符的文本" if low == high else f"{low} 至 {high} 个字符的文本"


def _plain(bound: float | int | str) -> str:
    return str(int(bound)) if isinstance(bound, float) and bound.is_integer() else str(bound)
