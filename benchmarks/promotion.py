"""Promotions back and forth under load: no failed request, every answer of one whole bundle.

Two bundles of ``sme_cn`` are trained and registered in a store of MLflow of their own. A service
with two workers follows the champion while clients rate without pause and the champion changes
again and again; some of the changes go the whole way through the gates. Every answer must be 200
and must equal, to the last bit, what the bundle it names answers offline. Then the same clients
rate for as long without promotions. Exit code 1 where anything fails.

    python benchmarks/promotion.py [--small] [--promotions 50] [--clients 4] [--rows 6000]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psutil
from ports import free_port

import scorecard as sc
from scorecard.cli.screen import quiet_libraries
from scorecard.cli.serve import Server
from scorecard.errors import ScorecardError

HOST = "127.0.0.1"
APPLICATIONS = 200
RECONNECT = 20  # requests of one connection
PAUSE_S = 0.02  # of a client between two requests; without one, two cores do nothing but serve
GIVE_UP_S = 30.0  # until every worker must answer with the new champion
ADDED = ("decision_id", "request_id", "received_at", "decided_at")  # what an answer adds


@dataclass
class Load:
    """What the clients saw: (sent at, milliseconds, status, application, answer) per request."""

    seen: list[tuple[float, float, int, int, bytes]] = field(default_factory=list)

    @property
    def times(self) -> list[float]:
        return [each[1] for each in self.seen]


def main() -> int:
    parser = argparse.ArgumentParser(description="Promotions under load.")
    parser.add_argument("--small", action="store_true", help="6 promotions, 2 clients")
    parser.add_argument("--promotions", type=int, default=50)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--rows", type=int, default=6000)
    options = parser.parse_args()
    if options.small:
        options.promotions, options.clients = 6, 2
    quiet_libraries()
    product = sc.load_product("sme_cn")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SCORECARD_HOME"] = folder
        return run(Path(folder), product, options)


def run(home: Path, product: sc.Product, options: argparse.Namespace) -> int:
    from scorecard.tracking import Record, Registry, Store

    store = Store(home)
    registry = Registry(store)
    tables = [sc.simulate(product, options.rows, seed) for seed in (1, 2)]
    for seed, table in enumerate(tables):
        sc.train(product, table, seed=seed, store=store)
    raters = {v: sc.Rater.load(registry.resolve(f"models:/sme_cn/{v}").folder, version=v)
              for v in ("1", "2")}  # fmt: skip
    applications = asked(raters["1"], sc.simulate(product, APPLICATIONS, 9))
    bodies = [json.dumps({"application": each}).encode() for each in applications]
    moves: list[tuple[float, float, str]] = []
    full = set(range(0, options.promotions, max(1, options.promotions // 3)))
    with (
        (home / "log").open("wb") as log,
        Server("models:/sme_cn@champion", host=HOST, port=free_port(HOST), log=log) as server,
    ):
        server.wait_ready()
        wait_for_watcher(server)
        with rating(server.url, bodies, options.clients) as load:
            begun = time.perf_counter()
            for i in range(options.promotions):
                version = "21"[i % 2]
                sha256 = raters[version].model.sha256
                if i in full:
                    forced = ("bench two", "back and forth")
                    done = sc.promote(
                        f"models:/sme_cn/{version}", tables[1], by="bench", store=store,
                        force=forced,
                    )  # fmt: skip
                    if not done.promoted:
                        raise ScorecardError(f"Refused: {done.record}")
                else:
                    before = registry.holder("sme_cn")
                    registry.decide(
                        Record("sme_cn", "promoted", "champion", version, before, sha256, "bench")
                    )
                moved = time.perf_counter()
                settle(server.url, bodies[0], sha256)
                moves.append((moved, time.perf_counter(), sha256))
            lasted = time.perf_counter() - begun
        with rating(server.url, bodies, options.clients) as quiet:
            time.sleep(min(lasted, 60))
        watcher, counted = about_watcher(server), counters(server.url)
    missed = judge(load, quiet, raters, applications)
    late = delays(load, moves)
    print(
        f"{options.promotions} promotions ({len(full)} through all gates), {options.clients} "
        f"clients, 2 workers, {lasted:.0f} s"
    )
    print(
        f"last answer of the old champion after a promotion: median {statistics.median(late):.2f} "
        f"s, largest {max(late):.2f} s"
    )
    for name, found in (("promotions", load), ("none", quiet)):
        said = "  ".join(f"{label} {value:7.2f} ms" for label, value in numbers(found).items())
        print(f"{name:<11}{len(found.seen):>7,} requests  {said}")
    ratios = {label: numbers(load)[label] / value for label, value in numbers(quiet).items()}
    print("ratio  " + "  ".join(f"{label} {value:.2f}" for label, value in ratios.items()))
    print(f"watcher: {watcher}; {counted}")
    return int(missed or max(late) > GIVE_UP_S)


def judge(
    load: Load, quiet: Load, raters: dict[str, sc.Rater], applications: list[dict[str, Any]]
) -> bool:
    """Hold every answer against the offline rating of the bundle that it names."""
    expected = {
        rater.model.sha256: [json.loads(orjson.dumps(rater.rate_one(a))) for a in applications]
        for rater in raters.values()
    }
    failed, strange, counted = 0, 0, dict.fromkeys(expected, 0)
    for _, _, status, index, content in load.seen + quiet.seen:
        if status != 200:
            failed += 1
            print(f"  failed: {status} {content[:200]!r}")
            continue
        answer = {k: v for k, v in json.loads(content).items() if k not in ADDED}
        sha256 = answer["model"]["sha256"]
        if sha256 in expected and answer == expected[sha256][index]:
            counted[sha256] += 1
        else:
            strange += 1
    told = ", ".join(f"{sha256[:8]} {count:,}" for sha256, count in counted.items())
    print(f"failed requests: {failed}; answers of no whole bundle: {strange}; whole: {told}")
    return bool(failed or strange or min(counted.values()) == 0)


def delays(load: Load, moves: list[tuple[float, float, str]]) -> list[float]:
    """Return how long after each promotion the old champion still began to answer.

    ``moves`` says when a promotion had returned, when all answered alike, and who is champion.
    """
    seen = [
        (begun, json.loads(content)["model"]["sha256"])
        for begun, _, status, _, content in load.seen
        if status == 200
    ]
    return [
        max((t - at for t, found in seen if at <= t < end and found != sha256), default=0.0)
        for at, end, sha256 in moves
    ]


def numbers(load: Load) -> dict[str, float]:
    times = sorted(load.times)
    return {
        "median": statistics.median(times),
        "99%": times[int(len(times) * 0.99)],
        "largest": times[-1],
    }


@contextmanager
def rating(url: str, bodies: list[bytes], clients: int) -> Iterator[Load]:
    """Let clients, in a process of their own, rate without pause until the block ends."""
    load = Load()
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=crowd, args=(url, bodies, clients, there))
    process.start()
    here.recv()  # the first request was answered
    try:
        yield load
    finally:
        here.send("end")
        load.seen += here.recv()
        process.join()


def crowd(url: str, bodies: list[bytes], clients: int, pipe: Any) -> None:
    load, ended = Load(), threading.Event()
    threads = [
        threading.Thread(target=client, args=(url, bodies, i, load, ended)) for i in range(clients)
    ]
    for each in threads:
        each.start()
    while not load.seen:
        time.sleep(0.01)
    pipe.send("begun")
    pipe.recv()
    ended.set()
    for each in threads:
        each.join()
    pipe.send(load.seen)


def client(url: str, bodies: list[bytes], start: int, load: Load, ended: threading.Event) -> None:
    import http.client

    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    index, sent = start * 37, 0
    while not ended.is_set():
        index, sent = (index + 1) % len(bodies), sent + 1
        if sent % RECONNECT == 0:  # a connection stays with one worker; all are to be heard
            connection.close()
        begun = time.perf_counter()
        try:
            connection.request("POST", "/rate", bodies[index], {"content-type": "application/json"})
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            status, content = 0, repr(error).encode()
            connection.close()
        took = (time.perf_counter() - begun) * 1000
        load.seen.append((begun, took, status, index, content))
        time.sleep(PAUSE_S)


def settle(url: str, body: bytes, sha256: str) -> None:
    """Return once 12 new connections in a row are answered by one bundle."""
    import http.client

    until = time.perf_counter() + GIVE_UP_S
    alike = 0
    while alike < 12:
        if time.perf_counter() > until:
            raise ScorecardError(f"Not all workers followed within {GIVE_UP_S:g} s.")
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
        connection.request("POST", "/rate", body, {"content-type": "application/json"})
        content = json.loads(connection.getresponse().read())
        connection.close()
        alike = alike + 1 if content["model"]["sha256"] == sha256 else 0
        time.sleep(PAUSE_S)


def about_watcher(server: Server) -> str:
    process = watcher_of(server)
    if process is None:
        return "none"
    spent = sum(process.cpu_times()[:2])
    time.sleep(10)
    share = (sum(process.cpu_times()[:2]) - spent) / 10
    return f"{process.memory_info().rss / 2**20:.0f} MB, {share:.1%} of a core"


def watcher_of(server: Server) -> psutil.Process | None:
    family = psutil.Process(server.process.pid).children(recursive=True)
    return next((p for p in family if "--follow" in p.cmdline()), None)


def wait_for_watcher(server: Server) -> None:
    """Return once the watcher has imported MLflow and idles."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        process = watcher_of(server)
        if process is not None and process.cpu_percent(interval=1.0) < 5.0:
            return
    raise ScorecardError("Nobody follows the alias.")


def counters(url: str) -> str:
    import urllib.request

    with urllib.request.urlopen(f"{url}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    found = [line for line in lines if line.startswith("scorecard_bundle")]
    return "; ".join(found) or "none"


def asked(rater: sc.Rater, table: Any) -> list[dict[str, Any]]:
    """Return applications as a caller sends them: asked fields, dates as text."""
    import polars as pl

    columns = [c for c in rater.product.columns if c.asked]
    dates = [c.name for c in columns if c.kind == "date"]
    frame = table.select([c.name for c in columns]).with_columns(pl.col(dates).cast(pl.String))
    return frame.to_dicts()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ScorecardError as error:
        sys.exit(f"promotion: {error}")
