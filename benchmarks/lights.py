"""Do the lights of a validation mean what they say: planted faults and clean portfolios.

Each fault of ``planted.py`` must turn its own light red and no other. On clean portfolios, fresh
draws of 5,000 applications, at most 5% of the reports may show any red light; judged are once the
out-of-time rows of a draw (about 950, with 40 bads), once all of its rows.

    python benchmarks/lights.py [--small] [--repeats 200] [--rows 100000]

Exit code 1 where a fault turns another light, or none, or where clean reports are red too often.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

import polars as pl
from planted import TURNS, Trial, Workshop

import scorecard as sc

CLEAN_ROWS = 5_000
MOST_RED = 0.05
WINDOWS = {"out of time": None, "all rows": "as_of_date is not null"}
FEW_TREES = {"n_estimators": 40, "max_depth": 3, "learning_rate": 0.2}


def lights(trial: Trial, *, window: str | None = None) -> sc.ValidationReport:
    """Validate one trial."""
    return sc.validate(trial.bundle, trial.table, window=window)


def red(report: sc.ValidationReport) -> list[str]:
    """Return the sections whose light is red."""
    return [key for key, light in report.lights.items() if light.value == "red"]


def told(report: sc.ValidationReport, colour: str) -> str:
    """Return the findings of a colour with their numbers."""
    found = report.tables["findings"].filter(pl.col("light") == colour)
    rows = found.select("section", "finding", "shown").rows()
    return "; ".join(f"{section}.{finding} {shown}" for section, finding, shown in rows)


def faults(workshop: Workshop) -> int:
    """Print what each fault turns and return how many turn something else than they should."""
    wrong = 0
    for fault, wanted in TURNS.items():
        report = lights(workshop.plant(fault))
        found = red(report)
        wrong += found != [wanted]
        said = "yes" if found == [wanted] else "NO"
        print(f"{said:3}  {fault}: red {', '.join(found) or 'nothing'}; {told(report, 'red')}")
    return wrong


def clean(workshop: Workshop, repeats: int) -> int:
    """Print how often clean portfolios show red and amber; return how many windows go too far."""
    wrong = 0
    for name, window in WINDOWS.items():
        reds, ambers = Counter[str](), Counter[str]()
        any_red = any_amber = 0
        begun = time.perf_counter()
        for seed in range(repeats):
            table = sc.simulate("sme_cn", CLEAN_ROWS, 10_000 + seed)
            report = lights(Trial(workshop.clean.bundle, table), window=window)
            reds.update(red(report))
            amber = [key for key, light in report.lights.items() if light.value == "amber"]
            ambers.update(amber)
            any_red += bool(red(report))
            any_amber += bool(amber)
        share = any_red / repeats
        wrong += share > MOST_RED
        seconds = (time.perf_counter() - begun) / repeats
        print(
            f"{'NO' if share > MOST_RED else 'yes':3}  clean, {name}: {any_red} of {repeats} "
            f"reports show red ({share:.1%}), {any_amber} amber; {seconds:.1f} s each; "
            f"red {dict(reds)}, amber {dict(ambers)}"
        )
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="the declared miniature")
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    if options.small:
        options.repeats, options.rows = 5, 20_000
    boosted = FEW_TREES if options.small else None
    workshop = Workshop(rows=options.rows, seed=11, boosted=boosted)
    return int(faults(workshop) + clean(workshop, options.repeats) > 0)


if __name__ == "__main__":
    sys.exit(main())
