"""``scorecard demo``: the embedded default from nothing to a first rating over HTTP."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from scorecard.cli import screen
from scorecard.cli.serve import EXAMPLE, check_address, serve
from scorecard.cli.training import run_training
from scorecard.errors import InputError, ScorecardError
from scorecard.home import project_root
from scorecard.tracking import Store

PRODUCT = "sme_cn"
CHAMPION = f"models:/{PRODUCT}@champion"
SEED = 2026


def run_demo(*, port: int, rows: int, workers: int) -> int:
    """Train the default product if the registry has no champion, serve it, rate the example."""
    screen.quiet_libraries()
    check_address("127.0.0.1", port)  # before minutes of training, not after
    try:
        Store().resolve(CHAMPION)
        screen.out.print(f"Using the champion in the registry: {CHAMPION}")
    except InputError:
        screen.out.print(f"No champion yet: simulating {rows:,} applications and training.")
        run_training(
            PRODUCT,
            None,
            target=None,
            rows=rows,
            seed=SEED,
            rejected=Path("rejected.parquet"),
            as_json=False,
        )
    log_path = project_root() / "mlruns" / "service.log"
    with log_path.open("ab") as log:
        return serve(
            CHAMPION, port=port, workers=workers, log=log, on_ready=lambda url: _show(url, log_path)
        )


def _show(url: str, log_path: Path) -> None:
    body = (project_root() / EXAMPLE).read_bytes()
    request = urllib.request.Request(
        f"{url}/rate", body, {"content-type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            rating = json.load(answer)
    except OSError as error:
        raise ScorecardError(f"The example could not be rated: {error}.") from None
    screen.print_rating(rating)
    store = Store()
    root = project_root()
    screen.out.print(
        "\nWhere to look next\n"
        f"  rate it again   curl -s {url}/rate -H 'content-type: application/json' "
        f"--data @{EXAMPLE}\n"
        f"  endpoints       {url}/   {url}/openapi.json\n"
        "  runs and models .venv/bin/mlflow ui --port 5000 "
        f"--backend-store-uri {_short(store.uri, root)}\n"
        f"  service log     {_short(str(log_path), root)}\n"
        "Serving until interrupted (Ctrl-C).",
        soft_wrap=True,
    )


def _short(text: str, root: Path) -> str:
    return text.replace(f"{root}/", "")
