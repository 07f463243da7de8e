"""From a model's address in the registry to its bundle's folder, without importing MLflow here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass

from scorecard.errors import InputError
from scorecard.home import project_root


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a registered bundle lies: local ``folder``, registered ``name`` and ``version``."""

    folder: str
    name: str
    version: str

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self))


def resolve(uri: str) -> Resolved:
    """Find the bundle of ``models:/NAME@ALIAS`` or ``models:/NAME/VERSION``.

    MLflow is asked in a process of its own (unless it is loaded here already), so that a service's
    worker never imports it. Raises `InputError` when the registry knows no such model.
    """
    if "mlflow" in sys.modules:
        from scorecard.tracking.store import Store

        return Store().resolve(uri)
    done = subprocess.run(
        [sys.executable, "-m", "scorecard.tracking", uri],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SCORECARD_HOME": str(project_root())},
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["MLflow gave no reason."]
        raise InputError(lines[-1])
    return Resolved(**json.loads(done.stdout.strip().splitlines()[-1]))
