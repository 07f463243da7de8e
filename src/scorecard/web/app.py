"""The ASGI application: ratings over HTTP, problems as problem details."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
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
from scorecard.web.answer import answer, now, to_json
from scorecard.web.applications import Applications, Problems
from scorecard.web.body import check_headers, parse, read_body
from scorecard.web.openapi import document
from scorecard.web.page import index_page
from scorecard.web.problem import Refusal, Shield, http_problem
from scorecard.web.wording import Wording

if TYPE_CHECKING:
    from scorecard.rating import Rater

MOST_BYTES = 1 << 20  # of a body of /rate
MOST_BATCH_BYTES = 16 << 20  # of a body of /rate_batch
INLINE_BYTES = 16 << 10  # a larger batch is rated in a thread, so that liveness still answers
PATHS = frozenset(
    {"/", "/rate", "/rate_batch", "/openapi.json", "/docs.json", "/livez", "/readyz", "/healthz"}
)
_KEY = re.compile(r'"?([A-Za-z0-9._:~-]{1,128})"?')


def create_app(rater: Rater, *, example: Mapping[str, Any] | None = None) -> Starlette:
    """Return the application that answers with ``rater``'s ratings.

    ``example`` is the body of one request, shown in the OpenAPI document and on the index page.
    """
    door = _Door(rater)
    api = to_json(document(rater.product, rater.model, example))

    async def openapi(_: Request) -> Response:
        return Response(api, media_type="application/json")

    async def index(request: Request) -> Response:
        return index_page(rater.product, rater.model, request.url.netloc)

    async def alive(_: Request) -> Response:
        return PlainTextResponse("\n")

    app = Starlette(
        routes=[
            Route("/rate", door.rate, methods=["POST"]),
            Route("/rate_batch", door.rate_batch, methods=["POST"]),
            Route("/openapi.json", openapi),
            Route("/docs.json", openapi),
            # The application exists only once its bundle is loaded, so alive is ready.
            *(Route(path, alive) for path in ("/livez", "/readyz", "/healthz")),
            Route("/", index),
        ],
        middleware=[Middleware(AccessLog, paths=PATHS), Middleware(Shield)],
        exception_handlers={HTTPException: http_problem},
    )
    app.router.redirect_slashes = False
    return app


class _Door:
    """The two endpoints that rate."""

    def __init__(self, rater: Rater) -> None:
        self._rater = rater
        self._applications = Applications(rater.product)
        self._wording = Wording(rater.product)
        self._threads = anyio.CapacityLimiter(1)

    async def rate(self, request: Request) -> Response:
        """Answer ``{"application": {…}}`` with its rating."""
        received_at = now()
        check_headers(request)
        request_id = _request_id(request)
        row = self._applications.one(parse(await read_body(request, MOST_BYTES)))
        rated = row if isinstance(row, tuple) else self._rater.rate_rows([row])[0]
        if isinstance(rated, tuple):
            raise self._refusal(rated)
        content = answer(rated, request_id=request_id, received_at=received_at)
        return Response(to_json(content), media_type="application/json")

    async def rate_batch(self, request: Request) -> Response:
        """Answer ``{"applications": [{…}, …]}`` with a rating or the problems of each, in order."""
        received_at = now()
        check_headers(request)
        request_id = _request_id(request)
        body = await read_body(request, MOST_BATCH_BYTES)
        if len(body) <= INLINE_BYTES:
            content = self._batch(body, request_id, received_at)
        else:
            content = await anyio.to_thread.run_sync(
                self._batch, body, request_id, received_at, limiter=self._threads
            )
        return Response(content, media_type="application/json")

    def _batch(self, body: bytes, request_id: str, received_at: datetime) -> bytes:
        rows = self._applications.many(parse(body))
        if isinstance(rows, tuple):
            raise self._refusal(rows)
        rated = iter(self._rater.rate_rows([row for row in rows if not isinstance(row, tuple)]))
        results: list[dict[str, Any]] = []
        for row in rows:
            outcome: Rating | Problems = row if isinstance(row, tuple) else next(rated)
            if isinstance(outcome, tuple):
                results.append({"problems": [self._wording.item(each) for each in outcome]})
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
    return found.group(1)
