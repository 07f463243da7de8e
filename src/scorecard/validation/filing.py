"""A report as MLflow keeps it: files, numbers and tags."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scorecard.validation.report import ValidationReport

#: Where a report's files lie among the artifacts of a run.
FOLDER = "validation"


@contextmanager
def filed(report: ValidationReport) -> Iterator[Path]:
    """Yield a folder with ``report.html`` and ``report.json``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report.to_html(folder / "report.html")
        report.to_json(folder / "report.json")
        yield folder


def numbers(report: ValidationReport) -> dict[str, float]:
    """Return every finding's number as a metric, ``validation.SECTION.FINDING``."""
    return {
        f"validation.{section.key}.{finding.key}": finding.number
        for section in report.sections
        for finding in section.findings
        if finding.number is not None and math.isfinite(finding.number)
    }


def tags(report: ValidationReport) -> dict[str, str]:
    """Return the lights and what was judged, to search by."""
    data = report.about["data"]
    return {
        "validation": report.light.value,
        **{f"validation.{key}": light.value for key, light in report.lights.items()},
        "validation_data_sha256": str(data["sha256"]),
    }
