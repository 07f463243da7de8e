"""A file that says which bundle is in office: written by a follower, read by those who serve."""

from __future__ import annotations

import json
import os
from pathlib import Path

from scorecard.errors import InputError
from scorecard.tracking.address import Resolved


def write(file: Path, place: Resolved) -> None:
    """Replace the file in one step: a reader sees the old or the new, never a part."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.write_text(place.to_json(), encoding="utf-8")
    part.replace(file)


def read(file: Path) -> Resolved:
    """Return what the file says; `InputError` where there is none, or it is no such file."""
    try:
        return Resolved(**json.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{file.name} does not say which bundle to serve: {error}.") from None
