from __future__ import annotations

import json
import logging
import threading
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import jsonschema
import pytest

import scorecard as sc
from scorecard.web import create_app
from scorecard.web.answer import ADDED
from scorecard.web.app import INLINE_APPLICATIONS, INLINE_BYTES, MOST_BYTES
from scorecard.web.applications import MOST_LISTED, UNLISTED
from scorecard.web.limits import Limits

JSON = {"content-type": "application/json"}
TWICE = [("content-type", "application/json")] * 2
PROBLEM = "application/problem+json"


def typed(media: str) -> dict[str, Any]:
    return {"content": b"{}", "headers": {"content-type": media}}


def offline(answer: dict[str, Any]) -> sc.Rating:
    return sc.Rating.from_dict({k: v for k, v in answer.items() if k not in ADDED})


@pytest.fixture(scope="module")
def document(send: Any) -> dict[str, Any]:
    found: dict[str, Any] = send("GET", "/openapi.json").json()
    return found


def holds(document: dict[str, Any], schema: str, instance: Any) -> None:
    """Hold an instance against one of the document's schemas."""
    whole = {**document, "$ref": f"#/components/schemas/{schema}"}
    jsonschema.Draft202012Validator(whole).validate(instance)


def test_an_answer_is_the_offline_rating_with_ids_and_times(
    send: Any, rater: sc.Rater, applications: list[dict[str, Any]]
) -> None:
    answer = send("POST", "/rate", json={"application": applications[0]}).json()
    assert offline(answer) == rater.rate_one(applications[0])
    assert answer["received_at"] <= answer["decided_at"]
    assert answer["received_at"].endswith("Z")
    again = send("POST", "/rate", json={"application": applications[0]}).json()
    assert {k for k in answer if answer[k] != again[k]} == set(ADDED)


def test_strengths_are_told_on_request(
    send: Any, rater: sc.Rater, applications: list[dict[str, Any]], document: dict[str, Any]
) -> None:
    one, many = {"application": applications[0]}, {"applications": applications[:6]}
    offered = rater.rate_one(applications[0], strengths=True)
    assert offered.strengths
    for asked, expected in ((True, offered), (False, rater.rate_one(applications[0]))):
        holds(document, "RateRequest", {**one, "strengths": asked})
        answer = send("POST", "/rate", json={**one, "strengths": asked}).json()
        holds(document, "Rating", answer)
        assert offline(answer) == expected
        batch = send("POST", "/rate_batch", json={**many, "strengths": asked}).json()
        assert offline(batch["results"][0]["rating"]) == expected
    for odd in (1, "true", None):
        for path, body in (("/rate", one), ("/rate_batch", many)):
            answer = send("POST", path, json={**body, "strengths": odd})
            assert answer.status_code == 422
            (error,) = answer.json()["errors"]
            assert (error["field"], error["rule"]) == ("strengths", "type")
            assert "true 或 false" in error["message_zh"]


def test_a_bad_application_in_a_batch_leaves_its_neighbours_alone(
    send: Any, rater: sc.Rater, applications: list[dict[str, Any]], document: dict[str, Any]
) -> None:
    alien = {**applications[1], "zzz": 1}
    batch = [applications[0], alien, None, {**applications[2], "as_of_date": "yesterday"},
             applications[3]]  # fmt: skip
    answer = send("POST", "/rate_batch", json={"applications": batch})
    assert answer.status_code == 200
    holds(document, "RateBatchAnswer", answer.json())
    results = answer.json()["results"]
    assert [list(each) for each in results] == [
        ["rating"], ["problems"], ["problems"], ["problems"], ["rating"]
    ]  # fmt: skip
    assert [p["field"] for each in results[1:4] for p in each["problems"]] == [
        "zzz", "application", "as_of_date"
    ]  # fmt: skip
    assert offline(results[0]["rating"]) == rater.rate_one(applications[0])
    assert offline(results[4]["rating"]) == rater.rate_one(applications[3])


