"""What a clone and a wheel must hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def required(*extras: str) -> dict[str, Requirement]:
    """Return the requirements of the project, and of some extras, for this platform."""
    lines = [*PROJECT["dependencies"]]
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r for r in found if not r.marker or r.marker.evaluate()}


def constrained() -> dict[str, str]:
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, version = line.split("==")
            pins[canonicalize_name(name)] = version
    return pins


def test_every_dependency_is_constrained_to_a_version_it_allows() -> None:
    pins = constrained()
    for name, requirement in required("research", "search", "challenger", "test", "lint").items():
        assert name in pins, f"{name} is missing from constraints.txt"
        assert requirement.specifier.contains(pins[name]), requirement


def test_every_dependency_has_a_lower_bound() -> None:
    """Without one pip walks back through every release of bentoml."""
    for requirement in required("research", "search", "challenger", "test", "lint").values():
        assert ">=" in str(requirement.specifier), requirement


def test_what_bentoml_wants_of_one_number_has_a_lower_bound() -> None:
    """Each instrumentation wants one exact number of the others; where their newest differ, pip
    walks back through every release of those that have no bound here.
    """

    def wants(name: str) -> list[Requirement]:
        found = map(Requirement, requires(name) or ())
        return [each for each in found if not each.marker or each.marker.evaluate({"extra": ""})]

    names = {canonicalize_name(each.name) for each in wants("bentoml")}
    exact = {
        name
        for name in names
        if name.startswith("opentelemetry-instrumentation-")
        and any("==" in str(each.specifier) for each in wants(name))
    }
    assert exact
    assert exact <= set(required())


def test_what_the_package_imports_it_declares() -> None:
    home = packages_distributions()
    declared = set(required("research"))
    undeclared = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for top in {name.split(".")[0] for name in names}:
                if top in sys.stdlib_module_names or top in ("scorecard", "__future__"):
                    continue
                if not declared & {canonicalize_name(d) for d in home.get(top, ())}:
                    undeclared.add((path.relative_to(ROOT).as_posix(), top))
    # pydantic_core comes with pydantic, of the one version that fits.
    assert {(p, top) for p, top in undeclared if top != "pydantic_core"} == set()


def committed() -> list[Path]:
    """Return the files git has, or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git clone")
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def test_no_registry_address_is_committed() -> None:
    told = re.compile(
        rb"(?:index-url|find-links|trusted-host|PIP_INDEX_URL|UV_INDEX)\s*[= ]\s*\S|"
        rb"(?:file|https?)://\S*(?:/simple\b|/pypi\b|wheels)",
        re.IGNORECASE,
    )
    guilty = [p for p in committed() if p != Path(__file__) and told.search(p.read_bytes())]
    assert guilty == []
    assert not [p for p in committed() if p.name in ("pip.conf", ".pypirc", "uv.toml")]


def test_no_path_of_somebodys_machine_is_committed() -> None:
    told = re.compile(rb"(?<![\w.])/(?:home|Users|root|work)/\w+")
    assert [p for p in committed() if p != Path(__file__) and told.search(p.read_bytes())] == []


def test_a_clone_has_the_two_commands() -> None:
    for target in ("install", "run", "test", "lint", "bench"):
        done = subprocess.run(
            ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_its_products_and_nothing_else(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="the test extra is not installed: make install")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("sme_scorecard-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"scorecard", f"sme_scorecard-{PROJECT['version']}.dist-info"}
    sources = {p.relative_to(ROOT / "src").as_posix() for p in (ROOT / "src").rglob("*.py")}
    assert sources <= set(names)
    for product in ("sme_cn", "sba_7a"):
        for part in ("schema.py", "features.py", "policy.yaml"):
            assert f"scorecard/_products/{product}/{part}" in names
    assert "scorecard/py.typed" in names
    assert not [n for n in names if n.endswith((".pyc", ".parquet", ".db", ".ubj"))]
