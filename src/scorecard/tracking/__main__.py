"""``python -m scorecard.tracking models:/NAME@ALIAS`` prints where the bundle lies, as JSON."""

from __future__ import annotations

import sys

from scorecard.errors import InputError
from scorecard.tracking.store import Store

try:
    sys.stdout.write(Store().resolve(sys.argv[1]).to_json() + "\n")
except InputError as error:
    sys.exit(str(error))
