"""A request's body: bytes within a limit, JSON without repeated names."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import anyio
from pydantic_core import from_json
from starlette.requests import Request

from scorecard.web.problem import Refusal

_CHARSET = re.compile(r'\s*charset\s*=\s*"?utf-?8"?\s*', re.IGNORECASE)
CLOSE = {"connection": "close"}  # what was not read of the body is not waited for


class Repeated(dict[str, Any]):
    """A JSON object that repeats names; ``names`` are those repeated."""

    names: tuple[str, ...] = ()


def check_headers(request: Request) -> None:
    """Raise `Refusal` (415) unless the body is announced as plain, uncompressed JSON in UTF-8."""
    for name in ("content-type", "content-encoding"):
        if len(request.headers.getlist(name)) > 1:  # which of them holds is anybody's guess
            raise Refusal("media-type", f"Send {name} once.")
    media, *parameters = request.headers.get("content-type", "").split(";")
    if media.strip().lower() != "application/json":
        raise Refusal("media-type", "Send content-type: application/json.")
    if any(p.strip() and not _CHARSET.fullmatch(p) for p in parameters):
        raise Refusal("media-type", "Send JSON in UTF-8, without other parameters.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Refusal("media-type", "Send the body uncompressed, without content-encoding.")


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """Return the body's bytes, of which there may be ``limit``, once all are here.

    Counts what arrives, whatever content-length says. Raises `Refusal`: 413 for more bytes, 408
    where the last has not arrived after ``seconds``.
    """
    try:
        with anyio.fail_after(seconds):
            return await _read(request, limit)
    except TimeoutError:
        raise Refusal(
            "timeout", f"Send the whole body within {seconds:g} seconds.", headers=CLOSE
        ) from None


async def _read(request: Request, limit: int) -> bytes:
    refusal = Refusal("too-large", f"At most {limit} bytes are taken.", headers=CLOSE)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise refusal
    chunks = []
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit:
            raise refusal
        chunks.append(chunk)
    return b"".join(chunks)


def parse(body: bytes) -> dict[str, Any]:
    """Read a JSON object; one that repeats names comes back as `Repeated`, at any depth.

    NaN and infinities are read as such, for the contract to refuse by field. Raises `Refusal` (400)
    for anything else that is no JSON object in UTF-8.
    """
    try:
        found = from_json(body, cache_strings="keys")
    except ValueError:
        raise Refusal("not-json", "Send one JSON object, in UTF-8.") from None
    if not isinstance(found, dict):
        raise Refusal("not-json", "Send one JSON object, not an array or a bare value.")
    # Every name is followed by a colon. Where there are more colons than names that came out, a
    # text holds one or a name was repeated: only then is the slower reader that can tell asked.
    if body.count(b":") > _names(found):
        marked: dict[str, Any] = json.loads(body, object_pairs_hook=_object)
        return marked
    return found


def repeated(value: Any) -> tuple[str, ...]:
    """Return the names that a parsed JSON object repeats."""
    return value.names if isinstance(value, Repeated) else ()


def _names(envelope: dict[str, Any]) -> int:
    count = len(envelope)
    for value in envelope.values():
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, dict):
                count += len(each)
    return count


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    marked = Repeated(found)
    marked.names = tuple(name for name, n in Counter(n for n, _ in pairs).items() if n > 1)
    return marked
