"""The command line in this process: what it prints and how it ends."""

import sys
from collections.abc import Callable

import pytest

from scorecard.cli import main, screen

Ended = tuple[int, str, str]


@pytest.fixture
def scorecard(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Run ``scorecard ARGS``: the exit code, standard output, standard error."""

    def run(*args: object) -> Ended:
        monkeypatch.setattr(screen, "quiet_libraries", lambda: None)
        monkeypatch.setattr(sys, "argv", ["scorecard", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run
