from __future__ import annotations

import json
import logging
import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import jsonschema
import pytest

import scorecard as sc
from scorecard.web import create_app
from scorecard.web.answer import ADDED
from scorecard.web.app import INLINE_BYTES, MOST_BYTES

JSON = {"content-type": "application/json"}
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
        (404, ("GET", "/nothing", {})),
        (404, ("POST", "/rate/", {"json": {}})),
        (404, ("GET", "/docs", {})),
        (405, ("GET", "/rate", {})),
        (405, ("PUT", "/rate_batch", {})),
        (405, ("POST", "/livez", {})),
        (413, ("POST", "/rate", {"content": b" " * (MOST_BYTES + 1), "headers": JSON})),
        (415, ("POST", "/rate", {"content": b"{}"})),
        (415, ("POST", "/rate", {"data": {"application": "x"}})),
        (415, ("POST", "/rate", typed("application/vnd.bentoml+pickle"))),
        (415, ("POST", "/rate", typed("application/json; charset=gbk"))),
        (415, ("POST", "/rate", {"content": b"{}", "headers": {**JSON, "content-encoding": "br"}})),
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

    def rate_rows(self, rows: Any) -> Any:
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


def test_liveness_answers_while_a_batch_is_rated(
    rater: sc.Rater, applications: list[dict[str, Any]]
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(rows: Any) -> Any:
        begun.set()
        assert go_on.wait(20)
        return rater.rate_rows(rows)

    app = create_app(SimpleNamespace(product=rater.product, model=rater.model, rate_rows=slow))  # type: ignore[arg-type]
    body = json.dumps({"applications": applications[:40]})
    assert len(body) > INLINE_BYTES

    async def both() -> tuple[int, int]:
        transport = httpx.ASGITransport(app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://here", timeout=30) as client,
            anyio.create_task_group() as group,
        ):
            statuses: list[int] = []

            async def batch() -> None:
                answer = await client.post("/rate_batch", content=body, headers=JSON)
                statuses.append(answer.status_code)

            group.start_soon(batch)
            await anyio.to_thread.run_sync(partial(begun.wait, 20))
            alive = (await client.get("/livez")).status_code
            assert not statuses
            go_on.set()
        return alive, statuses[0]

    assert anyio.run(both) == (200, 200)


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


def test_the_page_is_in_both_languages_and_calls_nobody(send: Any) -> None:
    page = send("GET", "/", headers={"host": "<evil>"})
    assert "信用评级" in page.text
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
