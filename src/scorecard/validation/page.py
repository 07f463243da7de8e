"""The report as one page: the verdict, the sections at a glance, each section, the appendix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from scorecard.explain.svg import to_svg
from scorecard.validation.columns import light_word, number, p_value, written
from scorecard.validation.document import LANGUAGES, document
from scorecard.validation.evidence import TESTING
from scorecard.validation.light import Light
from scorecard.validation.markup import FOLDED, Labels, both, folded, lamp, rows, say, table
from scorecard.validation.pictures import PICTURES, Look, picture_of
from scorecard.validation.questions import QUESTIONS, RULES, table_title
from scorecard.validation.section import Finding, Section
from scorecard.validation.verdict import decisive, shown, verdict
from scorecard.validation.words import Language, Words

if TYPE_CHECKING:
    from scorecard.validation.report import ValidationReport

_UP = f'<a class="up" href="#summary">↑ {say("一览", "overview")}</a>'
_LIGHTS = (
    (
        Light.GREEN,
        Words(
            "数值在规则之内，或超出之处未经检验证实。",
            "The number keeps the rule, or no test bears out that it breaks it.",
        ),
    ),
    (
        Light.AMBER,
        Words(
            "需要查看：超过黄线，或超过红线而未经检验证实。",
            "Look at it: beyond the amber line, or beyond the red one without proof.",
        ),
    ),
    (
        Light.RED,
        Words(
            "违反规则；凡有检验之处，均经检验证实。",
            "The rule is broken and, where there is a test, the test bears it out.",
        ),
    ),
    (
        Light.GREY,
        Words(
            "无可评判：没有数值、样本太少，或不适用。",
            "Nothing to judge: no number, too few rows, or not applicable.",
        ),
    ),
)


def page(report: ValidationReport, *, language: Language = "en") -> str:
    """Return the page in both languages, ``language`` shown first; the same report, the same bytes.

    Raises `InputError` for a language other than en and zh.
    """
    about = report.about
    title = Words(f"模型验证报告 · {_model(about)}", f"Validation report · {_model(about)}")
    sections = "".join(_section(section, about) for section in report.sections)
    body = f"{_head(report)}\n{_summary(report)}\n{sections}\n{_appendix(report)}"
    sha256 = str((about.get("model") or {}).get("sha256") or "")
    return document(title, body, f"{_model(about)} · {sha256[:12]}", language)


def _head(report: ValidationReport) -> str:
    about = report.about
    model, data = about.get("model", {}), about.get("data", {})
    title = about.get("title", {})
    named = Words(title.get("zh") or _model(about), title.get("en") or _model(about))
    window = " – ".join(str(data[end]) for end in ("first", "last") if data.get(end)) or "–"
    level = f"{_told(data, 'bad_rate', 'rate')} · {_told(data, 'mean_pd', 'rate')}"
    facts = [
        (say("模型", "Model"), escape(_model(about))),
        (say("模型包 SHA-256", "Bundle SHA-256"), _hash(model.get("sha256"))),
        (say("应答模型", "Answered by"), both(written(model.get("answering")))),
        (say("政策版本", "Policy version"), escape(str(about.get("policy_version", "–")))),
        (say("观察日期", "Observed"), escape(window)),
        (
            say("被评价样本（坏样本）", "Judged rows (bads)"),
            f"{_told(data, 'rows', 'count')} ({_told(data, 'bads', 'count')})",
        ),
        (say("坏账率 · 平均 PD", "Bad rate · mean PD"), level),
        (
            say("现任模型", "Champion"),
            escape(str(about["champion"]))
            if about.get("champion")
            else say("未提供", "none given"),
        ),
    ]
    said = verdict(report.sections)
    return f"""<header>
<p class="mark">{say("模型验证报告", "Validation report")}</p>
<h1>{both(named)}</h1>
{rows(facts)}
<div class="verdict {report.light.value}">{lamp(report.light)}<p>{both(said)}</p></div>
</header>"""


def _summary(report: ValidationReport) -> str:
    lines = []
    for section in report.sections:
        found = decisive(section)
        told = rule = ""
        if found is not None:
            told = f'{both(found.what)}: <b class="number">{both(shown(found))}</b>'
            rule = both(found.rule)
        lines.append(
            f'<tr><td>{lamp(section.light)}<td><a href="#{_anchor(section.key)}">'
            f'<b>{both(section.title)}</b></a><td>{told}<td class="rule">{rule}'
            f'<td class="rule">{_counted(section)}'
        )
    return f"""<div class="opening" id="summary">
