"""What would have changed it: 500 applicants below the cut-off, each answer rated again over HTTP.

A portfolio is simulated, the applicants whose grade is worse than the policy's cut-off are taken in
order, and each is sent to ``POST /recourse`` of the real service, started as `scorecard serve`
does, with the target ``approve``. Every change found is sent back to ``POST /rate``. The table
tells, for either model answering, the share with a feasible path, how many fields and actions it
takes, its cost in spreads, and how long an answer took. Exit code 1 unless every change found is
confirmed.

    python benchmarks/recourse.py [--model FOLDER] [--applicants 500] [--small]
"""

from __future__ import annotations

import argparse
import collections
import http.client
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
from ports import free_port

import scorecard as sc
from scorecard.cli.serve import Server
from scorecard.errors import ScorecardError

HOST = "127.0.0.1"
JSON = {"content-type": "application/json"}
PRODUCT = "sme_cn"
TRAINED_ON, SEED = 20_000, 7
OTHERS, OTHER_SEED = 20_000, 41  # applicants the models never saw


def main() -> int:
    parser = argparse.ArgumentParser(description="Recourse over HTTP, each change rated again.")
    parser.add_argument("--model", help="a bundle's folder; left out, one is trained")
    parser.add_argument("--applicants", type=int, default=500)
    parser.add_argument("--small", action="store_true", help="20 applicants, 12,000 rows trained")
    options = parser.parse_args()
    applicants = 20 if options.small else options.applicants
    product = sc.load_product(PRODUCT)
    with tempfile.TemporaryDirectory() as folder:
        bundle = _bundle(product, options.model, 12_000 if options.small else TRAINED_ON)
        confirmed = True
        for answering in ("scorecard", "boosted"):
            about = {key: value for key, value in bundle.manifest.items() if key != "self"}
            about["answering"] = answering
            path = sc.Bundle.seal(bundle.files, about).write(Path(folder) / answering)
            below = _below(sc.Rater.load(path), product, applicants)
            confirmed &= _report(answering, _ask(path, below, Path(folder)))
    return int(not confirmed)


def _bundle(product: sc.Product, folder: str | None, rows: int) -> sc.Bundle:
    if folder is not None:
        return sc.Bundle.read(folder)
    return sc.train(product, sc.simulate(product, rows, SEED), register=False).bundle


def _below(rater: sc.Rater, product: sc.Product, count: int) -> list[dict[str, Any]]:
    """Return applications worse than the cut-off, of the population the models are about."""
    frame = sc.simulate(product, OTHERS, OTHER_SEED)
    rated = rater.rate(frame)
    cutoff = rater.scale.labels.index(rater.product.policy["cutoff_grade"])
    worse = rated["grade"].is_in(rater.scale.labels[cutoff + 1 :])
    inside = (
        rated["warnings"]
        .list.eval(pl.element().struct.field("code"))
        .list.contains("outside_population")
    )
    asked = [column.name for column in product.columns if column.asked]
    dates = [c.name for c in product.columns if c.asked and c.kind == "date"]
    chosen = frame.filter(worse & ~inside).select(asked).head(count)
    return chosen.with_columns(pl.col(dates).cast(pl.String)).to_dicts()


def _ask(bundle: Path, applications: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Return each answer, with ``seconds`` and whether rating it again ``confirmed`` it."""
    answers = []
    with (
        (folder / "log").open("wb") as log,
        Server(bundle, host=HOST, port=free_port(HOST), workers=1, log=log) as server,
    ):
        server.wait_ready()
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
        for application in applications:
            begun = time.perf_counter()
            answer = _post(connection, "/recourse", application, target="approve")
            answer["seconds"] = time.perf_counter() - begun
            if answer["reached"]:
                again = _post(connection, "/rate", answer["application"])
                labels = [f"R{k}" for k in range(1, 100)]
                answer["confirmed"] = (
                    again["grade"] == answer["grade_after"]
                    and again["pd"] == answer["pd_after"]
                    and labels.index(again["grade"]) <= labels.index(answer["goal"])
                )
            answers.append(answer)
    return answers


def _post(
    connection: http.client.HTTPConnection, path: str, application: Any, **more: str
) -> dict[str, Any]:
    connection.request("POST", path, json.dumps({"application": application, **more}), JSON)
    response = connection.getresponse()
    content = response.read()
    if response.status != http.client.OK:
        raise ScorecardError(f"{path} answered {response.status}: {content[:300]!r}.")
    found: dict[str, Any] = json.loads(content)
    return found


def _report(answering: str, answers: list[dict[str, Any]]) -> bool:
    """Print one model's table; return whether every change found was confirmed."""
    reached = [each for each in answers if each["reached"]]
    seconds = sorted(each["seconds"] for each in answers)
    confirmed = sum(each["confirmed"] for each in reached)
    print(f"answering: {answering}")
    print(f"  applicants below the cut-off   {len(answers)}")
    for grade in ("R9", "R10"):
        of = [each for each in answers if each["grade_before"] == grade]
        yes = sum(each["reached"] for each in of)
        print(f"  with a feasible path, {grade:<9}{yes} of {len(of)}")
    print(f"  with a feasible path           {len(reached) / len(answers):.1%}")
    if reached:
        fields = [len(each["changes"]) for each in reached]
        actions = [each["actions"] for each in reached]
        costs = [each["cost"] for each in reached]
        used = collections.Counter(
            lever for each in reached for c in each["changes"] if c["cost"] for lever in c["levers"]
        )
        print(f"  fields changed, median         {statistics.median(fields):g}")
        print(f"  actions, median                {statistics.median(actions):g}")
        print(f"  cost in spreads, median        {statistics.median(costs):.2f}")
        print(f"  confirmed by rating again      {confirmed} of {len(reached)}")
        print("  actions used                   ", end="")
        print(", ".join(f"{name} {count}" for name, count in used.most_common()))
    p95 = seconds[int(0.95 * (len(seconds) - 1))]
    print(f"  seconds, median and 95 %       {statistics.median(seconds):.3f}, {p95:.3f}")
    sys.stdout.flush()
    return confirmed == len(reached)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ScorecardError as error:
        sys.exit(f"recourse: {error}")
