"""``scorecard validate``: the sections with their lights on the screen, the report in files."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import polars as pl
import typer

from scorecard.cli import screen
from scorecard.cli.tables import check_distinct, replacing, shown
from scorecard.errors import InputError
from scorecard.rating import Rater
from scorecard.validation import Light, ModelCard, ValidationReport, validate
from scorecard.validation.document import GENERATOR, check_language
from scorecard.validation.glance import SIGNS
from scorecard.validation.verdict import decisive
from scorecard.validation.verdict import shown as told
from scorecard.validation.words import Language

#: The exit code of ``--fail-on`` where the report is of that light, or worse.
FAILED = 3

_ENDINGS = {"--html": (".html",), "--json": (".json",), "--card": (".html", ".md")}
#: What the first bytes of a file show that this command wrote before.
_OURS = {
    ".html": (GENERATOR,),
    ".json": ('{\n "about"',),
    ".md": ("# Model card: ", "# 模型卡: "),
}
_FAILING = {"red": {Light.RED}, "amber": {Light.RED, Light.AMBER}}


def run_validation(
    model: str,
    data: Path,
    *,
    html: Path | None,
    json: Path | None,
    card: Path | None,
    window: str | None,
    champion: str | None,
    language: str,
    fail_on: str | None,
    seed: int,
) -> ValidationReport:
    """Validate, print the sections at a glance and the verdict, write what was asked for.

    Raises `typer.Exit` with `FAILED` where ``fail_on`` names a light and the report shows it.
    """
    screen.quiet_libraries()
    chosen = check_language(language)
    if fail_on is not None and fail_on not in _FAILING:
        raise InputError(f"--fail-on must be red or amber; got {fail_on!r}.")
    targets = {"--html": html, "--json": json, "--card": card}
    wanted = {option: path for option, path in targets.items() if path is not None}
    for option, path in wanted.items():
        _check(option, path)
    check_distinct({"--data": data, **wanted})
    with screen.progress(shown=True) as report_progress:
        report = validate(
            model, data, window=window, champion=champion, seed=seed, progress=report_progress
        )
        for option, path in wanted.items():
            report_progress(f"writing {option.removeprefix('--')}", 0.0)
            text = _text(option, path, report, model, chosen)
            with replacing(path) as file:
                file.write(text.encode())
    _show(report, chosen)
    for option, path in wanted.items():
        what = {"--html": "Report", "--json": "Numbers", "--card": "Model card"}[option]
        screen.out.print(f"{what} in {shown(path)}.")
    if fail_on is not None and report.light in _FAILING[fail_on]:
        raise typer.Exit(FAILED)
    return report


def _text(option: str, path: Path, report: ValidationReport, model: str, language: Language) -> str:
    if option == "--json":
        return report.as_json()
    if option == "--html":
        return report.as_html(language)
    made = ModelCard.of(Rater.load(model), report)
    return made.to_markdown(language) if path.suffix.lower() == ".md" else made.as_html(language)


def _show(report: ValidationReport, language: Language) -> None:
    zh = language == "zh"
    names = ("灯", "部分", "数值", "规则") if zh else ("light", "section", "number", "rule")
    rows = []
    for section in report.sections:
        found = decisive(section)
        number = rule = ""
        if found is not None:
            what, said = found.what, told(found)
            number = f"{what.zh}：{said.zh}" if zh else f"{what.en}: {said.en}"
            rule = found.rule.zh if zh else found.rule.en
        title = section.title.zh if zh else section.title.en
        rows.append((f"{SIGNS[section.light]} {section.light.value}", title, number, rule))
    data = report.about.get("data", {})
    judged = f"{data.get('rows', 0):,} rows judged, {data.get('bads', 0):,} of them bad"
    if zh:
        judged = f"被评价样本{data.get('rows', 0):,}行，其中坏样本{data.get('bads', 0):,}"
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    screen.out.print(f"{report.about.get('product')} · {judged}")
    screen.print_table(frame, "", {})
    screen.out.print(report.verdict.zh if zh else report.verdict.en)


def _check(option: str, path: Path) -> None:
    """Raise `InputError` for a file that this command may not or cannot write."""
    endings = _ENDINGS[option]
    name = path.name or str(path)
    if path.suffix.lower() not in endings:
        raise InputError(f"{name}: {option} writes to a file ending in {' or '.join(endings)}.")
    try:
        if path.is_dir():
            raise InputError(f"{name}: this is a folder; name a file to write.")
        if not path.parent.is_dir():
            raise InputError(f"{name}: the folder to write it into does not exist.")
        place = path if path.exists() else path.parent
        if not os.access(place, os.W_OK):
            raise InputError(f"{name}: cannot be written ({os.strerror(errno.EACCES)}).")
        if path.is_file() and not _ours(path):
            raise InputError(
                f"{name}: this file is there already and no {option.removeprefix('--')} of a "
                "validation; name another."
            )
    except OSError as error:
        raise InputError(f"{name}: cannot be written ({error.strerror}).") from None


def _ours(path: Path) -> bool:
    """Whether a file is empty, or one that this command wrote."""
    with path.open("rb") as file:
        head = file.read(1024).decode("utf-8", "replace")
    return not head or any(sign in head for sign in _OURS[path.suffix.lower()])
