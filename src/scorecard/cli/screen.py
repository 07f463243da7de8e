"""What the command line shows: tables, progress and ratings for people, JSON for machines.

Paths, names of columns and messages come from files of other people: they are shown as they are,
never read as markup, and reach no terminal with control characters in them.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    import polars as pl

#: Columns drawn where the output is a file or a pipe and has no width of its own.
WIDTH = 140

#: What moves a terminal's cursor, rings or recolours: all control characters but tab and newline.
_CONTROL = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}


def plain(text: str) -> str:
    """Return ``text`` without control characters; tabs and newlines stay."""
    return text.translate(_CONTROL)


class PlainConsole(Console):
    """A console that shows texts as they are: no markup, emoji codes or control characters."""

    def __init__(self, *, stderr: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)

    def render_str(self, text: str, *args: Any, **options: Any) -> Text:
        """Return a text to print; rich leaves the escape character in it."""
        return super().render_str(plain(text), *args, **options)


out = PlainConsole(width=None if sys.stdout.isatty() else WIDTH)
err = PlainConsole(stderr=True)


def quiet_libraries() -> None:
    """Keep other packages' chatter off the command line; errors still come through."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")
    for name in ("alembic", "mlflow", "matplotlib"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.simplefilter("ignore")


@contextmanager
def progress(*, shown: bool) -> Iterator[Callable[[str, float], None]]:
    """Yield a function (what, share 0 to 1) that draws a bar on standard error."""
    if not shown:
        yield lambda _what, _share: None
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description:<24}", markup=False), BarColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err) as bars:
        tasks: dict[str, Any] = {}

        def report(what: str, share: float) -> None:
            if what not in tasks:
                for task in tasks.values():
                    bars.update(task, completed=1.0)
                tasks[what] = bars.add_task(what, total=1.0)
            bars.update(tasks[what], completed=share)

        yield report
        for task in tasks.values():
            bars.update(task, completed=1.0)


def print_json(data: Any) -> None:
    """Write one JSON document to standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")


def print_table(frame: pl.DataFrame, title: str, formats: Mapping[str, str]) -> None:
    """Draw a frame; ``formats`` maps a column to a format specification."""
    table = _table(title)
    for name, dtype in frame.schema.items():
        number = dtype.is_numeric()
        table.add_column(
            _cell(name.replace("_", " ")), justify="right" if number else "left", no_wrap=number
        )
    for row in frame.iter_rows(named=True):
        table.add_row(
            *(
                _cell("" if value is None else format(value, formats.get(name, "")))
                for name, value in row.items()
            )
        )
    out.print(table)


def print_rating(rating: Mapping[str, Any]) -> None:
    """Draw one rating with its reasons in both languages."""
    second = rating["second_opinion"]
    table = _table(
        f"{rating['product']}  grade {rating['grade']}  PD {rating['pd']:.2%}  "
        f"score {rating['score']:.0f}"
    )
    for name in ("reason", "中文", "English", "log-odds"):
        table.add_column(name, overflow="fold", justify="right" if name == "log-odds" else "left")
    for reason in rating["reasons"]:
        risk = f"+{reason['contribution']:.3f}"
        table.add_row(*map(_cell, (reason["code"], reason["text_zh"], reason["text_en"], risk)))
    out.print(table)
    out.print(answerer(rating["answered_by"], **rating["model"]))
    if second is not None:
        out.print(
            f"second opinion of {second['model']}: grade {second['grade']}, PD {second['pd']:.2%}, "
            f"score {second['score']:.0f}"
        )
    explanation = rating["explanation"]
    total = explanation["base"] + sum(explanation["contributions"].values())
    target = rating["score"] if explanation["space"] == "points" else rating["margin"]
    out.print(
        f"explanation in {explanation['space']}: base + contributions = {total:.6f}; "
        f"the number it explains = {target:.6f}"
    )


def answerer(answered_by: str, name: str, version: str | None, sha256: str) -> str:
    """Say which model of which bundle answered; one read from a folder has no version."""
    registered = "not registered" if version is None else f"version {version}"
    return f"answered by {answered_by}, {name} {registered}, bundle {sha256[:12]}"


def _table(title: str) -> Table:
    return Table(title=_cell(title, "bold"), title_justify="left", header_style="dim")


def _cell(text: str, style: str = "") -> Text:
    return Text(plain(text), style)
