"""The ASGI application: ratings over HTTP, problems as problem details."""

from __future__ import annotations

import logging
import math
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from scorecard.values import Rating
from scorecard.web.access import AccessLog
from scorecard.web.answer import answer, now, recourse_answer, to_json
from scorecard.web.applications import MANY, Applications, Listing, Problems, asks_strengths
from scorecard.web.body import CLOSE, check_headers, parse, read_body
from scorecard.web.limits import Limits
from scorecard.web.openapi import document
from scorecard.web.page import index_page
from scorecard.web.problem import Refusal, Shield, http_problem
from scorecard.web.wording import Wording

if TYPE_CHECKING:
    from scorecard.rating import Rater
    from scorecard.recourse import Recourse

MOST_BYTES = 1 << 20  # of a body of /rate
MOST_BATCH_BYTES = 4 << 20  # of a body of /rate_batch
# What is larger is read and rated in a thread, so that liveness still answers.
INLINE_BYTES = 16 << 10
INLINE_APPLICATIONS = 4
PATHS = frozenset(
    {"/", "/rate", "/rate_batch", "/recourse", "/openapi.json", "/docs.json", "/livez", "/readyz",
     "/healthz", "/metrics"}
)  # fmt: skip
EXAMPLE_FILE = "serving/example_request.json"  # of this project, for its default product
_KEY = re.compile(r'(?P<quote>"?)(?P<key>[A-Za-z0-9._:~-]{1,128})(?P=quote)')
_STANDARD_LIMITS = Limits()
logger = logging.getLogger("scorecard.web")


def create_app(
    rater: Rater,
    *,
    example: Mapping[str, Any] | None = None,
    example_file: str = EXAMPLE_FILE,
    limits: Limits = _STANDARD_LIMITS,
) -> Starlette:
    """Return the application that answers with ``rater``'s ratings.

    ``example`` is the body of one request, shown in the OpenAPI document; the index page names it
    ``example_file``. One that the product's request model refuses is not shown, and a warning is
    logged. ``limits`` says how long senders are waited for.
    """
    applications = Applications(rater.product)
    if example is not None and isinstance(applications.one(dict(example)), tuple):
        logger.warning("The example is not shown: %s would refuse it.", rater.product.name)
        example = None
    door = _Door(rater, applications, limits)
    api = to_json(document(rater.product, rater.model, example))

    async def openapi(_: Request) -> Response:
        return Response(api, media_type="application/json")

    async def index(request: Request) -> Response:
        shown = None if example is None else example_file
        return index_page(rater.product, rater.model, request.url.netloc, shown)

    async def alive(_: Request) -> Response:
        return PlainTextResponse("\n")

    async def elsewhere(_: Request) -> Response:
        raise Refusal("not-found", "The server around this application answers here, if there is.")

    app = Starlette(
        routes=[
            Route("/rate", door.rate, methods=["POST"]),
            Route("/rate_batch", door.rate_batch, methods=["POST"]),
            Route("/recourse", door.recourse, methods=["POST"]),
            Route("/openapi.json", openapi),
            Route("/docs.json", openapi),
            # The application exists only once its bundle is loaded, so alive is ready.
            *(Route(path, alive) for path in ("/livez", "/readyz", "/healthz")),
            Route("/metrics", elsewhere),  # BentoML answers GET; other methods are refused here
            Route("/", index),
        ],
        middleware=[Middleware(AccessLog, paths=PATHS), Middleware(Shield)],
        exception_handlers={HTTPException: http_problem},
    )
    app.router.redirect_slashes = False
    return app


