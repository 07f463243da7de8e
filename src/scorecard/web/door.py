"""The BentoML service around the application: workers, probes, metrics."""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bentoml

from scorecard.errors import InputError
from scorecard.tracking import pointer, resolve
from scorecard.tracking.address import parse_address
from scorecard.web.app import PATHS, app_of
from scorecard.web.environment import DEFAULT_MODEL, DEFAULT_WORKERS, ENVIRONMENT, POINTER
from scorecard.web.office import EXAMPLE_FILE, Example, Office

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from scorecard.web.follower import Follower

TIMEOUT_S = 60  # of one request in all; more than a batch may wait and take to arrive
# The headers that the application reads. Others stay outside: from some of them the tracing that
# BentoML brings along would take its ids, which it writes into every line of the log.
HEADERS = frozenset(
    {b"host", b"content-type", b"content-encoding", b"content-length", b"transfer-encoding",
     b"idempotency-key"}
)  # fmt: skip
PROBES = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})
logger = logging.getLogger("scorecard.web")


def service_from_environment() -> bentoml.Service[Any]:
    """Return the service that the environment asks for, its bundle loaded.

    ``SCORECARD_BUNDLE`` is a bundle's folder (``SCORECARD_MODEL_VERSION`` its registered version,
    ``SCORECARD_SHA256`` the hash that it must have); without it ``SCORECARD_MODEL`` is a
    ``models:/`` address, whose alias, if it has one, is followed. ``SCORECARD_POINTER`` is the file
    by which that is done; whoever starts the service may have written it. ``SCORECARD_EXAMPLE`` is
    a file with the body of one request, ``WORKERS`` the number of processes. Raises `InputError` or
    `BundleError` where nothing can be served.
    """
    from scorecard.rating import Bundle, Rater
    from scorecard.web.follower import Follower, in_office
    from scorecard.web.watcher import Watcher

    os.environ.update(ENVIRONMENT)
    workers = _workers(os.environ.get("WORKERS", str(DEFAULT_WORKERS)))
    path = os.environ.get("SCORECARD_EXAMPLE")
    body = _example(path)
    example = None if body is None else Example(body, _shown_name(path))
    folder = os.environ.get("SCORECARD_BUNDLE")
    uri = os.environ.get("SCORECARD_MODEL") or DEFAULT_MODEL
    if folder:
        bundle = Bundle.read(folder, sha256=os.environ.get("SCORECARD_SHA256") or None)
        rater = Rater(bundle, version=os.environ.get("SCORECARD_MODEL_VERSION") or None)
        return build_service(Office(rater, example), workers=workers)
    if parse_address(uri)[1] is None:
        return build_service(Office(Rater.load(uri), example), workers=workers)
    file = _pointer(uri)
    office = Office(in_office(file), example)
    follower = Follower(office, file, watcher=Watcher(uri, file))
    return build_service(office, workers=workers, follower=follower)


def build_service(
    office: Office, *, workers: int = DEFAULT_WORKERS, follower: Follower | None = None
) -> bentoml.Service[Any]:
    """Return the BentoML service that answers with who is in ``office``, in ``workers`` processes.

    ``follower`` runs in each of them.
    """
    for name in ("scorecard.access", "scorecard.follow"):
        logging.getLogger(name).setLevel(logging.INFO)
    app = app_of(office, follower=follower)
    decorate = bentoml.service(
        name="scorecard",
        service_class=DoorService,
        workers=workers,
        traffic={"timeout": TIMEOUT_S},
        # BentoML's own access log writes paths and content types as the caller chose them.
        logging={"access": {"enabled": False}},
        envs=[{"name": name, "value": value} for name, value in _environment().items()],
    )
    return bentoml.asgi_app(app, path="/")(decorate(Ratings))


class Ratings:
    """Ratings of small enterprises: POST /rate, POST /rate_batch, GET /openapi.json."""


class DoorService(bentoml.Service[Any]):  # type: ignore[misc]
    """A BentoML service that shows the outside nothing but the mounted application and probes."""

    def to_asgi(self, is_main: bool = True) -> ASGIApp:
        """Return the application that a worker runs."""
        return Threshold(super().to_asgi(is_main=is_main), self.mount_apps[0][0])


class Threshold:
    """Lets known requests through BentoML and hands all others to the application's refusals.

    Of headers those are let through that the application reads. BentoML labels its metrics with
    each path it sees, so that unknown paths would fill memory and show up in ``/metrics``; and it
    has pages of its own that know nothing of the application.
    """

    def __init__(self, service: ASGIApp, app: ASGIApp) -> None:
        self.service = service
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one connection to whom it concerns."""
        known = scope["type"] == "lifespan" or (
            scope["type"] == "http"
            and scope["path"] in PATHS
            and (scope["path"] not in PROBES or scope["method"] in ("GET", "HEAD"))
        )
        if scope["type"] == "http":
            read = [each for each in scope["headers"] if each[0] in HEADERS]
            scope = {**scope, "headers": read}
        await (self.service if known else self.app)(scope, receive, send)


def _pointer(uri: str) -> Path:
    """Return the pointer file of the service, made in a folder of its own where there is none yet.

    BentoML imports the service first in the process that starts the workers: what that one writes
    into the environment, they find there.
    """
    known = os.environ.get(POINTER)
    if known:
        return Path(known)
    folder = Path(tempfile.mkdtemp(prefix="scorecard-follow-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "pointer.json"
    pointer.write(file, resolve(uri))
    os.environ[POINTER] = str(file)
    return file


def _environment() -> dict[str, str]:
    """Return what every worker must find in its environment."""
    known = os.environ.get(POINTER)
    return {**ENVIRONMENT, POINTER: known} if known else ENVIRONMENT


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise InputError(f"WORKERS must be a whole number from 1 to 64; got {text!r}.")
    return int(text)


def _example(path: str | None) -> dict[str, Any] | None:
    """Return what the file holds if it is a JSON object."""
    if not path:
        return None
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        logger.warning("The example %s is not shown: %s.", path, type(error).__name__)
        return None
    if not isinstance(found, dict):
        logger.warning("The example %s is not shown: it is no JSON object.", path)
        return None
    return found


def _shown_name(path: str | None) -> str:
    """Return what the page calls the example's file: where it lies here is nobody's business."""
    if not path or Path(path).parts[-2:] == Path(EXAMPLE_FILE).parts:
        return EXAMPLE_FILE
    return Path(path).name
