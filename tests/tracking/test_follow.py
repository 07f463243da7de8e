"""Following an alias: the file changes when the alias does, and the follower ends with its pipe."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from scorecard.errors import InputError
from scorecard.tracking import Resolved, pointer
from scorecard.tracking.follow import follow
from scorecard.tracking.registry import Version


class Registry:
    """Answers with what a test sets; None is a registry that is away."""

    def __init__(self) -> None:
        self.number: str | None = "1"
        self.looks = 0
        self.fetched: list[str] = []

    def find(self, uri: str) -> Version:
        self.looks += 1
        if self.number is None:
            raise InputError("No model.")
        return Version("m", self.number, {"bundle_sha256": f"hash {self.number}"})

    def resolve(self, uri: str) -> Resolved:
        self.fetched.append(uri)
        number = uri.rpartition("/")[2]
        return Resolved(f"folder {number}", "m", number, f"hash {number}")


def test_the_file_follows_the_alias(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry, file = Registry(), tmp_path / "pointer.json"
    ours, theirs = os.pipe()
    with os.fdopen(ours) as until:
        thread = threading.Thread(
            target=follow,
            args=("models:/m@champion", file),
            kwargs={"registry": registry, "every": 0.01, "until": until},
        )
        thread.start()

        def turn(number: str | None) -> None:
            registry.number, seen = number, registry.looks
            while registry.looks < seen + 3:
                time.sleep(0.005)

        for number in ("1", "2", "1", None, None, "2"):
            before = file.stat().st_ino if number is None else None
            turn(number)
            if number is None:
                assert file.stat().st_ino == before
            else:
                assert pointer.read(file).version == number
                assert pointer.read(file).sha256 == f"hash {number}"
        os.close(theirs)
        thread.join(5)
        assert not thread.is_alive()
    assert registry.fetched == ["models:/m/1", "models:/m/2"]
    assert capsys.readouterr().err.count("not followed for now: No model.") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["pointer.json"]
