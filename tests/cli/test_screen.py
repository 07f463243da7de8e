"""What other people's files hold is shown as it is, and never drives the terminal."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.cli import screen

HOSTILE = "[red]a[/red] [/nope] :smile: \x1b[2J\x07\x9b31m"
SHOWN = "[red]a[/red] [/nope] :smile: [2J31m"


@given(st.text())
@settings(max_examples=60)
def test_plain_text_lost_its_control_characters_only(text: str) -> None:
    kept = [c for c in text if c in "\t\n" or unicodedata.category(c) != "Cc"]
    assert screen.plain(text) == "".join(kept)


def test_a_table_shows_names_and_values_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    screen.print_table(pl.DataFrame({HOSTILE: [HOSTILE, "b"], "n": [1, 2]}), HOSTILE, {})
    said = capsys.readouterr().out
    assert said.count(SHOWN) == 3
    assert not set("\x1b\x07\x9b") & set(said)


def test_a_rating_shows_texts_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    reason = {"code": "A", "text_zh": HOSTILE, "text_en": HOSTILE, "contribution": 0.5}
    number = {"pd": 0.1, "score": 500.0, "grade": HOSTILE}
    screen.print_rating(
        number
        | {
            "product": HOSTILE, "margin": 0.0, "answered_by": "scorecard", "reasons": [reason],
            "model": {"name": HOSTILE, "version": "1", "sha256": "0" * 64},
            "second_opinion": number | {"model": HOSTILE},
            "explanation": {"space": "points", "base": 500.0, "contributions": {}},
        }
    )  # fmt: skip
    said = capsys.readouterr().out
    assert said.replace("\n", " ").count(SHOWN) >= 5
    assert not set("\x1b\x07\x9b") & set(said)


def test_both_consoles_print_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    screen.out.print(HOSTILE, markup=False)
    screen.err.print(HOSTILE)
    said = capsys.readouterr()
    assert (said.out, said.err) == (f"{SHOWN}\n", f"{SHOWN}\n")
