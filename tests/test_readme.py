"""What the READMEs promise: their Python runs, their commands exist, their links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from scorecard.cli.main import app

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
PAGES = (*READMES, *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = typer.main.get_command(app).commands


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return [code for found, code in FENCE.findall(text(page)) if found == language]


def spoken(page: str) -> list[list[str]]:
    """Return every `scorecard …` in backticks or fences, in words, without the first."""
    lines = [line for code in blocks(page, "") for line in code.splitlines()]
    quoted = re.findall(r"`([^`\n]+)`", FENCE.sub("", text(page)))
    found = [shlex.split(line) for line in (*lines, *quoted) if line.startswith("scorecard ")]
    return [words[1:] for words in found]


@pytest.mark.slow
def test_quick_start_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = blocks("README.md", "python")
    fewer, changed = re.subn(r"20_000", "6_000", code)
    assert changed == 1
    monkeypatch.chdir(tmp_path)
    exec(compile(fewer, "README.md", "exec"), {})
    assert "out of time" in capsys.readouterr().out
    assert (tmp_path / "my_bundle" / "manifest.json").is_file()


def test_both_readmes_show_the_same_code() -> None:
    (first,), (second,) = (blocks(page, "python") for page in READMES)
    plain = [re.sub(r" *#.*", "", code) for code in (first, second)]
    assert plain[0] == plain[1].replace("text_zh", "text_en")
    assert blocks("README.md", "json") == blocks("README.zh-CN.md", "json")


def test_both_readmes_run_the_same_commands() -> None:
    first, second = (sorted(spoken(page)) for page in READMES)
    assert first == second
    assert {words[0] for words in first} >= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_exist(page: str) -> None:
    for words in spoken(page):
        command = COMMANDS[words[0]]
        options = {name for each in command.params for name in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


@pytest.mark.parametrize("page", READMES)
def test_shared_options_are_where_the_text_says(page: str) -> None:
    assert "--json" in text(page)
    with_json = {
        name for name, each in COMMANDS.items() if any("--json" in p.opts for p in each.params)
    }
    assert with_json == {
        "export", "history", "init", "promote", "rate", "rollback", "simulate", "train", "validate",
    }  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(page)):
        if "://" not in target:
            assert ((ROOT / page).parent / target).is_file(), target
