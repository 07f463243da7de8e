"""Who decides and why: names and reasons as they are written down."""

from __future__ import annotations

from scorecard.errors import InputError

LONGEST_NAME, LONGEST_REASON = 80, 500


def name_of(person: str, option: str) -> str:
    """Return a person's name without spaces around it.

    Raises `InputError`, naming ``option``, for one that is empty, too long or no single line.
    """
    return _text(person, option, LONGEST_NAME, "a name")


def reason_of(reason: str, option: str = "--reason") -> str:
    """Return a reason without spaces around it; `InputError` as `name_of`."""
    return _text(reason, option, LONGEST_REASON, "a reason")


def two_names(by: str, approved_by: str) -> tuple[str, str]:
    """Return both names; `InputError` where they are one and the same but for case and spaces."""
    first, second = name_of(by, "--by"), name_of(approved_by, "--approved-by")
    if first.casefold().split() == second.casefold().split():
        raise InputError(
            "--by and --approved-by must be two different persons; got the same name twice."
        )
    return first, second


def _text(text: str, option: str, longest: int, what: str) -> str:
    found = text.strip()
    if not found:
        raise InputError(f"{option} must be {what}; got an empty text.")
    if len(found) > longest:
        raise InputError(f"{option} must have at most {longest} characters; got {len(found)}.")
    if not found.isprintable():
        raise InputError(
            f"{option} must be one line of printable text; got control characters in it."
        )
    return found