<h3>{say("各部分一览", "The sections at a glance")}</h3>
<table class="summary stack"><thead><tr><th>{say("灯", "Light")}<th>{say("部分", "Section")}
<th>{say("决定该灯的数值", "The number behind it")}<th>{say("规则", "Rule")}
<th>{say("结论项", "Findings")}</thead><tbody>
{"".join(lines)}</tbody></table></div>"""


def _counted(section: Section) -> str:
    """Return how many findings have which light, e.g. 1 red, 2 green."""
    parts = []
    for light in reversed(Light):
        n = sum(finding.light is light for finding in section.findings)
        if n:
            word = light_word(light.value)
            parts.append(Words(f"{word.zh}{n}", f"{n} {word.en}"))
    if not parts:
        return say("无", "none")
    return both(Words("、".join(p.zh for p in parts), ", ".join(p.en for p in parts)))


def _section(section: Section, about: Mapping[str, Any]) -> str:
    labels = about.get("labels", {})
    asks = QUESTIONS.get(section.key)
    question = f'<p class="asks">{both(asks)}</p>' if asks else ""
    notes = "".join(f'<p class="note">{both(note)}</p>' for note in section.notes)
    pictures = "".join(
        drawn
        for name, frame in section.tables.items()
        if (drawn := _figure(section, name, frame, about))
    )
    short, long = [], []
    for name, frame in section.tables.items():
        title = table_title(section.key, name, labels)
        if frame.is_empty():
            short.append(f'<p class="note">{both(title)}: {say("无", "none")}</p>')
        elif frame.height <= FOLDED:
            short.append(folded(frame, title, labels, name=f"{section.key}.{name}"))
        else:
            long.append(
                f'<a href="#{_anchor(section.key, name)}">{both(title)}</a>'
                f" ({say(f'{frame.height:,}行', f'{frame.height:,} rows')})"
            )
    further = ""
    if long:
        said = say("附录中的全表", "Full tables in the appendix")
        further = f'<p class="note">{said}: {", ".join(long)}</p>'
    return f"""<section id="{_anchor(section.key)}"><div class="opening">
<h2>{both(section.title)} {lamp(section.light)}{_UP}</h2>
{question}
{_findings(section.findings)}</div>
{notes}
{f'<div class="pictures">{pictures}</div>' if pictures else ""}
{"".join(short)}
{further}</section>
"""


def _findings(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return f"<p class=note>{say('没有结论项。', 'There is no finding.')}</p>"
    tested = any(finding.p_value is not None for finding in findings)
    lines = []
    for found in findings:
        p = ""
        if tested:
            p = f'<td class="p"><i>p </i>{escape(p_value(found.p_value))}'
        lines.append(
            f"<tr><td>{lamp(found.light)}<td>{both(found.what)}"
            f'<td class="number">{both(shown(found))}<td class="rule">{both(found.rule)}{p}'
        )
    head_p = f"<th>{say('p 值', 'p')}" if tested else ""
    return f"""<table class="findings stack"><thead><tr><th>{say("灯", "Light")}
<th>{say("结论项", "Finding")}<th>{say("数值", "Number")}<th>{say("规则", "Rule")}{head_p}</thead>
<tbody>{"".join(lines)}</tbody></table>"""


def _figure(section: Section, name: str, frame: pl.DataFrame, about: Mapping[str, Any]) -> str:
    """Return the picture of a table in both languages; nothing where it has none."""
    picture = picture_of(section.key, name, frame)
    if picture is None:
        return ""
    drawn = ""
    for language in LANGUAGES:
        tag = "zh-CN" if language == "zh" else "en"
        look = Look(language, about.get("labels", {}), about.get("rules", {}))
        svg = to_svg(
            picture.draw(frame, look),
            name=f"{_anchor(section.key, name)}_{language}".replace("-", "_"),
        )
        drawn += f'<span lang="{tag}">{svg}</span>'
    half = " class=half" * picture.half
    caption = both(picture.caption)
    if f"{section.key}.{name}" not in PICTURES:  # one picture for several tables: say which
        title = table_title(section.key, name, about.get("labels", {}))
        caption = f"<b>{both(title)}</b> · {caption}"
    return f"<figure{half}><div>{drawn}</div><figcaption>{caption}</figcaption></figure>"


def _appendix(report: ValidationReport) -> str:
    about = report.about
    long = "".join(
        folded(
            frame,
            _full(section, name, about.get("labels", {})),
            about.get("labels", {}),
            name=f"{section.key}.{name}",
            anchor=_anchor(section.key, name),
        )
        for section in report.sections
        for name, frame in section.tables.items()
        if frame.height > FOLDED
    )
    if long:
        long = f"<h3>{say('全表', 'Full tables')}</h3>{long}"
    return f"""<section class="new" id="appendix"><h2>{say("附录", "Appendix")} {_UP}</h2>
