"""Starting, watching and stopping the service, which runs in processes of its own."""

from __future__ import annotations

import http.client
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any
from urllib.parse import urlsplit

from scorecard.errors import InputError, ScorecardError
from scorecard.home import project_root
from scorecard.web.environment import DEFAULT_WORKERS, ENVIRONMENT, POINTER

SERVICE = "scorecard.web.service:service"
EXAMPLE = Path("serving") / "example_request.json"  # under the project's root
READY_S = 60.0  # from the start until the first worker has loaded its bundle
DRAIN_S = 5  # what a request in flight is given when the service stops
STOP_S = 20.0  # after which the processes are killed


class Server:
    """A running service: BentoML's supervisor and its workers, children of this process.

    ``model`` is a ``models:/`` address or a bundle's folder; an alias is followed as it moves, a
    version and a folder are served to the end. ``log`` takes the service's output (this process's
    own where None). Raises `InputError` for a model, host or port that cannot be served. Use it as
    a context manager, or call `stop`.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        host: str = "127.0.0.1",
        port: int = 3000,
        workers: int = DEFAULT_WORKERS,
        log: IO[Any] | None = None,
    ) -> None:
        check_address(host, port)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        # BentoML empties the metrics folder of its home when a service starts: each gets its own.
        self._home = tempfile.TemporaryDirectory(prefix="scorecard-serve-")
        try:
            bundle = _bundle(str(model), Path(self._home.name))
        except ScorecardError:
            self._home.cleanup()
            raise
        command = [
            sys.executable, "-m", "bentoml", "serve", SERVICE, "--host", host, "--port", str(port),
            "--timeout-graceful-shutdown", str(DRAIN_S),
        ]  # fmt: skip
        environment = {
            "BENTOML_HOME": self._home.name,
            **os.environ,
            **ENVIRONMENT,
            **bundle,
            **_example(),
            "WORKERS": str(workers),
        }
        self._log = log
        self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_ready(self, timeout: float = READY_S) -> None:
        """Return once the service answers that it is ready; `ScorecardError` if it does not."""
        try:
            wait_ready(self.url, timeout, running=lambda: self.process.poll() is None)
        except ScorecardError as error:
            raise ScorecardError(f"{error} {_last_line(self._log)}".strip()) from None

    def wait(self) -> int:
        """Wait until the service ends by itself; returns its exit code."""
        return self.process.wait()

    def stop(self) -> None:
        """Stop all processes: requests in flight are finished, new ones refused."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                _kill(self.process.pid)
                self.process.wait()
        self._home.cleanup()


def serve(
    model: str | Path,
    host: str = "127.0.0.1",
    port: int = 3000,
    workers: int = DEFAULT_WORKERS,
    *,
    log: IO[Any] | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> int:
    """Serve until interrupted (SIGINT or SIGTERM); returns the exit code.

    ``on_ready`` is called with the service's URL once it answers. Raises what `Server` raises.
    """
    with _signals_interrupt():
        try:
            with Server(model, host=host, port=port, workers=workers, log=log) as server:
                server.wait_ready()
                if on_ready is not None:
                    on_ready(server.url)
                return server.wait()
        except KeyboardInterrupt:
            return 0


def wait_ready(
    url: str, timeout: float = READY_S, *, running: Callable[[], bool] = lambda: True
) -> None:
    """Return once ``url``/readyz answers 200; ``running`` tells whether waiting still makes sense.

    Raises `ScorecardError` after ``timeout`` seconds, or when the service ended.
    """
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if not running():
            raise ScorecardError("The service ended before it was ready; its output says why.")
        if _is_ready(url):
            return
        time.sleep(0.1)
    raise ScorecardError(f"{url} was not ready within {timeout:g} s; its output says why.")


def _is_ready(url: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def check_address(host: str, port: int) -> None:
    """Raise `InputError` unless one can listen there now."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise InputError(f"--host must be an IP address such as 127.0.0.1; got {host!r}.") from None
    if not 0 < port < 65536:
        raise InputError(f"--port must be from 1 to 65535; got {port}.")
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"Cannot listen on {host} port {port} ({error.strerror}); choose another with "
                "--port (make run PORT=...)."
            ) from None


def _bundle(model: str, home: Path) -> Mapping[str, str]:
    """Return what tells the workers which bundle to load, or which alias to follow.

    MLflow is asked here, once; what an alias names now is written into the service's ``home``.
    """
    told = {"SCORECARD_BUNDLE": "", "SCORECARD_MODEL_VERSION": "", "SCORECARD_SHA256": "",
            "SCORECARD_MODEL": "", POINTER: ""}  # fmt: skip
    if not model.startswith("models:/"):
        folder = Path(model).expanduser().resolve()
        if not folder.is_dir():
            raise InputError(f"No bundle at {model}; give a folder or models:/NAME@ALIAS.")
        return {**told, "SCORECARD_BUNDLE": str(folder)}
    from scorecard.tracking import pointer, resolve
    from scorecard.tracking.address import parse_address

    found = resolve(model)
    if parse_address(model)[1] is not None:
        file = home / "pointer.json"
        pointer.write(file, found)
        return {**told, "SCORECARD_MODEL": model, POINTER: str(file)}
    return {
        **told,
        "SCORECARD_BUNDLE": str(Path(found.folder).resolve()),
        "SCORECARD_MODEL_VERSION": found.version,
        "SCORECARD_SHA256": found.sha256 or "",
    }


def _example() -> Mapping[str, str]:
    path = project_root() / EXAMPLE
    known = "SCORECARD_EXAMPLE" in os.environ or not path.is_file()
    return {} if known else {"SCORECARD_EXAMPLE": str(path)}


def _kill(pid: int) -> None:
    import psutil

    try:
        family = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    for each in (*(child.pid for child in family), pid):
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _last_line(log: IO[Any] | None) -> str:
    """Return what a service that failed said last, where its output went to a file."""
    if log is None:
        return ""
    try:
        text = Path(log.name).read_text(encoding="utf-8", errors="replace")
    except (OSError, TypeError):
        return ""
    return (text.strip().splitlines() or [""])[-1]


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGINT alike end this process in order, so that it takes the service along.

    SIGINT is set too: a shell starts background jobs with it ignored.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