def test_a_broken_cross_field_rule_is_answered_by_name(
    send: Any, rater: sc.Rater, applications: list[dict[str, Any]]
) -> None:
    names = {rule.name for rule in rater.product.rules}
    later = {**applications[0], "established_date": "2099-01-01"}
    answer = send("POST", "/rate", json={"application": later})
    assert answer.status_code == 422
    assert {each["rule"] for each in answer.json()["errors"]} <= names


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, ("POST", "/rate", {"content": b"{", "headers": JSON})),
        (400, ("POST", "/rate", {"content": b"[]", "headers": JSON})),
        (400, ("POST", "/rate", {"json": {}, "headers": {"idempotency-key": "no blanks"}})),
        (400, ("POST", "/rate", {"json": {}, "headers": {"idempotency-key": "x" * 129}})),
        (400, ("POST", "/rate", {"json": {}, "headers": {"idempotency-key": '"abc'}})),
        (400, ("POST", "/rate", {"json": {}, "headers": {"idempotency-key": 'abc"'}})),
        (404, ("GET", "/nothing", {})),
        (404, ("POST", "/rate/", {"json": {}})),
        (404, ("GET", "/docs", {})),
        (405, ("GET", "/rate", {})),
        (405, ("PUT", "/rate_batch", {})),
        (405, ("POST", "/livez", {})),
        (405, ("POST", "/metrics", {})),
        (413, ("POST", "/rate", {"content": b" " * (MOST_BYTES + 1), "headers": JSON})),
        (415, ("POST", "/rate", {"content": b"{}"})),
        (415, ("POST", "/rate", {"data": {"application": "x"}})),
        (415, ("POST", "/rate", typed("application/vnd.bentoml+pickle"))),
        (415, ("POST", "/rate", typed("application/json; charset=gbk"))),
        (415, ("POST", "/rate", {"content": b"{}", "headers": {**JSON, "content-encoding": "br"}})),
        (415, ("POST", "/rate", {"content": b"{}", "headers": TWICE})),
        (415, ("POST", "/rate", {"content": b"{}", "headers": [
            *TWICE[:1], ("content-encoding", "identity"), ("content-encoding", "br")]})),
        (422, ("POST", "/rate", {"json": {}})),
        (422, ("POST", "/rate", {"json": {"application": [], "more": 1}})),
        (422, ("POST", "/rate_batch", {"json": {"applications": []}})),
    ],
)  # fmt: skip
def test_every_refusal_is_a_problem(
    send: Any, document: dict[str, Any], status: int, request_: tuple[str, str, dict[str, Any]]
) -> None:
    method, path, more = request_
    answer = send(method, path, **more)
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["status"] == status
    holds(document, "Problem", answer.json())
    assert (status == 422) == ("errors" in answer.json())


