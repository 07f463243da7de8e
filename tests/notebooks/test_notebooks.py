"""Every notebook runs from its own folder, says nothing on stderr, and shows what it promises."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ipykernel.kernelspec import write_kernel_spec
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SHOWN = {
    "01_first_scorecard.ipynb": {"figures": 8, "tables": 11},
    "02_scorecard_engine.ipynb": {"figures": 1, "tables": 10},
    "03_boosted_model.ipynb": {"figures": 6, "tables": 12},
}
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
    return "this-python"


def test_every_notebook_is_listed() -> None:
    assert {path.name for path in NOTEBOOKS.glob("*.ipynb")} == set(SHOWN)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHOWN)
def test_notebook_runs(name: str, kernel: str) -> None:
    before = {path.name for path in NOTEBOOKS.iterdir()}
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name=kernel,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )
    client.execute()  # raises with the cell and its traceback where one fails
    found = outputs(notebook)
    assert [each.text for each in found if each.output_type == "stream"] == []
    shown = counts(found)
    assert all(shown[kind] >= least for kind, least in SHOWN[name].items()), shown
    assert {path.name for path in NOTEBOOKS.iterdir()} == before


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
