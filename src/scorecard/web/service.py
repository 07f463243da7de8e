"""What BentoML serves: ``bentoml serve scorecard.web.service:service``.

Importing this module loads the bundle named by the environment; nothing but BentoML imports it.
"""

import sys

from scorecard.errors import ScorecardError
from scorecard.web.door import service_from_environment

try:
    service = service_from_environment()
except ScorecardError as error:
    sys.exit(f"scorecard: {error}")
