"""Two ways to the same door: the application in this process, and the real server."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

import scorecard as sc
from scorecard.cli.serve import Server
from scorecard.web import create_app

Send = Callable[..., httpx.Response]


def in_process(app: Any) -> Send:
    """Return ``send(method, path, **what httpx takes)`` for an ASGI application."""

    async def send(method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.request(method, path, **more)

    return lambda method, path, **more: anyio.run(partial(send, method, path, **more))


@pytest.fixture(scope="session")
def sending() -> Callable[[Any], Send]:
    return in_process


@pytest.fixture(scope="session")
def send(rater: sc.Rater, applications: list[dict[str, Any]]) -> Send:
    return in_process(create_app(rater, example={"application": applications[0]}))


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "log"


@pytest.fixture(scope="session")
def server(bundle_path: Path, free_port: Callable[[], int], server_log: Path) -> Iterator[Server]:
    """The real server, two workers, on a loopback port."""
    with (
        server_log.open("wb") as log,
        Server(bundle_path, port=free_port(), workers=2, log=log) as running,
    ):
        running.wait_ready()
        yield running


@pytest.fixture(scope="session")
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        yield client
