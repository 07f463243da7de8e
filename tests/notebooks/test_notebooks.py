"""Every notebook runs from its own folder, says nothing on stderr, and shows what it promises.

Those of `STORY` hand over to each other, in a folder that the test gives them; the others stand
alone.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ipykernel.kernelspec import write_kernel_spec
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STORY = {
    "01_explore_and_bin.ipynb": {"figures": 5, "tables": 9},
    "02_train_and_compare.ipynb": {"figures": 3, "tables": 4},
    "03_explain_one_rating.ipynb": {"figures": 2, "tables": 3},
    "04_validate_and_promote.ipynb": {"figures": 1, "tables": 7},
    "05_rate_a_portfolio.ipynb": {"figures": 1, "tables": 11},
}
ALONE = {
    "11_scorecard_engine.ipynb": {"figures": 1, "tables": 10},
    "12_boosted_model.ipynb": {"figures": 6, "tables": 12},
}
SHOWN = {**STORY, **ALONE}
LARGEST = 600_000  # bytes, outputs included
PLACES = re.compile(r"/(home|root|tmp|var|Users)/|[A-Z]:\\\\|" + re.escape(str(NOTEBOOKS.parent)))


def outputs(notebook: Any) -> list[Any]:
    return [each for cell in notebook.cells for each in cell.get("outputs", [])]


def counts(found: list[Any]) -> Counter[str]:
    data = [each.get("data", {}) for each in found]
    return Counter(
        figures=sum("image/png" in each for each in data),
        tables=sum("<table" in each.get("text/html", "") for each in data),
    )


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel of this interpreter, registered nowhere but for this test."""
    write_kernel_spec(tmp_path / "kernels" / "this-python")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    # A reader opens the notebook where it lies; nothing tells it where the project is.
    monkeypatch.delenv("SCORECARD_HOME", raising=False)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return "this-python"


def test_every_notebook_is_listed() -> None:
    assert {path.name for path in NOTEBOOKS.glob("*.ipynb")} == set(SHOWN)


def executed(name: str, kernel: str) -> Any:
    """Run a notebook as a reader would; raises with the cell and its traceback where one fails."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(notebook, timeout=300, kernel_name=kernel, resources=resources).execute()
    return notebook


def check(name: str, notebook: Any) -> None:
    found = outputs(notebook)
    assert [each.text for each in found if each.output_type == "stream"] == []
    shown = counts(found)
    assert all(shown[kind] >= least for kind, least in SHOWN[name].items()), (name, shown)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALONE)
def test_notebook_runs_alone(name: str, kernel: str) -> None:
    before = {path.name for path in NOTEBOOKS.iterdir()}
    check(name, executed(name, kernel))
    assert {path.name for path in NOTEBOOKS.iterdir()} == before


@pytest.mark.slow
def test_the_story_runs_from_its_beginning_to_its_end(
    kernel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORECARD_NOTEBOOKS", str(tmp_path / "workspace"))
    before = {path.name for path in NOTEBOOKS.iterdir()}
    for name in STORY:
        check(name, executed(name, kernel))
    assert {path.name for path in NOTEBOOKS.iterdir()} == before
    left = {path.name for path in (tmp_path / "workspace").iterdir()}
    assert left == {
        "application.json", "card.sql", "decision.json", "mlruns", "portfolio.parquet",
        "ratings.parquet", "selection.csv", "validation",
    }  # fmt: skip


@pytest.mark.parametrize(("before", "name"), list(pairwise(STORY)))
def test_a_notebook_names_the_one_to_run_first(
    before: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORECARD_NOTEBOOKS", str(tmp_path / "nothing"))
    for variable in ("SCORECARD_HOME", "OMP_WAIT_POLICY"):  # set by the cell, restored after
        monkeypatch.setenv(variable, "PASSIVE")
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    lines = [line for line in first.splitlines() if not line.startswith("%")]
    with pytest.raises(FileNotFoundError, match=f"^Run {before} first: "):
        exec("\n".join(lines), {})


@pytest.mark.parametrize("name", SHOWN)
def test_committed_outputs_can_be_read_anywhere(name: str) -> None:
    path = NOTEBOOKS / name
    assert path.stat().st_size < LARGEST
    notebook = nbformat.read(path, as_version=4)
    shown = counts(outputs(notebook))
    assert all(shown[kind] >= least for kind, least in SHOWN[name].items()), shown
    texts = [cell.source for cell in notebook.cells] + [
        text
        for each in outputs(notebook)
        for kind, text in each.get("data", {}).items()
        if kind != "image/png"
    ]
    assert [found.group() for text in texts if (found := PLACES.search(str(text)))] == []