<h3>{say("灯的含义", "What the lights mean")}</h3>
{_glossary()}
<h3>{say("关于本报告", "About this report")}</h3>
{_about(about)}
{_rules(report)}
{long}</section>"""


def _glossary() -> str:
    lines = "".join(f"<tr><td>{lamp(light)}<td>{both(words)}" for light, words in _LIGHTS)
    return f'<table class="glossary"><tbody>{lines}</tbody></table>'


def _about(about: Mapping[str, Any]) -> str:
    model, data, trained = (about.get(key) or {} for key in ("model", "data", "trained_on"))
    in_time = " – ".join(str(day) for day in trained.get("in_time") or () if day) or "–"
    versions = ", ".join(f"{name} {v}" for name, v in (about.get("versions") or {}).items())
    alpha = about.get("alpha")
    share = ""
    if alpha is not None:
        each, n = number(alpha / len(TESTING)), len(TESTING)
        share = say(
            f"α = {alpha:g}：好模型的报告出现任何红灯的机会上限。平分给有检验的{n}个部分，"
            f"每部分{each}；部分之内再按 Holm 校正。",
            f"α = {alpha:g} is the chance that the report of a good model shows any red light. "
            f"It is shared equally by the {n} sections that test something, {each} each, and "
            "within a section by its tests (Holm).",
        )
    facts = [
        (say("模型包 SHA-256", "Bundle SHA-256"), _code(model.get("sha256"))),
        (say("特征哈希", "Feature hash"), _code(model.get("feature_hash"))),
        (say("验证数据 SHA-256", "Validated data SHA-256"), _code(data.get("sha256"))),
        (say("训练数据 SHA-256", "Training data SHA-256"), _code(trained.get("data_sha256"))),
        (say("训练时间内窗口", "In time, at training"), escape(in_time)),
        (say("被评价样本的条件", "Condition of the judged rows"), _code(data.get("window"))),
        (say("规则来源", "Source of the rules"), escape(str(about.get("rules_source", "–")))),
        (say("检验水平", "Level of the tests"), share or "–"),
        (say("随机种子", "Seed"), escape(str(about.get("seed", "–")))),
        (say("版本", "Versions"), escape(versions or "–")),
    ]
    lines = "".join(f"<tr><td>{term}<td>{fact}" for term, fact in facts)
    return f'<table class="about"><tbody>{lines}</tbody></table>'


def _rules(report: ValidationReport) -> str:
    """Return the rules that have an amber and a red line."""
    titles = {section.key: section.title for section in report.sections}
    found = [
        (
            titles.get(section, Words(section, section)),
            RULES.get(f"{section}.{rule}", Words(rule, rule.replace("_", " "))),
            lines,
        )
        for section, rules in (report.about.get("rules") or {}).items()
        if isinstance(rules, Mapping)
        for rule, lines in rules.items()
        if isinstance(lines, Mapping) and "amber" in lines
    ]
    if not found:
        return ""
    frame = pl.DataFrame(
        {
            "section_zh": [section.zh for section, _, _ in found],
            "section_en": [section.en for section, _, _ in found],
            "rule_zh": [rule.zh for _, rule, _ in found],
            "rule_en": [rule.en for _, rule, _ in found],
            "amber": [float(lines["amber"]) for _, _, lines in found],
            "red": [lines.get("red") for _, _, lines in found],
        },
        schema_overrides={"red": pl.Float64},
    )
    return f"<h3>{say('规则的界限', 'The lines of the rules')}</h3>{table(frame)}"


def _full(section: Section, name: str, labels: Labels) -> Words:
    title = table_title(section.key, name, labels)
    return Words(f"{section.title.zh}：{title.zh}", f"{section.title.en}: {title.en}")


def _model(about: Mapping[str, Any]) -> str:
    model = about.get("model") or {}
    name = model.get("name") or about.get("product") or "–"
    version = model.get("version")
    return f"{name} v{version}" if version else str(name)


def _told(data: Mapping[str, Any], key: str, form: str) -> str:
    value = data.get(key)
    return "–" if value is None else number(value, form)


def _hash(sha256: Any) -> str:
    if not sha256:
        return "–"
    return (
        f'<details class="inline"><summary><code>{escape(str(sha256)[:12])}</code></summary>'
        f"<code>{escape(str(sha256))}</code></details>"
    )


def _code(text: Any) -> str:
    return f"<code>{escape(str(text))}</code>" if text else "–"


def _anchor(*names: str) -> str:
    """Return an id for a section or a table, whatever it is called."""
    return "-".join(re.sub(r"[^0-9A-Za-z_]", "_", name) for name in names)
