"""Changes in words that a shop owner understands, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scorecard.contract import Column
from scorecard.recourse.answer import Change, Value

#: Units of the contract as people say them, after a number: Chinese, English.
UNITS: Mapping[str, tuple[str, str]] = {
    "yuan": ("元", " yuan"),
    "US dollar": ("美元", " US dollars"),
    "count": ("", ""),
    "months": ("个月", " months"),
    "days": ("天", " days"),
    "years": ("年", " years"),
}

#: Why nothing is changed: code → Chinese, English.
REASONS: Mapping[str, tuple[str, str]] = {
    "best_grade": (
        "模型评级已是最高等级，没有更高的等级可以达到。",
        "The model's rating is the best grade already; there is no better one to reach.",
    ),
    "at_cutoff": (
        "模型评级 {grade} 已达到准入等级 {goal}，无需改变。",
        "The model's rating, {grade}, is at or better than the cut-off {goal} already; nothing "
        "needs to change.",
    ),
    "nothing_changeable": (
        "本产品没有声明申请人可以改变的项目，因此无法给出可行的改变。",
        "This product declares no field that an applicant can change, so no change can be named.",
    ),
    "none_found": (
        "在申请人可以改变的项目和一年内现实的幅度内，以至多 {most} 项改变，没有找到能使模型评级由 "
        "{grade} 达到 {goal} 的办法。其余项目申请人无法直接改变，或只能随时间改善。",
        "Among what an applicant can change, as far as is realistic within a year and by at most "
        "{most} actions, no way was found from the model's rating {grade} to {goal}. Everything "
        "else cannot be changed directly, or only with time.",
    ),
}
REACHED = (
    "若申请作如下改变，模型评级将由 {grade} 变为 {after}：{changes}。这只说明模型的评级，"
    "不构成批准或放款的承诺；其他条件和规则仍须满足。",
    "Had the application differed as follows, the model's rating would have been {after} instead "
    "of {grade}: {changes}. This is about the model's rating and no promise of a loan; all other "
    "conditions and rules still apply.",
)


def change_texts(
    column: Column, before: Value, after: Value, done: Sequence[tuple[str, str, float]]
) -> tuple[str, str]:
    """Return one change in words; ``done`` are the leading actions: zh, en, amount.

    Without one the field follows what is done to others.
    """
    zh_from, en_from = shown(before, column)
    zh_to, en_to = shown(after, column)
    zh = f"“{column.zh}”由 {zh_from} 变为 {zh_to}"
    en = f"{column.en} from {en_from} to {en_to}"
    if not done:
        return f"随之变动：{zh}", f"moving with it: {en}"
    said_zh, said_en = [], []
    for text_zh, text_en, amount in done:
        if isinstance(before, (bool, str)):
            said_zh.append(text_zh)
            said_en.append(text_en)
        else:
            zh_by, en_by = shown(amount, column, points=True)
            said_zh.append(f"{text_zh} {zh_by}")
            said_en.append(f"{text_en} ({en_by})")
    return f"{'，'.join(said_zh)}（{zh}）", f"{'; '.join(said_en)}: {en}"


def listed(changes: Sequence[Change]) -> tuple[str, str]:
    """Return the changes that are actions of their own as one phrase; what follows is left out."""
    leading = [change for change in changes if change.cost > 0]
    return (
        "；".join(change.text_zh for change in leading),
        "; ".join(change.text_en for change in leading),
    )


def shown(value: Value, column: Column, *, points: bool = False) -> tuple[str, str]:
    """Return a value with its unit as people read it; ``points`` for a difference of shares."""
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    if isinstance(value, str):
        return value, value
    if column.unit == "fraction":
        number = f"{100 * value:,.2f}".rstrip("0").rstrip(".")
        return (
            (f"{number} 个百分点", f"{number} points") if points else (f"{number}%", f"{number}%")
        )
    number = f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    zh, en = UNITS.get(column.unit or "count", (f" {column.unit}", f" {column.unit}"))
    return f"{number}{' ' if zh else ''}{zh.strip()}", f"{number}{en}"
