"""The pictures of a report, by the table they are drawn from: ``section.table``."""

from scorecard.validation.pictures.gallery import PICTURES, picture_of
from scorecard.validation.pictures.look import Look, Picture

__all__ = ["PICTURES", "Look", "Picture", "picture_of"]
