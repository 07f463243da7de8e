"""What is in office: one bundle with all that is made from it, replaced as a whole."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scorecard.web.answer import to_json
from scorecard.web.applications import Applications
from scorecard.web.openapi import document
from scorecard.web.wording import Wording

if TYPE_CHECKING:
    from scorecard.rating import Rater

EXAMPLE_FILE = "serving/example_request.json"  # of this project, for its default product
logger = logging.getLogger("scorecard.web")


@dataclass(frozen=True)
class Incumbent:
    """A rater and what the endpoints need beside it: all of one bundle.

    ``api`` is the OpenAPI document as JSON, ``example_file`` the name of a request that this bundle
    takes, None where none is known.
    """

    rater: Rater
    applications: Applications
    wording: Wording
    api: bytes
    example_file: str | None


@dataclass(frozen=True)
class Example:
    """The body of one request and what the page calls its file."""

    body: Mapping[str, Any]
    file: str = EXAMPLE_FILE


class Office:
    """Holds the incumbent. Whoever answers reads ``incumbent`` once, and keeps to what it read.

    ``example`` is shown in the OpenAPI document as long as the incumbent's product takes it.
    """

    def __init__(self, rater: Rater, example: Example | None = None) -> None:
        self._example = example
        self.incumbent = self.prepare(rater)

    def prepare(self, rater: Rater) -> Incumbent:
        """Return what would be in office with ``rater``; a warning for an example it refuses."""
        applications = Applications(rater.product)
        example = self._example
        if example is not None:
            row = applications.one(dict(example.body))
            if isinstance(row, tuple):
                logger.warning("The example is not shown: %s refuses it.", rater.product.name)
                example = None
            else:
                rater.rate_rows([row])  # so that nobody waits for what a first rating sets up
        body = None if example is None else example.body
        return Incumbent(
            rater=rater,
            applications=applications,
            wording=Wording(rater.product),
            api=to_json(document(rater.product, rater.model, body)),
            example_file=None if example is None else example.file,
        )

    def install(self, incumbent: Incumbent) -> None:
        """Let every request from now on be answered by ``incumbent``."""
        self.incumbent = incumbent
