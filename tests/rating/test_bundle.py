"""A bundle is what its manifest says, byte for byte, or it does not load."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

import scorecard as sc
from scorecard.errors import BundleError, InputError
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


def test_a_bundle_sealed_under_the_manifest_of_another_is_read_again(
    trained: sc.TrainingResult, tmp_path: Path
) -> None:
    other = "boosted" if trained.bundle.manifest["answering"] == "scorecard" else "scorecard"
    sealed = sc.Bundle.seal(trained.bundle.files, {**trained.bundle.manifest, "answering": other})
    assert sc.Bundle.read(sealed.write(tmp_path / "other")).sha256 == sealed.sha256
    again = sc.Bundle.seal(trained.bundle.files, trained.bundle.manifest)
    assert again.sha256 == trained.bundle.sha256


def _forged(trained: sc.TrainingResult, name: str, data: bytes) -> sc.Bundle:
    """Seal a bundle whose hashes fit, as somebody who writes it by hand can."""
    return sc.Bundle.seal({**trained.bundle.files, name: data}, trained.bundle.manifest)


def _changed(trained: sc.TrainingResult, name: str, old: str, new: str) -> sc.Bundle:
    text = trained.bundle.files[name].decode()
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    return _forged(trained, name, changed.encode())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scorecard.json", r'"alpha": [^,]+', '"alpha": NaN'),
        ("scorecard.json", r'"alpha": [^,]+', '"alpha": 1e999'),
        ("scorecard.json", r'"factor": [^,]+', '"factor": 0'),
        ("scorecard.json", r'"woe": \[\s*[^,]+', '"woe": ["high"'),
        ("calibration.json", r'"slope": [^,]+', '"slope": -1'),
        ("calibration.json", '"boosted"', '"other"'),
        ("grades.json", r'"pd_floor": [^,}]+', '"pd_floor": 2'),
        ("policy.json", '"min_contribution"', '"most"'),
        ("policy.json", '"rule": "[^"]+"', '"rule": "revenue_ltm"'),
        ("reference.json", '"months_established": [0-9.]+', '"months_established": "old"'),
        ("reference.json", '"DEBT_LOAD"', '"OTHER"'),
        ("reference.json", '"typical"', '"usual"'),
        ("product.json", '"name": "sme_cn"', '"name": ["sme_cn"]'),
        ("product.json", r'"normal": "[^"]+"', '"normal": "1.0"'),
    ],
)
def test_a_forged_file_with_fitting_hashes_is_refused_in_a_sentence(
    trained: sc.TrainingResult, name: str, old: str, new: str
) -> None:
    with pytest.raises(BundleError):
        sc.Rater(_changed(trained, name, old, new))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"a": 1}'])
def test_foreign_bytes_in_any_file_are_refused_in_a_sentence(
    trained: sc.TrainingResult, name: str, data: bytes
) -> None:
    with pytest.raises(BundleError) as caught:
        sc.Rater(_forged(trained, name, data))
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "text", ["[]", "[" * 100_000, '{"files": []}', '{"format": 1}', "1e999", '{"self": NaN}']
)
def test_a_foreign_manifest_is_refused_in_a_sentence(copy: Path, text: str) -> None:
    (copy / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match=MANIFEST):
        sc.Rater.load(copy)


def test_a_pipe_in_place_of_a_file_is_not_waited_for(copy: Path) -> None:
    (copy / "grades.json").unlink()
    os.mkfifo(copy / "grades.json")
    with pytest.raises(BundleError, match=r"grades\.json"):
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


def test_an_address_is_sent_to_load() -> None:
    with pytest.raises(InputError, match=r"Rater\.load"):
        sc.Rater("models:/sme_cn@champion")  # type: ignore[arg-type]
