"""The house's import order, read from docs/architecture.md and held against the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "scorecard"
TABLE = ROOT / "docs" / "architecture.md"


# What MLflow runs in a process of its own; it sees the package from outside.
STANDALONE = {"scorecard.tracking.pyfunc_stub"}
Place = tuple[int, int]  # a room's order, and its row: those of one row are one room


def places() -> dict[str, Place]:
    """Return each room's place: the rows ``| 3 | `binning` | …`` of the document's table."""
    found: dict[str, Place] = {}
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines()):
        row = re.match(r"\|\s*(\d+)\s*\|([^|]*)\|", line)
        if row:
            for room in re.findall(r"`(\w+)`", row.group(2)):
                found[room] = (int(row.group(1)), number)
    return found


def room_of(module: str) -> str | None:
    """Return the room of ``scorecard.<room>…``; None for the package's own menu."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def imports(path: Path, module: str, *, package: bool) -> set[str]:
    """Return the modules of this package that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = module.split(".")[: len(module.split(".")) - node.level + package]
                base = ".".join([*up, base] if base else up)
            # `from scorecard import x` names a room or one of the menu's names.
            found |= (
                {f"{base}.{alias.name}" for alias in node.names} if base == "scorecard" else {base}
            )
    return {name for name in found if name.split(".")[0] == "scorecard"}


def breaches(module: str, imported: set[str], place: dict[str, Place]) -> list[str]:
    """Return what ``module`` imports against the rule."""
    own = room_of(module)
    if own is None or module in STANDALONE:  # the menu may name every room
        return []
    wrong = []
    for name in sorted(imported):
        room = room_of(name)
        if room == own:
            continue
        if room is None or room not in place:
            wrong.append(f"{module} imports {name}, which is no room of the house")
        elif own not in place:
            wrong.append(f"{module} is in no room of the house")
        elif place[room][0] >= place[own][0] and place[room] != place[own]:
            wrong.append(f"{module} ({place[own][0]}) imports {name} ({place[room][0]})")
    return wrong


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def test_every_room_has_an_order_and_every_order_a_room() -> None:
    rooms = {room_of(module) for module in modules()} - {None}
    assert rooms <= set(places()), "docs/architecture.md does not place these rooms"
    assert places()["values"][0] == places()["errors"][0] == 0


def test_a_room_imports_only_from_rooms_before_it() -> None:
    place = places()
    wrong = [
        breach
        for module, path in modules().items()
        for breach in breaches(
            module, imports(path, module, package=path.stem == "__init__"), place
        )
    ]
    assert not wrong, "\n".join(["", *wrong])


def test_products_service_and_notebooks_are_imported_by_nobody() -> None:
    outside = ("features", "serving", "notebooks", "tests", "benchmarks")
    for path in modules().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            assert not [n for n in names if n.split(".")[0] in outside], path


@pytest.mark.parametrize(
    ("module", "imported", "count"),
    [
        ("scorecard.binning.solver", {"scorecard.models"}, 1),  # later
        ("scorecard.explain.reasons", {"scorecard.policy"}, 1),  # beside
        ("scorecard.web.app", {"scorecard"}, 1),  # the menu, which leads everywhere
        ("scorecard.web.app", {"scorecard.nowhere"}, 1),
        ("scorecard.web.app", {"scorecard.rating.rater", "scorecard.web.body"}, 0),
    ],
)
def test_the_rule_itself_can_fail(module: str, imported: set[str], count: int) -> None:
    assert len(breaches(module, imported, places())) == count
