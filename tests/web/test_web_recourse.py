"""``POST /recourse``: the offline answer, through the same door, beside the ratings."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import Any

import anyio
import httpx
import jsonschema
import pytest

import scorecard as sc
from scorecard.web import create_app
from scorecard.web.limits import Limits

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def below(rater: sc.Rater, applications: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Applications below the cut-off."""
    return [a for a in applications[:200] if rater.rate_one(a).grade in ("R9", "R10")]


def test_what_is_answered_is_confirmed_by_rating_it_again(
    send: Any, rater: sc.Rater, below: list[dict[str, Any]]
) -> None:
    document = send("GET", "/openapi.json").json()
    schema = {**document, "$ref": "#/components/schemas/Recourse"}
    reached = 0
    for application in below[:12]:
        body = {"application": application, "target": "approve"}
        answer = send("POST", "/recourse", json=body)
        assert answer.status_code == 200
        found = answer.json()
        jsonschema.Draft202012Validator(schema).validate(found)
        offline = rater.recourse(application, "approve")
        assert found["changes"] == [
            {**change.to_dict(), "levers": list(change.levers)} for change in offline
        ]
        assert (found["reached"], found["text_zh"]) == (offline.reached, offline.text_zh)
        again = send("POST", "/rate", json={"application": found["application"]}).json()
        assert again["grade"] == found["grade_after"]
        assert again["pd"] == found["pd_after"]
        reached += found["reached"]
    assert reached > 3


def test_without_a_target_it_is_the_next_grade(send: Any, below: list[dict[str, Any]]) -> None:
    assert send("POST", "/recourse", json={"application": below[0]}).json()["target"] == (
        "next_grade"
    )


@pytest.mark.parametrize(
    ("body", "broken"),
    [
        ({"target": "approve"}, [("application", "required")]),
        ({"application": {}, "target": "soon"}, [("target", "isin")]),
        ({"application": {}, "target": 3}, [("target", "type")]),
        ({"application": {}, "target": "approve", "more": 1}, [("more", "unknown")]),
    ],
)
def test_what_is_wrong_is_named(
    send: Any, body: dict[str, Any], broken: list[tuple[str, str]], below: list[dict[str, Any]]
) -> None:
    whole = {**body, "application": below[0]} if "application" in body else body
    answer = send("POST", "/recourse", json=whole)
    assert answer.status_code == 422
    assert [(each["field"], each["rule"]) for each in answer.json()["errors"]] == broken
    assert all(each["message_zh"] and each["message_en"] for each in answer.json()["errors"])


def test_a_rule_between_fields_and_a_repeated_target_are_refused(
    send: Any, below: list[dict[str, Any]]
) -> None:
    later = {**below[0], "established_date": "2099-01-01"}
    answer = send("POST", "/recourse", json={"application": later})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["rule"] == "established_before_application"
    text = json.dumps({"application": below[0], "target": "approve"})
    twice = f'{text[:-1]}, "target": "approve"}}'
    answer = send("POST", "/recourse", content=twice, headers=JSON)
    assert [(e["field"], e["rule"]) for e in answer.json()["errors"]] == [("target", "repeated")]
    assert send("GET", "/recourse").status_code == 405


class Slow:
    """A rater whose recourse waits to be told to go on."""

    def __init__(self, rater: sc.Rater) -> None:
        self.product, self.model, self._rater = rater.product, rater.model, rater
        self.policy_version = rater.policy_version
        self.rate_rows = rater.rate_rows
        self.begun, self.go_on = threading.Event(), threading.Event()

    def recourse_row(self, row: Any, target: str) -> Any:
        self.begun.set()
        assert self.go_on.wait(20)
        return self._rater.recourse_row(row, target)


def test_ratings_are_answered_while_a_change_is_sought(
    rater: sc.Rater, below: list[dict[str, Any]]
) -> None:
    slow = Slow(rater)
    app = create_app(slow, limits=Limits(searches=1, queue_seconds=0.1))  # type: ignore[arg-type]
    body = {"application": below[0]}

    async def together() -> list[int]:
        transport = httpx.ASGITransport(app)
        statuses: list[int] = []
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://here", timeout=30) as client,
            anyio.create_task_group() as group,
        ):

            async def search() -> None:
                statuses.append((await client.post("/recourse", json=body)).status_code)

            group.start_soon(search)
            await anyio.to_thread.run_sync(partial(slow.begun.wait, 20))
            statuses.append((await client.post("/rate", json=body)).status_code)
            await search()  # no place is left
            slow.go_on.set()
        return statuses

    assert anyio.run(together) == [200, 503, 200]
