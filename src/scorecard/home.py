"""Where a project lives on disk."""

from __future__ import annotations

import os
from pathlib import Path


def project_root() -> Path:
    """Return ``SCORECARD_HOME``, else the nearest parent with ``features/``, else this folder."""
    home = os.environ.get("SCORECARD_HOME")
    if home:
        return Path(home).expanduser().resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "features").is_dir():
            return folder
    return here