def test_the_limit_counts_what_arrives(send: Any) -> None:
    async def drops() -> Any:
        for _ in range(MOST_BYTES // 1000 + 2):
            yield b" " * 1000

    answer = send("POST", "/rate", content=drops(), headers={**JSON})
    assert answer.status_code == 413
    lying = {**JSON, "content-length": "2", "transfer-encoding": "chunked"}
    assert send("POST", "/rate", content=drops(), headers=lying).status_code == 413


@pytest.mark.parametrize("sent", ["abc-1.2:3~_", '"quoted"'])
def test_the_idempotency_key_comes_back(send: Any, applications: Any, sent: str) -> None:
    headers = {"idempotency-key": sent}
    answer = send("POST", "/rate", json={"application": applications[0]}, headers=headers)
    assert answer.json()["request_id"] == sent.strip('"')


class Falling:
    """A rater whose every rating fails, with the applicant's data in the message."""

    def __init__(self, rater: sc.Rater) -> None:
        self.product, self.model = rater.product, rater.model

    def rate_rows(self, rows: Any, **asked: Any) -> Any:
        raise ValueError(f"cannot rate {rows[0]['uscc']}")


def test_a_fault_of_ours_tells_an_id_and_nothing_else(
    sending: Any,
    rater: sc.Rater,
    applications: list[dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    failing = sending(create_app(Falling(rater)))  # type: ignore[arg-type]
    answer = failing("POST", "/rate", json={"application": applications[0]})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    (line,) = [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]
    assert answer.json()["instance"] in line
    assert "ValueError" in line
    assert Path(__file__).name in line
    identity = str(applications[0]["uscc"])
    assert identity not in answer.text + caplog.text


class Slow:
    """A rater that waits to be told to go on."""

    def __init__(self, rater: sc.Rater) -> None:
        self.product, self.model, self._rater = rater.product, rater.model, rater
        self.begun, self.go_on = threading.Event(), threading.Event()

    def rate_rows(self, rows: Any, **asked: Any) -> Any:
        self.begun.set()
        assert self.go_on.wait(20)
        return self._rater.rate_rows(rows, **asked)


@pytest.mark.parametrize("many", [INLINE_APPLICATIONS + 1, 40])
def test_liveness_answers_and_others_wait_their_turn_while_a_batch_is_rated(
    rater: sc.Rater, applications: list[dict[str, Any]], many: int
) -> None:
    slow = Slow(rater)
    app = create_app(slow, limits=Limits(batches=1, queue_seconds=0.1))  # type: ignore[arg-type]
    body = json.dumps({"applications": applications[:many]})
    assert (len(body) > INLINE_BYTES) == (many == 40)

    async def together() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://here", timeout=30) as client,
            anyio.create_task_group() as group,
        ):
            answers: list[httpx.Response] = []

            async def batch() -> None:
                answers.append(await client.post("/rate_batch", content=body, headers=JSON))

            group.start_soon(batch)
            await anyio.to_thread.run_sync(partial(slow.begun.wait, 20))
            assert (await client.get("/livez")).status_code == 200
            await batch()  # finds no place and gives up while the first is still rated
            slow.go_on.set()
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            answers.append(await client.post("/rate_batch", content=body, headers=JSON))
        return answers

    busy, first, later = anyio.run(together)
    assert (busy.status_code, first.status_code, later.status_code) == (503, 200, 200)
    assert busy.json()["type"].endswith(":busy")
    assert int(busy.headers["retry-after"]) >= 1
    assert busy.headers["connection"] == "close"


def test_a_body_that_does_not_arrive_in_time_frees_its_place(
    sending: Any, rater: sc.Rater, applications: list[dict[str, Any]]
) -> None:
    limits = Limits(rate_seconds=0.05, batch_seconds=0.05, batches=1)
    send = sending(create_app(rater, limits=limits))

    async def trickle() -> Any:
        yield b"{"
        await anyio.sleep(20)

    for path in ("/rate", "/rate_batch"):
        answer = send("POST", path, content=trickle(), headers=JSON)
        assert answer.status_code == 408
        assert answer.headers["content-type"] == PROBLEM
        assert answer.headers["connection"] == "close"
    batch = {"applications": applications[:1]}
    assert send("POST", "/rate_batch", json=batch).status_code == 200


def test_an_answer_of_problems_is_no_longer_than_one_of_ratings(
    send: Any, rater: sc.Rater, applications: list[dict[str, Any]], document: dict[str, Any]
) -> None:
    asked = [column.name for column in rater.product.columns if column.asked]
    wrong: dict[str, Any] = {**dict.fromkeys(asked, ()), **{f"x{i}": 0 for i in range(20)}}
    sent = MOST_LISTED // len(wrong) + 100
    applications_ = [*([wrong] * sent), {**applications[0], "alone": 1}, applications[0]]
    answer = send("POST", "/rate_batch", json={"applications": applications_})
    holds(document, "RateBatchAnswer", answer.json())
    *results, alone, rated = answer.json()["results"]
    assert "rating" in rated
    assert [each["field"] for each in alone["problems"]] == ["alone"]
    assert len(results[0]["problems"]) == len(wrong)
    (last,) = results[-1]["problems"]
    assert last["rule"] == UNLISTED
    assert str(len(wrong)) in last["message_zh"]
    assert str(len(wrong)) in last["message_en"]
    total = sum(len(each["problems"]) for each in results)
    assert MOST_LISTED < total <= MOST_LISTED + sent


def test_many_names_are_counted_and_not_read(send: Any, applications: list[dict[str, Any]]) -> None:
    crowd = {**applications[0], "as_of_date": 3, **{f"x{i}": 0 for i in range(30_000)}}
    answer = send("POST", "/rate", json={"application": crowd})
    (error,) = answer.json()["errors"]
    assert (error["field"], error["rule"]) == ("application", "unknown")
    assert "30000" in error["message_zh"]
    assert "30000" in error["message_en"]
    assert len(answer.content) < 1000


def test_the_access_log_holds_nothing_a_caller_chose(
    send: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "scorecard.access")
    send("GET", "/rate/91MARKER%0Aforged", params={"owner": "MARKER"})
    send("MARKER", "/rate", headers={"user-agent": "MARKER"})
    assert [each.getMessage().split(" ")[:3] for each in caplog.records] == [
        ["GET", "(unknown)", "404"], ["(unknown)", "/rate", "405"]
    ]  # fmt: skip


def test_the_document_describes_what_is_sent_and_answered(
    send: Any, document: dict[str, Any], applications: list[dict[str, Any]], rater: sc.Rater
) -> None:
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    text = json.dumps(document)
    for target in {part.split('"')[0] for part in text.split('"$ref": "#/components/schemas/')[1:]}:
        assert target in document["components"]["schemas"]
    content = document["paths"]["/rate"]["post"]["requestBody"]["content"]["application/json"]
    holds(document, "RateRequest", content["example"])
    for application in applications[:20]:
        holds(document, "RateRequest", {"application": application})
        answer = send("POST", "/rate", json={"application": application}).json()
        holds(document, "Rating", answer)
    fields = document["components"]["schemas"][rater.product.request_model.__name__]["properties"]
    for column in rater.product.columns:
        assert (column.name in fields) == column.asked
        if column.asked:
            assert fields[column.name]["x-label-zh"] == column.zh
            assert fields[column.name]["x-label-en"] == column.en
    assert send("GET", "/docs.json").json() == document


@pytest.mark.parametrize(
    "alien",
    [
        {"application": {"name": "of another product"}},
        {"application": None},
        {"applications": []},
    ],
)
def test_an_example_of_another_product_is_not_shown(
    sending: Any, rater: sc.Rater, caplog: pytest.LogCaptureFixture, alien: dict[str, Any]
) -> None:
    send = sending(create_app(rater, example=alien))
    assert "not shown" in caplog.text
    api = send("GET", "/openapi.json").text
    assert '"example"' not in api
    page = send("GET", "/").text
    assert "@application.json" in page
    assert "example_request" not in page
    assert "Write <code>application.json</code>" in page


def test_the_page_names_the_file_of_the_example(
    sending: Any, rater: sc.Rater, applications: list[dict[str, Any]]
) -> None:
    example = {"application": applications[0]}
    own = sending(create_app(rater, example=example))("GET", "/").text
    assert "@serving/example_request.json" in own
    other = sending(create_app(rater, example=example, example_file="a&b.json"))("GET", "/").text
    assert "@a&amp;b.json" in other
    assert "example_request" not in other


def test_the_page_is_in_both_languages_and_calls_nobody(send: Any) -> None:
    page = send("GET", "/", headers={"host": "<evil>"})
    assert "信用评级" in page.text
    assert "未登记 / not registered" in page.text
    assert "Credit rating" in page.text
    assert "<evil>" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_projects_example_is_a_whole_application(rater: sc.Rater, send: Any) -> None:
    path = Path(__file__).parents[2] / "serving" / "example_request.json"
    example = json.loads(path.read_text(encoding="utf-8"))
    asked = {column.name for column in rater.product.columns if column.asked}
    assert set(example["application"]) == asked
    assert all(value is not None for value in example["application"].values())
    assert send("POST", "/rate", json=example).status_code == 200
