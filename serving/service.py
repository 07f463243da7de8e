"""The BentoML service of this project: ``bentoml serve serving/service.py:service``.

The environment chooses the model: see ``scorecard.web.door.service_from_environment``.
"""

import os
from pathlib import Path

os.environ.setdefault(
    "SCORECARD_EXAMPLE", str(Path(__file__).with_name("example_request.json").resolve())
)

from scorecard.web.service import service

__all__ = ["service"]
