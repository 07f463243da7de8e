"""The pictures of a report, by the table they are drawn from: ``section.table``."""

from scorecard.validation.pictures.gallery import PICTURES
from scorecard.validation.pictures.look import Look, Picture

__all__ = ["PICTURES", "Look", "Picture"]
