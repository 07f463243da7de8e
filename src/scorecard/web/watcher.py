"""The one process of a service that asks the registry, kept alive by whichever worker has a lock.

MLflow takes seconds to import and a few hundred megabytes, so that the workers leave it to this
process and read the pointer file that it writes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

from scorecard.home import project_root
from scorecard.tracking.address import untracked
from scorecard.tracking.lock import taken

AGAIN_S = 2.0  # after which a watcher that ended is started again


class Watcher:
    """Keeps ``python -m scorecard.tracking URI --follow FILE`` running once among processes.

    `tend` is called again and again. The watcher ends when the pipe to it closes, that is with the
    process that started it; then the lock is free, and another worker's `tend` takes over.
    """

    def __init__(self, uri: str, file: Path) -> None:
        self._command = [sys.executable, "-m", "scorecard.tracking", uri, "--follow", str(file)]
        self._path = file.with_name("watcher.lock")
        self._lock: IO[Any] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def tend(self) -> None:
        """Start the watcher where this process has the lock and it does not run."""
        if not self._mine():
            return
        ended = self._process is None or self._process.poll() is not None
        if ended and time.monotonic() - self._started >= (AGAIN_S if self._process else 0):
            self._started = time.monotonic()
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env={
                    **os.environ,
                    **untracked(os.environ),
                    "SCORECARD_HOME": str(project_root()),
                    "MLFLOW_LOGGING_LEVEL": "ERROR",
                },
            )

    def stop(self) -> None:
        """End the watcher if it is this process's, and free the lock."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=5)
            if self._process.stdin is not None:
                self._process.stdin.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _mine(self) -> bool:
        if self._lock is not None:
            return True
        file = self._path.open("ab")
        if taken(file.fileno()):
            self._lock = file
            return True
        file.close()
        return False
