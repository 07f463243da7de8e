"""A lock between processes of one machine."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scorecard.errors import ScorecardError


@contextmanager
def locked(path: Path, *, seconds: float = 30.0) -> Iterator[None]:
    """Hold the lock of a file, made if absent; it is free again when the process ends.

    Raises `ScorecardError` where another process holds it for longer than ``seconds``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        until = time.monotonic() + seconds
        while not taken(file.fileno()):
            if time.monotonic() > until:
                raise ScorecardError(
                    f"Another process has been changing the registry for {seconds:g} s; try again."
                )
            time.sleep(0.02)
        yield  # closing the file frees it


def taken(descriptor: int) -> bool:
    """Take the lock of an open file if nobody has it; whether this process has it now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