class _Door:
    """The endpoints that rate, and the one that says what would have changed a rating."""

    def __init__(self, rater: Rater, applications: Applications, limits: Limits) -> None:
        self._rater = rater
        self._applications = applications
        self._limits = limits
        self._wording = Wording(rater.product)
        self._threads = anyio.CapacityLimiter(1)
        self._turns = anyio.Semaphore(limits.batches)
        self._searching = anyio.CapacityLimiter(1)
        self._searches = anyio.Semaphore(limits.searches)

    async def rate(self, request: Request) -> Response:
        """Answer ``{"application": {…}}`` with its rating."""
        received_at = now()
        check_headers(request)
        request_id = _request_id(request)
        body = await read_body(request, MOST_BYTES, self._limits.rate_seconds)
        if len(body) <= INLINE_BYTES:
            row, strengths = self._row(body)
        else:
            row, strengths = await anyio.to_thread.run_sync(self._row, body, limiter=self._threads)
        if isinstance(row, tuple):
            raise self._refusal(row)
        (rated,) = self._rater.rate_rows([row], strengths=strengths)
        if isinstance(rated, tuple):
            raise self._refusal(rated)
        content = answer(rated, request_id=request_id, received_at=received_at)
        return Response(to_json(content), media_type="application/json")

    async def rate_batch(self, request: Request) -> Response:
        """Answer ``{"applications": [{…}, …]}`` with a rating or the problems of each, in order."""
        received_at = now()
        check_headers(request)
        request_id = _request_id(request)
        async with self._turn(self._turns):
            body = await read_body(request, MOST_BATCH_BYTES, self._limits.batch_seconds)
            batch = parse(body) if len(body) <= INLINE_BYTES else body
            if isinstance(batch, dict) and _is_short(batch):
                content = self._batch(batch, request_id, received_at)
            else:
                content = await anyio.to_thread.run_sync(
                    self._batch, batch, request_id, received_at, limiter=self._threads
                )
        return Response(content, media_type="application/json")

    async def recourse(self, request: Request) -> Response:
        """Answer ``{"application": {…}, "target": …}`` with what would have changed the rating."""
        received_at = now()
        check_headers(request)
        request_id = _request_id(request)
        async with self._turn(self._searches):
            body = await read_body(request, MOST_BYTES, self._limits.rate_seconds)
            found = await anyio.to_thread.run_sync(self._recourse, body, limiter=self._searching)
        if isinstance(found, tuple):
            raise self._refusal(found)
        content = recourse_answer(
            found, self._rater, request_id=request_id, received_at=received_at
        )
        return Response(to_json(content), media_type="application/json")

    @asynccontextmanager
    async def _turn(self, turns: anyio.Semaphore) -> AsyncIterator[None]:
        """Hold one of the few places for long work; raise `Refusal` (503) if none gets free."""
        try:
            with anyio.fail_after(self._limits.queue_seconds):
                await turns.acquire()
        except TimeoutError:
            later = {"retry-after": str(math.ceil(self._limits.queue_seconds))}
            raise Refusal("busy", "Send it again later.", headers={**CLOSE, **later}) from None
        try:
            yield
        finally:
            turns.release()

    def _recourse(self, body: bytes) -> Recourse | Problems:
        asked = self._applications.targeted(parse(body))
        return (
            asked if isinstance(asked, tuple) else self._rater.recourse_row(asked.row, asked.target)
        )

    def _row(self, body: bytes) -> tuple[dict[str, Any] | Problems, bool]:
        parsed = parse(body)
        return self._applications.one(parsed), asks_strengths(parsed)

    def _batch(
        self, batch: bytes | dict[str, Any], request_id: str, received_at: datetime
    ) -> bytes:
        parsed = parse(batch) if isinstance(batch, bytes) else batch
        rows = self._applications.many(parsed)
        if isinstance(rows, tuple):
            raise self._refusal(rows)
        good = [row for row in rows if not isinstance(row, tuple)]
        rated = iter(self._rater.rate_rows(good, strengths=asks_strengths(parsed)))
        listing = Listing()
        results: list[dict[str, Any]] = []
        for row in rows:
            outcome: Rating | Problems = row if isinstance(row, tuple) else next(rated)
            if isinstance(outcome, tuple):
                listed = listing.take(outcome)
                results.append({"problems": [self._wording.item(each) for each in listed]})
            else:
                found = answer(outcome, request_id=request_id, received_at=received_at)
                results.append({"rating": found})
        return to_json({"request_id": request_id, "results": results})

    def _refusal(self, problems: Problems) -> Refusal:
        return Refusal(
            "contract",
            "Correct the listed fields and send the request again.",
            errors=[self._wording.item(each) for each in problems],
        )


def _is_short(batch: Mapping[str, Any]) -> bool:
    """Whether a batch is rated sooner than a thread would have begun with it."""
    found = batch.get(MANY)
    return not isinstance(found, list) or len(found) <= INLINE_APPLICATIONS


def _request_id(request: Request) -> str:
    """Return the caller's idempotency key, or a new id where none was sent."""
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return str(uuid.uuid4())
    found = _KEY.fullmatch(keys[0].strip())
    if found is None or len(keys) > 1:
        raise Refusal(
            "bad-header",
            "Idempotency-Key must be one value of 1 to 128 letters, digits or . _ : ~ -",
        )
    return found["key"]
