"""Following an alias: a file that says which bundle it names now.

One process per service does this, so that the processes that rate need not import MLflow.
"""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from scorecard.errors import InputError, ScorecardError
from scorecard.tracking import pointer
from scorecard.tracking.address import Resolved
from scorecard.tracking.registry import Registry

EVERY_S = 1.0  # between two looks at the registry


def follow(
    uri: str,
    file: Path,
    *,
    registry: Registry | None = None,
    every: float = EVERY_S,
    until: IO[Any] | None = None,
) -> None:
    """Write to ``file`` where the bundle of ``uri`` lies, anew whenever the alias has moved.

    The registry is asked each ``every`` seconds, and what it cannot answer is told once on standard
    error. Ends when ``until`` (standard input unless given) ends, so that no follower outlives the
    process that started it. A version's files are fetched once.
    """
    registry = Registry() if registry is None else registry
    until = sys.stdin if until is None else until
    fetched: dict[tuple[str, str], Resolved] = {}
    shown: Resolved | None = None
    with suppress(InputError):
        shown = pointer.read(file)
    told = ""
    while True:
        try:
            version = registry.find(uri)
            key = (version.number, version.sha256 or "")
            if key not in fetched:
                fetched[key] = registry.resolve(version.uri)
            if fetched[key] != shown:
                pointer.write(file, fetched[key])
                shown = fetched[key]
            told = ""
        except Exception as error:  # the registry may be away for a while; the service goes on
            why = str(error) if isinstance(error, ScorecardError) else type(error).__name__
            if why != told:
                sys.stderr.write(f"scorecard: {uri} is not followed for now: {why}\n")
                sys.stderr.flush()
            told = why
        if ended(until, every):
            return


def ended(stream: IO[Any], seconds: float) -> bool:
    """Whether a stream ends within some seconds; what is written to it is passed over."""
    ready, _, _ = select.select([stream], [], [], seconds)
    return bool(ready) and not os.read(stream.fileno(), 4096)
