"""From a model's address in the registry to its bundle's folder, without importing MLflow here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from scorecard.errors import InputError
from scorecard.home import project_root

RESERVED = "latest"  # MLflow's own alias: it moves with every training, chosen by nobody
_SWITCH = "MLFLOW_DISABLE_TELEMETRY"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a registered bundle lies: local ``folder``, registered ``name`` and ``version``.

    ``sha256`` is the hash that the bundle was registered with, and that what lies in the folder
    must have; None where only the folder was asked for.
    """

    folder: str
    name: str
    version: str
    sha256: str | None = None

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self))


def resolve(uri: str) -> Resolved:
    """Find the bundle of ``models:/NAME@ALIAS`` or ``models:/NAME/VERSION``.

    MLflow is asked in a process of its own (unless it is loaded here already), so that a service's
    worker never imports it. Raises `InputError` when the address is none, and when the registry
    knows no such model, or not the hash of its bundle.
    """
    parse_address(uri)
    if "mlflow" in sys.modules:
        from scorecard.tracking.registry import Registry

        return Registry().resolve(uri)
    done = subprocess.run(
        [sys.executable, "-m", "scorecard.tracking", uri],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **untracked(os.environ), "SCORECARD_HOME": str(project_root())},
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["MLflow gave no reason."]
        raise InputError(lines[-1])
    return Resolved(**json.loads(done.stdout.strip().splitlines()[-1]))


def parse_address(uri: str) -> tuple[str, str | None, str | None]:
    """Return the name, and the alias or else the version, of a ``models:/`` address.

    Raises `InputError` where it has neither, and for the alias that MLflow keeps to itself.
    """
    rest = uri.removeprefix("models:/")
    name, at, alias = rest.partition("@")
    if at and name and alias and "/" not in rest:
        if alias.lower() == RESERVED:
            raise InputError(
                f"MLflow reserves the alias {RESERVED}; name a version or another alias, such as "
                f"models:/{name}@champion; got {uri}."
            )
        return name, alias, None
    name, slash, version = rest.partition("/")
    # Other scripts' digits are digits to Python; a registry counts in these.
    if slash and name and version.isascii() and version.isdecimal():
        return name, None, version.lstrip("0") or "0"
    raise InputError(f"A model's address is models:/NAME@ALIAS or models:/NAME/VERSION; got {uri}.")


def untracked(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what keeps MLflow from reporting usage, where ``environment`` does not decide it.

    MLflow reads these when it is imported; they must be set before.
    """
    if _SWITCH in environment:  # DO_NOT_TRACK would overrule a user who wants to report
        return {}
    return {_SWITCH: "true", "DO_NOT_TRACK": environment.get("DO_NOT_TRACK", "true")}
