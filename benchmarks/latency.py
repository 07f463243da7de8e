"""How long one rating takes over HTTP, against BentoML answering a constant.

Two services run, one worker each: this project's, and a synchronous ``@bentoml.api`` that takes the
same generated request model and returns a constant body of the answer's size. One client sends
``serving/example_request.json`` to each in turn over kept-alive connections, so that whatever else
the machine does falls on both alike. Exit code 1 when the ratio of medians exceeds the target.

    python benchmarks/latency.py [--model models:/sme_cn@champion | FOLDER] [--rounds 500]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ports import free_port

from scorecard.cli.serve import EXAMPLE, Server, wait_ready
from scorecard.errors import ScorecardError

TARGET = 3.0
WARM_UP = 100
HERE = Path(__file__).resolve()
HOST = "127.0.0.1"
JSON = {"content-type": "application/json"}
PEER_BODY = "SCORECARD_BENCH_ANSWER"  # a file with the peer's constant answer; set in its process


def peer_service() -> Any:
    """The peer: the generated request model in, a constant out."""
    import bentoml

    from scorecard.contract import load_product

    product = load_product("sme_cn")
    constant = json.loads(Path(os.environ[PEER_BODY]).read_text(encoding="utf-8"))

    class Peer:
        def rate(self, application: product.request_model) -> dict[str, Any]:  # type: ignore
            return constant

    Peer.rate.__annotations__ |= {"application": product.request_model, "return": dict[str, Any]}
    Peer.rate = bentoml.api(Peer.rate)
    return bentoml.service(name="peer", workers=1)(Peer)


if PEER_BODY in os.environ:
    service = peer_service()


def main() -> int:
    parser = argparse.ArgumentParser(description="Latency of /rate against a constant answer.")
    parser.add_argument("--model", default="models:/sme_cn@champion")
    parser.add_argument("--rounds", type=int, default=500)
    options = parser.parse_args()
    body = (HERE.parent.parent / EXAMPLE).read_bytes()
    with (
        tempfile.TemporaryDirectory() as folder,
        (Path(folder) / "log").open("wb") as log,
        Server(options.model, host=HOST, port=free_port(HOST), workers=1, log=log) as ours,
    ):
        ours.wait_ready()
        answer = Path(folder) / "answer.json"
        answer.write_bytes(Client(ours.url).rate(body))
        url = f"http://{HOST}:{free_port(HOST)}"
        command = [
            sys.executable, "-m", "bentoml", "serve", f"{HERE.name}:service", "--host", HOST,
            "--port", url.rpartition(":")[2], "--working-dir", str(HERE.parent),
        ]  # fmt: skip
        environment = {**os.environ, PEER_BODY: str(answer), "BENTOML_HOME": folder}
        peer = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_ready(url, running=lambda: peer.poll() is None)
            times = measure(Client(ours.url), Client(url), body, options.rounds)
        finally:
            peer.terminate()
            peer.wait(30)
    medians = [statistics.median(each) for each in times]
    for name, each, median in zip(("/rate", "constant"), times, medians, strict=True):
        p95 = statistics.quantiles(each, n=20)[-1]
        print(f"{name:<10} median {median:6.2f} ms   95% {p95:6.2f} ms")
    ratio = medians[0] / medians[1]
    print(f"ratio of medians {ratio:.2f} (target: at most {TARGET:g}), {options.rounds} rounds")
    return int(ratio > TARGET)


class Client:
    """One kept-alive connection."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)

    def rate(self, body: bytes) -> bytes:
        self.connection.request("POST", "/rate", body, JSON)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != http.client.OK:
            raise ScorecardError(f"/rate answered {answer.status}: {content[:300]!r}.")
        return content


def measure(mine: Client, peer: Client, body: bytes, rounds: int) -> tuple[list[float], ...]:
    """Return the milliseconds of each round, for both, taken in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for round_ in range(WARM_UP + rounds):
        for client, taken in zip((mine, peer), times, strict=True):
            begun = time.perf_counter()
            client.rate(body)
            if round_ >= WARM_UP:
                taken.append((time.perf_counter() - begun) * 1000)
    return times


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ScorecardError as error:
        sys.exit(f"latency: {error}")
