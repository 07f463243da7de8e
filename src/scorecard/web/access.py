"""One log line a request: method, route, status, time; nothing that a caller chose."""

from __future__ import annotations

import logging
from collections.abc import Container
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
logger = logging.getLogger("scorecard.access")


class AccessLog:
    """ASGI middleware: logs ``POST /rate 200 3.1 ms`` at level INFO to ``scorecard.access``.

    A path that is not one of ``paths`` is logged as ``(unknown)``: people paste identifiers into
    addresses, and newlines into logs.
    """

    def __init__(self, app: ASGIApp, paths: Container[str]) -> None:
        self.app = app
        self.paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        if scope["type"] != "http" or not logger.isEnabledFor(logging.INFO):
            await self.app(scope, receive, send)
            return
        begun = perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "(unknown)"
            path = scope["path"] if scope["path"] in self.paths else "(unknown)"
            took = (perf_counter() - begun) * 1000
            logger.info("%s %s %s %.1f ms", method, path, status or "no answer", took)
