"""The BentoML service around the application: workers, probes, metrics."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bentoml

from scorecard.errors import InputError
from scorecard.web.app import EXAMPLE_FILE, PATHS, create_app
from scorecard.web.environment import DEFAULT_MODEL, DEFAULT_WORKERS, ENVIRONMENT

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from scorecard.rating import Rater

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

    ``SCORECARD_BUNDLE`` is a bundle's folder (``SCORECARD_MODEL_VERSION`` its registered version);
    without it ``SCORECARD_MODEL`` is a ``models:/`` address. ``SCORECARD_EXAMPLE`` is a file with
    the body of one request, ``WORKERS`` the number of processes. Raises `InputError` or
    `BundleError` where nothing can be served.
    """
    from scorecard.rating import Rater

    os.environ.update(ENVIRONMENT)
    workers = _workers(os.environ.get("WORKERS", str(DEFAULT_WORKERS)))
    bundle = os.environ.get("SCORECARD_BUNDLE")
    if bundle:
        rater = Rater.load(bundle, version=os.environ.get("SCORECARD_MODEL_VERSION") or None)
    else:
        rater = Rater.load(os.environ.get("SCORECARD_MODEL") or DEFAULT_MODEL)
    path = os.environ.get("SCORECARD_EXAMPLE")
    return build_service(
        rater, workers=workers, example=_example(path), example_file=_shown_name(path)
    )


def build_service(
    rater: Rater,
    *,
    workers: int = DEFAULT_WORKERS,
    example: Mapping[str, Any] | None = None,
    example_file: str = EXAMPLE_FILE,
) -> bentoml.Service[Any]:
    """Return the BentoML service that answers with ``rater`` in ``workers`` processes.

    ``example`` and ``example_file`` are those of `create_app`.
    """
    logging.getLogger("scorecard.access").setLevel(logging.INFO)
    app = create_app(rater, example=example, example_file=example_file)
    decorate = bentoml.service(
        name="scorecard",
        service_class=DoorService,
        workers=workers,
        traffic={"timeout": TIMEOUT_S},
        # BentoML's own access log writes paths and content types as the caller chose them.
        logging={"access": {"enabled": False}},
        envs=[{"name": name, "value": value} for name, value in ENVIRONMENT.items()],
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
