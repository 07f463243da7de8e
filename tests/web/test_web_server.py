"""The real server: BentoML, two workers, a bundle from disk."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

import scorecard as sc
from scorecard.cli.serve import Server, wait_ready
from scorecard.errors import InputError, ScorecardError
from scorecard.web.answer import ADDED
from scorecard.web.app import MOST_BYTES

pytestmark = pytest.mark.slow
JSON = {"content-type": "application/json"}
PROBLEM = "application/problem+json"
MARKER = "ZXQJMARKER99"
TRACE = "11010519491231002".zfill(32)  # a trace id has room for a person's number


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in answer.items() if k not in ADDED}


def test_single_batch_and_offline_ratings_are_the_same_and_add_up(
    http: httpx.Client, rater: sc.Rater, applications: list[dict[str, Any]]
) -> None:
    sent = applications[:1000]
    batch = http.post("/rate_batch", json={"applications": sent}).json()["results"]
    assert len(batch) == 1000
    for application, result in zip(sent, batch, strict=True):
        answer = http.post("/rate", json={"application": application})
        assert answer.status_code == 200
        single = answer.json()
        assert plain(single) == plain(result["rating"])
        assert sc.Rating.from_dict(plain(single)) == rater.rate_one(application)
        account = single["explanation"]
        total = account["base"] + sum(account["contributions"].values())
        number = single["score" if account["space"] == "points" else "margin"]
        assert abs(total - number) <= 1e-5


@pytest.mark.parametrize(
    ("status", "method", "path"),
    [
        (200, "GET", "/livez"),
        (200, "GET", "/readyz"),
        (200, "GET", "/healthz"),
        (200, "GET", "/metrics"),
        (200, "GET", "/docs.json"),
        (200, "GET", "/openapi.json"),
        (200, "GET", "/"),
        (404, "GET", "/schema.json"),
        (404, "GET", "/static_content/index.css"),
        (404, "GET", "/nothing"),
        (404, "POST", "/rate/"),
        (405, "GET", "/rate"),
        (405, "POST", "/readyz"),
        (405, "POST", "/metrics"),
        (415, "POST", "/rate"),
    ],
)
def test_nothing_of_bentoml_shows_but_its_probes(
    http: httpx.Client, status: int, method: str, path: str
) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    if status >= 400:
        assert answer.headers["content-type"] == PROBLEM
    if path == "/docs.json":
        assert "/rate" in answer.json()["paths"]


def test_a_body_without_end_is_cut_off_at_the_limit(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        head = "POST /rate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        line.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        sent = 0
        try:
            while sent < 20 * MOST_BYTES:
                line.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                sent += 0x10000
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert sent < 20 * MOST_BYTES
        assert line.recv(12) == b"HTTP/1.1 413"


def test_nothing_of_a_request_is_logged_or_counted(
    server: Server,
    server_log: Path,
    http: httpx.Client,
    applications: list[dict[str, Any]],
) -> None:
    good = applications[0]
    sent: list[dict[str, Any]] = [
        {"json": {"application": {**good, "uscc": MARKER}}},
        {"json": {"application": {**good, "purpose_code": MARKER, MARKER: MARKER}}},
        {"json": {MARKER: MARKER}},
        {"content": f'{{"{MARKER}": '.encode(), "headers": JSON},
        {"content": MARKER.encode(), "headers": {"content-type": MARKER}},
        {"json": {}, "headers": {"idempotency-key": f"{MARKER} {MARKER}"}},
        {"json": {"application": good}, "headers": {"idempotency-key": MARKER}},
        {"json": {"application": {**good, "consent_id": MARKER}}, "params": {"who": MARKER}},
        {"json": {"application": good}, "headers": {"traceparent": f"00-{TRACE}-{TRACE[16:]}-01"}},
    ]
    statuses = [http.post("/rate", **each).status_code for each in sent]
    assert statuses == [422, 422, 422, 400, 415, 400, 200, 200, 200]
    http.get(f"/{MARKER}%0A{MARKER}")
    http.request("POST", "/rate_batch", json={"applications": [{MARKER: MARKER}]})
    connection = http.get("/metrics").text
    assert MARKER not in connection
    assert 'endpoint="/rate"' in connection
    log = server_log.read_text(encoding="utf-8")
    assert "POST /rate 422" in log
    assert MARKER not in log
    assert TRACE not in log
    assert str(good["uscc"]) not in log


def test_header_bytes_that_are_no_text_do_no_harm(server: Server, server_log: Path) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    connection.putrequest("POST", "/rate")
    connection.putheader("content-type", b"\xff\xfe")
    connection.putheader("content-length", "0")
    connection.endheaders()
    assert connection.getresponse().status == 415
    connection.close()
    assert "Traceback" not in server_log.read_text(encoding="utf-8")


def test_workers_refuse_pickles_and_report_no_usage(server: Server) -> None:
    workers = psutil.Process(server.process.pid).children()
    environments = [each.environ() for each in workers if "_bentoml_impl" in str(each.cmdline())]
    assert len(environments) == 2
    for environment in environments:
        assert environment["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
        assert environment["BENTOML_DO_NOT_TRACK"] == "True"
        assert environment["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_a_worker_imports_neither_mlflow_nor_shap(bundle_path: Path) -> None:
    """xgboost itself brings pandas and scikit-learn where it finds them; what is ours does not."""
    code = (
        "import sys, scorecard.rating, scorecard.web.door, scorecard.web.follower\n"
        "never = {'mlflow', 'shap', 'pandera', 'matplotlib'}\n"
        "imported = (never | {'pandas', 'sklearn'}) & set(sys.modules)\n"
        "scorecard.rating.Rater.load(sys.argv[1])\n"
        "loaded = never & set(sys.modules)\n"
        "sys.exit(f'{imported} {loaded}' if imported | loaded else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(bundle_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_flipped_byte_keeps_the_server_from_starting(
    bundle_path: Path, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    damaged = shutil.copytree(bundle_path, tmp_path / "bundle")
    booster = bytearray((damaged / "booster.ubj").read_bytes())
    booster[len(booster) // 2] ^= 1
    (damaged / "booster.ubj").write_bytes(booster)
    with (
        (tmp_path / "log").open("wb") as log,
        Server(damaged, port=free_port(), log=log) as server,
        pytest.raises(ScorecardError, match=r"booster\.ubj"),
    ):
        server.wait_ready()
    assert server.process.returncode == 1
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_and_its_workers(
    bundle_path: Path, free_port: Callable[[], int], number: signal.Signals
) -> None:
    port = free_port()
    command = [Path(sys.executable).with_name("scorecard"), "serve", bundle_path, "--port"]
    with subprocess.Popen([*command, str(port)], stdout=-3, stderr=-3) as process:
        url = f"http://127.0.0.1:{port}"
        wait_ready(url, running=lambda: process.poll() is None)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 3
        # A connection left open, half of its request sent, must not hold the service up.
        with socket.create_connection(("127.0.0.1", port)) as idle:
            idle.sendall(b"POST /rate HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n")
            begun = time.monotonic()
            os.kill(process.pid, number)
            assert process.wait(20) == 0
            assert time.monotonic() - begun < 15
        assert not psutil.wait_procs(family, timeout=5)[1]
        with pytest.raises(ScorecardError):
            wait_ready(url, 0.5)


def test_what_cannot_be_served_is_said_before_anything_starts(bundle_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="choose another"):
            Server(bundle_path, port=taken.getsockname()[1])
    with pytest.raises(InputError, match="IP address"):
        Server(bundle_path, host="localhost")
    with pytest.raises(InputError, match="No bundle"):
        Server(bundle_path / "nowhere")
