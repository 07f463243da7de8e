"""The ASGI application: ratings over HTTP, problems as problem details."""

from __future__ import annotations

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
from scorecard.web.applications import MANY, Listing, Problems, asks_strengths
from scorecard.web.body import CLOSE, check_headers, parse, read_body
from scorecard.web.limits import Limits
from scorecard.web.office import EXAMPLE_FILE, Example, Incumbent, Office
from scorecard.web.page import index_page
from scorecard.web.problem import Refusal, Shield, http_problem

if TYPE_CHECKING:
    from scorecard.rating import Rater
    from scorecard.recourse import Recourse
    from scorecard.web.follower import Follower

MOST_BYTES = 1 << 20  # of a body of /rate
MOST_BATCH_BYTES = 4 << 20  # of a body of /rate_batch
# What is larger is read and rated in a thread, so that liveness still answers.
INLINE_BYTES = 16 << 10
INLINE_APPLICATIONS = 4
PATHS = frozenset(
    {"/", "/rate", "/rate_batch", "/recourse", "/openapi.json", "/docs.json", "/livez", "/readyz",
     "/healthz", "/metrics"}
)  # fmt: skip
_KEY = re.compile(r'(?P<quote>"?)(?P<key>[A-Za-z0-9._:~-]{1,128})(?P=quote)')
_STANDARD_LIMITS = Limits()


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
    shown = None if example is None else Example(example, example_file)
    return app_of(Office(rater, shown), limits=limits)


def app_of(
    office: Office, *, follower: Follower | None = None, limits: Limits = _STANDARD_LIMITS
) -> Starlette:
    """Return the application that answers with whatever is in ``office``.

    ``follower`` runs as long as the application does.
    """
    door = _Door(office, limits)

    async def openapi(_: Request) -> Response:
        return Response(office.incumbent.api, media_type="application/json")

    async def index(request: Request) -> Response:
        here = office.incumbent
        product, model = here.rater.product, here.rater.model
        return index_page(product, model, request.url.netloc, here.example_file)

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
        lifespan=lambda _: _following(follower),
    )
    app.router.redirect_slashes = False
    return app


@asynccontextmanager
async def _following(follower: Follower | None) -> AsyncIterator[None]:
    """Let a follower run for the time of the application."""
    if follower is not None:
        follower.start()
    try:
        yield
    finally:
        if follower is not None:
            await anyio.to_thread.run_sync(follower.stop)


class _Door:
    """The endpoints that rate, and the one that says what would have changed a rating.

    Each reads once who is in office, and answers with that bundle to the end.
    """

    def __init__(self, office: Office, limits: Limits) -> None:
        self._office = office
        self._limits = limits
        self._threads = anyio.CapacityLimiter(1)
        self._turns = anyio.Semaphore(limits.batches)
        self._searching = anyio.CapacityLimiter(1)
        self._searches = anyio.Semaphore(limits.searches)

    async def rate(self, request: Request) -> Response:
        """Answer ``{"application": {…}}`` with its rating."""
        received_at, here = now(), self._office.incumbent
        check_headers(request)
        request_id = _request_id(request)
        body = await read_body(request, MOST_BYTES, self._limits.rate_seconds)
        if len(body) <= INLINE_BYTES:
            row, strengths = _row(here, body)
        else:
            row, strengths = await anyio.to_thread.run_sync(_row, here, body, limiter=self._threads)
        if isinstance(row, tuple):
            raise _refusal(here, row)
        (rated,) = here.rater.rate_rows([row], strengths=strengths)
        if isinstance(rated, tuple):
            raise _refusal(here, rated)
        content = answer(rated, request_id=request_id, received_at=received_at)
        return Response(to_json(content), media_type="application/json")

    async def rate_batch(self, request: Request) -> Response:
        """Answer ``{"applications": [{…}, …]}`` with a rating or the problems of each, in order."""
        received_at, here = now(), self._office.incumbent
        check_headers(request)
        request_id = _request_id(request)
        async with self._turn(self._turns):
            body = await read_body(request, MOST_BATCH_BYTES, self._limits.batch_seconds)
            batch = parse(body) if len(body) <= INLINE_BYTES else body
            if isinstance(batch, dict) and _is_short(batch):
                content = _batch(here, batch, request_id, received_at)
            else:
                content = await anyio.to_thread.run_sync(
                    _batch, here, batch, request_id, received_at, limiter=self._threads
                )
        return Response(content, media_type="application/json")

    async def recourse(self, request: Request) -> Response:
        """Answer ``{"application": {…}, "target": …}`` with what would have changed the rating."""
        received_at, here = now(), self._office.incumbent
        check_headers(request)
        request_id = _request_id(request)
        async with self._turn(self._searches):
            body = await read_body(request, MOST_BYTES, self._limits.rate_seconds)
            found = await anyio.to_thread.run_sync(_recourse, here, body, limiter=self._searching)
        if isinstance(found, tuple):
            raise _refusal(here, found)
        content = recourse_answer(found, here.rater, request_id=request_id, received_at=received_at)
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


def _recourse(here: Incumbent, body: bytes) -> Recourse | Problems:
    asked = here.applications.targeted(parse(body))
    return asked if isinstance(asked, tuple) else here.rater.recourse_row(asked.row, asked.target)


def _row(here: Incumbent, body: bytes) -> tuple[dict[str, Any] | Problems, bool]:
    parsed = parse(body)
    return here.applications.one(parsed), asks_strengths(parsed)


def _batch(
    here: Incumbent, batch: bytes | dict[str, Any], request_id: str, received_at: datetime
) -> bytes:
    parsed = parse(batch) if isinstance(batch, bytes) else batch
    rows = here.applications.many(parsed)
    if isinstance(rows, tuple):
        raise _refusal(here, rows)
    good = [row for row in rows if not isinstance(row, tuple)]
    rated = iter(here.rater.rate_rows(good, strengths=asks_strengths(parsed)))
    listing = Listing()
    results: list[dict[str, Any]] = []
    for row in rows:
        outcome: Rating | Problems = row if isinstance(row, tuple) else next(rated)
        if isinstance(outcome, tuple):
            listed = listing.take(outcome)
            results.append({"problems": [here.wording.item(each) for each in listed]})
        else:
            found = answer(outcome, request_id=request_id, received_at=received_at)
            results.append({"rating": found})
    return to_json({"request_id": request_id, "results": results})


def _refusal(here: Incumbent, problems: Problems) -> Refusal:
    return Refusal(
        "contract",
        "Correct the listed fields and send the request again.",
        errors=[here.wording.item(each) for each in problems],
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
