"""``python -m scorecard.tracking models:/NAME@ALIAS`` prints where the bundle lies, as JSON.

With ``--follow FILE`` it keeps that line in the file up to date until standard input ends.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from scorecard.errors import InputError
from scorecard.tracking.registry import Registry

try:
    match sys.argv[1:]:
        case [uri]:
            sys.stdout.write(Registry().resolve(uri).to_json() + "\n")
        case [uri, "--follow", file]:
            from scorecard.tracking.follow import follow

            # Ctrl-C reaches this process too; it ends with the one that started it.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            follow(uri, Path(file))
        case _:
            sys.exit("Give models:/NAME@ALIAS, and --follow FILE to keep a file up to date.")
except InputError as error:
    sys.exit(str(error))
