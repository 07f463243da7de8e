"""A service that follows an alias: whole bundles only, swapped at once, the damaged one never."""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import psutil
import pytest

import scorecard as sc
from scorecard.cli.serve import Server
from scorecard.errors import BundleError
from scorecard.rating import Bundle, Rater
from scorecard.rating.bundle import encode_json
from scorecard.tracking import Record, Registry, Resolved, Store, pointer
from scorecard.web import follower as following
from scorecard.web.answer import ADDED
from scorecard.web.app import app_of
from scorecard.web.follower import Follower, in_office
from scorecard.web.office import Example, Office

MOST_EMPLOYEES = 77


def resealed(bundle: Bundle, seed: int, **files: bytes) -> Bundle:
    return Bundle.seal({**bundle.files, **files}, {**bundle.manifest, "seed": seed})


def stricter(bundle: Bundle) -> Bundle:
    """Return the bundle with another contract: fewer employees are allowed."""
    declared = bundle.json("product.json")
    for column in declared["columns"]:
        if column["name"] == "employee_count":
            column["le"] = MOST_EMPLOYEES
    return resealed(bundle, 9, **{"product.json": encode_json(declared)})


class Desk:
    """A pointer file, and bundles to point at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "pointer.json"

    def put(self, bundle: Bundle, version: str) -> Resolved:
        place = Resolved(str(bundle.write(self.folder / version)), "sme_cn", version, bundle.sha256)
        self.point(place)
        return place

    def point(self, place: Resolved) -> None:
        pointer.write(self.file, place)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def places(desk: Desk, trained: sc.TrainingResult) -> list[Resolved]:
    """Three bundles; the pointer is at the first."""
    found = [desk.put(resealed(trained.bundle, k), str(k)) for k in (1, 2, 3)]
    desk.point(found[0])
    return found


@pytest.fixture
def office(desk: Desk, places: list[Resolved], applications: list[dict[str, Any]]) -> Office:
    return Office(in_office(desk.file), Example({"application": applications[0]}))


def versions(office: Office) -> tuple[str | None, str]:
    model = office.incumbent.rater.model
    return model.version, model.sha256


def flip(folder: str, name: str = "booster.ubj") -> None:
    path = Path(folder) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_the_pointer_decides_who_answers_and_going_back_builds_nothing(
    desk: Desk, places: list[Resolved], office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(office, desk.file)
    first = office.incumbent
    follower.look()
    assert (office.incumbent, follower.swaps) == (first, 0)
    desk.point(places[1])
    follower.look()
    assert versions(office) == ("2", places[1].sha256)
    monkeypatch.setattr(following, "Rater", None)
    desk.point(places[0])
    follower.look()
    assert office.incumbent is first
    assert (follower.swaps, follower.refused) == (2, 0)


@pytest.mark.parametrize("fault", ["booster.ubj", "manifest.json", "exchanged", "gone", "no hash"])
def test_what_is_not_whole_is_logged_once_and_never_served(
    desk: Desk, places: list[Resolved], office: Office, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    before, place = office.incumbent, places[1]
    if fault == "exchanged":  # every file fits its manifest; it is another bundle
        shutil.rmtree(place.folder)
        shutil.copytree(places[2].folder, place.folder)
    elif fault == "gone":
        shutil.rmtree(place.folder)
    elif fault == "no hash":
        place = replace(place, sha256=None)
    else:
        flip(place.folder, fault)
    follower = Follower(office, desk.file)
    desk.point(place)
    with caplog.at_level(logging.ERROR):
        follower.look()
        follower.look()
    assert (office.incumbent, follower.refused, follower.swaps) == (before, 1, 0)
    (told,) = caplog.messages
    assert str(place.sha256) in told
    assert str(places[0].sha256) in told
    desk.point(places[2])
    follower.look()
    assert versions(office) == ("3", places[2].sha256)


def test_a_pointer_that_says_nothing_changes_nothing(
    desk: Desk, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    follower, before = Follower(office, desk.file), office.incumbent
    for text in ("", "{}", "[1]", '{"folder": "x", "name": "y", "version": "1", "more": 1}'):
        desk.file.write_text(text)
        follower.look()
    desk.file.unlink()
    follower.look()
    assert office.incumbent is before
    assert follower.refused == 4


def test_a_bundle_of_another_product_is_refused(
    desk: Desk, places: list[Resolved], office: Office
) -> None:
    follower = Follower(office, desk.file)
    desk.point(replace(places[1], name="sba_7a"))
    follower.look()
    assert (versions(office)[0], follower.refused) == ("1", 1)


def test_only_so_many_are_kept(desk: Desk, places: list[Resolved], office: Office) -> None:
    follower = Follower(office, desk.file, kept=2)
    first = office.incumbent
    for place in (places[1], places[2], places[0]):
        desk.point(place)
        follower.look()
    assert versions(office) == ("1", places[0].sha256)
    assert office.incumbent is not first


def test_another_contract_comes_into_office_as_a_whole(
    desk: Desk,
    office: Office,
    trained: sc.TrainingResult,
    applications: list[dict[str, Any]],
    sending: Callable[[Any], Any],
) -> None:
    send = sending(app_of(office))
    many = {"application": {**applications[0], "employee_count": MOST_EMPLOYEES + 1}}
    assert send("POST", "/rate", json=many).status_code == 200
    place = desk.put(stricter(trained.bundle), "9")
    Follower(office, desk.file).look()
    refused = send("POST", "/rate", json=many)
    assert refused.status_code == 422
    assert str(MOST_EMPLOYEES) in refused.json()["errors"][0]["expected"]
    document = send("GET", "/openapi.json").text
    assert place.sha256 in document
    assert f'"maximum":{MOST_EMPLOYEES}' in document
    assert str(place.sha256) in send("GET", "/").text
    fits = {"application": {**applications[0], "employee_count": MOST_EMPLOYEES}}
    assert send("POST", "/rate", json=fits).json()["model"] == {
        "name": "sme_cn", "version": "9", "sha256": place.sha256,
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/rate", "/rate_batch", "/recourse"])
def test_a_request_in_flight_is_answered_by_the_bundle_it_began_with(
    desk: Desk,
    places: list[Resolved],
    office: Office,
    applications: list[dict[str, Any]],
    path: str,
) -> None:
    """The swap falls between the headers and the end of the body."""
    begun, swapped = threading.Event(), threading.Event()
    one = {"applications": [applications[0]]} if path == "/rate_batch" else {
        "application": applications[0]
    }  # fmt: skip

    async def body() -> Any:
        text = json.dumps(one).encode()
        yield text[:10]
        begun.set()
        await anyio.to_thread.run_sync(swapped.wait)
        yield text[10:]

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app_of(office))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.post(
                path, content=body(), headers={"content-type": "application/json"}
            )

    def swap() -> None:
        begun.wait()
        desk.point(places[1])
        Follower(office, desk.file).look()
        swapped.set()

    thread = threading.Thread(target=swap)
    thread.start()
    answer = anyio.run(ask).json()
    thread.join()
    model = (answer["results"][0]["rating"] if path == "/rate_batch" else answer)["model"]
    assert model["sha256"] == places[0].sha256
    assert versions(office) == ("2", places[1].sha256)


def test_a_worker_that_starts_beside_a_damaged_champion_serves_the_last_one(
    desk: Desk, places: list[Resolved], office: Office
) -> None:
    flip(places[1].folder)
    desk.point(places[1])
    with pytest.raises(BundleError, match=r"booster\.ubj"):
        in_office(desk.file)
    desk.point(places[2])
    Follower(office, desk.file).look()
    desk.point(places[1])
    assert in_office(desk.file).model.version == "3"


# -- the real thing ------------------------------------------------------------------------------
def register(store: Store, bundle: Bundle) -> str:
    with store.run("sme_cn", "train sme_cn") as run, tempfile.TemporaryDirectory() as folder:
        version = run.bundle(
            bundle.write(Path(folder) / "bundle"),
            name="sme_cn",
            tags={"bundle_sha256": bundle.sha256},
            columns=Rater(bundle).product.columns,
        ).version
    Registry(store).introduce(
        "sme_cn", version, sha256=bundle.sha256, policy_version="p", data_sha256="d"
    )
    return version


class Clients:
    """Rate without pause, and keep what was answered."""

    def __init__(self, url: str, applications: list[dict[str, Any]], count: int) -> None:
        self.answers: list[tuple[int, int, dict[str, Any]]] = []
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._rate, args=(url, applications, k)) for k in range(count)
        ]

    def __enter__(self) -> Clients:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for each in self._threads:
            each.join()

    def _rate(self, url: str, applications: list[dict[str, Any]], k: int) -> None:
        while not self._ended.is_set():
            with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
                for _ in range(10):
                    k = (k + 1) % len(applications)
                    answer = client.post("/rate", json={"application": applications[k]})
                    self.answers.append((answer.status_code, k, answer.json()))

    def wait_for(self, sha256: str, log: Path) -> None:
        """Return once the last 40 answers are of one bundle."""
        for _ in range(600):
            if self._ended.wait(0.1):
                break
            last = self.answers[-40:]
            if len(last) == 40 and all(a["model"]["sha256"] == sha256 for _, _, a in last):
                return
        raise AssertionError(log.read_text(errors="replace")[-3000:])


@pytest.mark.slow
def test_promotions_under_load_and_a_bundle_damaged_after_it_was_registered(
    trained: sc.TrainingResult,
    applications: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free_port: Callable[[], int],
) -> None:
    monkeypatch.setenv("SCORECARD_HOME", str(tmp_path))
    few = applications[:20]
    registry = Registry(Store(tmp_path))
    bundles = [resealed(trained.bundle, k) for k in (1, 2, 3)]
    for bundle in bundles:
        register(registry.store, bundle)
    flip(registry.resolve("models:/sme_cn/3").folder)
    raters = {b.sha256: Rater(b, version=v) for b, v in zip(bundles, "123", strict=True)}
    shas = [bundle.sha256 for bundle in bundles]
    log_path = tmp_path / "log"
    with (
        log_path.open("wb") as log,
        Server("models:/sme_cn@champion", port=free_port(), workers=2, log=log) as server,
    ):
        server.wait_ready()
        with Clients(server.url, few, 2) as clients:
            clients.wait_for(shas[0], log_path)
            office = "1"
            for version in "212":
                registry.decide(
                    Record("sme_cn", "promoted", "champion", version, office, "x", "Ada")
                )
                clients.wait_for(shas[int(version) - 1], log_path)
                office = version
            # By hand, past the gates, to the damaged one; then the follower is killed.
            registry.store._client.set_registered_model_alias("sme_cn", "champion", "3")
            while log_path.read_text(errors="replace").count("Not serving") < 2:
                anyio.run(anyio.sleep, 0.1)
            seen = len(clients.answers)
            (watcher,) = [
                p
                for p in psutil.Process(server.process.pid).children(recursive=True)
                if "--follow" in p.cmdline()
            ]
            os.kill(watcher.pid, 9)
            clients.wait_for(shas[1], log_path)
            assert len(clients.answers) > seen
            registry.store._client.set_registered_model_alias("sme_cn", "champion", "1")
            clients.wait_for(shas[0], log_path)
            with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
                assert client.get("/readyz").status_code == 200
                assert "scorecard_bundle_refused_total 2.0" in client.get("/metrics").text
                assert shas[0] in client.get("/openapi.json").text
        family = psutil.Process(server.process.pid).children(recursive=True)
    assert not psutil.wait_procs(family, timeout=10)[1]
    told = log_path.read_text(errors="replace")
    assert "booster.ubj" in told
    assert shas[2] in told
    for status, k, answer in clients.answers:
        assert status == 200
        sha256 = answer["model"]["sha256"]
        assert sha256 in shas[:2]
        rating = sc.Rating.from_dict({key: v for key, v in answer.items() if key not in ADDED})
        assert rating == raters[sha256].rate_one(few[k])
