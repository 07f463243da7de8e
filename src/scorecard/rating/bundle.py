"""A model bundle: plain files and a manifest of their hashes; nothing in it can execute."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scorecard.errors import BundleError

FORMAT = 4
MANIFEST = "manifest.json"
MOST_BYTES = 256 << 20  # of one file; a booster of a thousand deep trees has a tenth of it
FILES = (
    "product.json",
    "policy.json",
    "scorecard.json",
    "booster.ubj",
    "calibration.json",
    "grades.json",
    "background.parquet",
    "reference.json",
    "recourse.json",
    "baseline.json",
)


@dataclass(frozen=True)
class Bundle:
    """The bytes of a bundle's files, checked against its manifest.

    ``manifest`` is the parsed manifest, ``sha256`` the hash of its bytes: the identity of the whole
    bundle, since it names the hash of every file.
    """

    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    sha256: str

    @classmethod
    def seal(cls, files: Mapping[str, bytes], about: Mapping[str, Any]) -> Bundle:
        """Make a bundle of ``files``; ``about`` is what the manifest says beside their hashes.

        The manifest of another bundle will do: what it says of its own bytes is said anew.
        """
        absent = set(FILES) ^ set(files)
        if absent:
            raise BundleError(f"A bundle has exactly the files {FILES}; differs in {absent}.")
        body = {
            **{key: value for key, value in about.items() if key != "self"},
            "format": FORMAT,
            "files": {name: _sha256(data) for name, data in sorted(files.items())},
        }
        manifest = {**body, "self": _sha256(_canonical(body))}
        return cls(dict(files), manifest, _sha256(_canonical(manifest)))

    def write(self, folder: str | Path) -> Path:
        """Write all files into ``folder`` (made if absent), the manifest last."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
        (folder / MANIFEST).write_bytes(_canonical(self.manifest))
        return folder

    @classmethod
    def read(cls, folder: str | Path) -> Bundle:
        """Read every file once and keep the very bytes that were hashed.

        Raises `BundleError`, naming the file, where one is absent, damaged or unknown, and for a
        manifest that was edited or is of a format this version does not read.
        """
        folder = Path(folder)
        manifest_bytes = _read(folder, MANIFEST)
        manifest = _manifest(manifest_bytes)
        files = {}
        for name in FILES:
            data = _read(folder, name)
            if _sha256(data) != manifest["files"].get(name):
                raise BundleError(
                    f"{name} in the bundle does not have the hash its manifest names: it was "
                    "damaged or changed. Restore it from the registry."
                )
            files[name] = data
        return cls(files, manifest, _sha256(manifest_bytes))

    def json(self, name: str) -> Any:
        """Return the parsed content of a JSON file of the bundle.

        Raises `BundleError`, naming the file, for what is no JSON object of finite numbers.
        """
        try:
            data = json.loads(self.files[name], parse_float=_finite, parse_constant=_finite)
        except (ValueError, RecursionError):
            raise BundleError(f"{name} in the bundle is no JSON of finite numbers.") from None
        if not isinstance(data, dict):
            raise BundleError(f"{name} in the bundle is no JSON object.")
        return data


def encode_json(data: Any) -> bytes:
    """Write JSON with exact floats, for a bundle's file."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _manifest(data: bytes) -> dict[str, Any]:
    damaged = BundleError(
        f"{MANIFEST} in the bundle is damaged or was changed. Restore it from the registry."
    )
    try:
        manifest = json.loads(data)
        if not isinstance(manifest, dict) or _canonical(manifest) != data:
            raise damaged
    except (ValueError, RecursionError):
        raise damaged from None
    body = {key: value for key, value in manifest.items() if key != "self"}
    if manifest.get("self") != _sha256(_canonical(body)):
        raise damaged
    if manifest.get("format") != FORMAT:
        raise BundleError(
            f"{MANIFEST} is not of format {FORMAT}, the one that this version reads; train again."
        )
    if not isinstance(manifest.get("files"), dict):
        raise damaged
    return manifest


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise BundleError(f"{name} in the bundle {folder.name!r} is no regular file.")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise BundleError(f"{name} cannot be read in the bundle {folder.name!r} ({why}).") from None
    if len(data) > MOST_BYTES:
        raise BundleError(f"{name} in the bundle {folder.name!r} is larger than any bundle's file.")
    return data


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _canonical(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
