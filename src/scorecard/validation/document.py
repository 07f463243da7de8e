"""The frame of a page: it fetches nothing, needs no script, shows one of two languages, prints."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape

from scorecard.errors import InputError
from scorecard.validation.stylesheet import SCRIPT, STYLE
from scorecard.validation.words import Language, Words

#: What tells a page of this house from any other file.
GENERATOR = "scorecard validation"
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def check_language(language: str) -> Language:
    """Return a language of the house; `InputError` for another than en and zh."""
    for known in LANGUAGES:
        if known == language:
            return known
    raise InputError(f"language must be en or zh; got {language!r}.")


def document(title: Words, body: str, foot: str, language: Language) -> str:
    """Return a page with ``body`` (HTML in both languages), ``language`` shown first.

    ``foot`` stands at the foot of every printed page. The page allows itself no script but its own
    and no resource at all. Raises `InputError` for a language other than en and zh.
    """
    check_language(language)
    script = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    checked = {each: " checked" * (each == language) for each in LANGUAGES}
    safe = re.sub(r"[^\w .·-]", "", foot)  # it stands between quotes in a style sheet
    return f"""<!doctype html>
<html lang="{"zh-CN" if language == "zh" else "en"}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; script-src 'sha256-{script}'">
<meta name="generator" content="{GENERATOR}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title.of(language))}</title>
<style>{STYLE.replace("$FOOT", safe)}</style>
<input class="radio" type="radio" name="language" id="show-en" aria-label="English"{checked["en"]}>
<input class="radio" type="radio" name="language" id="show-zh" aria-label="中文"{checked["zh"]}>
<main>
<nav class="switch"><label for="show-en">English</label><label for="show-zh">中文</label></nav>
{body}
</main>
<script>{SCRIPT}</script>
</html>
"""
