"""A bundle is what its manifest says, byte for byte, or it does not load."""

import json
import shutil
from pathlib import Path

import pytest

import scorecard as sc
from scorecard.errors import BundleError
from scorecard.rating.bundle import FILES, MANIFEST


@pytest.fixture
def copy(bundle_path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle_path, tmp_path / "bundle"))


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
@pytest.mark.parametrize("where", [0.0, 0.37, 0.999])
def test_a_flipped_byte_stops_loading_and_names_the_file(
    copy: Path, name: str, where: float
) -> None:
    data = bytearray((copy / name).read_bytes())
    data[int(len(data) * where)] ^= 1
    (copy / name).write_bytes(bytes(data))
    with pytest.raises(BundleError, match=name):
        sc.Rater.load(copy)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_an_absent_or_cut_file_is_named(copy: Path, name: str) -> None:
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[:-1])
    with pytest.raises(BundleError, match=name):
        sc.Rater.load(copy)
    (copy / name).unlink()
    with pytest.raises(BundleError, match=name):
        sc.Rater.load(copy)


def test_an_edited_manifest_is_refused_even_when_its_hashes_fit(copy: Path) -> None:
    manifest = json.loads((copy / MANIFEST).read_bytes())
    manifest["answering"] = "boosted" if manifest["answering"] == "scorecard" else "scorecard"
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False, indent=1)
    (copy / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match=MANIFEST):
        sc.Rater.load(copy)


def test_the_same_training_gives_the_same_bytes(
    trained: sc.TrainingResult, small_product: sc.Product, portfolio: object
) -> None:
    again = sc.train(small_product, portfolio, seed=3, register=False)  # type: ignore[arg-type]
    assert again.bundle.sha256 == trained.bundle.sha256


def test_the_bundle_holds_no_pickle(bundle_path: Path) -> None:
    assert {p.name for p in bundle_path.iterdir()} == {*FILES, MANIFEST}
    for path in bundle_path.iterdir():
        assert not path.read_bytes().startswith(b"\x80"), path.name
