"""Numbers beyond a line, and whether tests bear them out, all tests of a section together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scorecard.validation.holm import holm
from scorecard.validation.light import Light

#: The level at which an amber light counts as borne out.
DOUBT = 0.05


@dataclass(frozen=True)
class Claim:
    """What a number alone says (``light``), and how likely chance would say so.

    ``p_red`` and ``p_amber`` are p-values of the number lying beyond the red and the amber line;
    where one test serves both (that there is any difference at all) they are the same.
    """

    light: Light
    p_red: float
    p_amber: float


@dataclass(frozen=True)
class Verdict:
    """The light that is borne out, and the corrected p-value of the light that was claimed."""

    light: Light
    p_value: float


def verdicts(claims: Sequence[Claim], alpha: float) -> list[Verdict]:
    """Judge the claims of one section: red at ``alpha`` and amber at `DOUBT`, both by Holm."""
    red = holm([claim.p_red for claim in claims])
    amber = holm([claim.p_amber for claim in claims])
    return [_verdict(*each, alpha) for each in zip(claims, red, amber, strict=True)]


def _verdict(claim: Claim, p_red: float, p_amber: float, alpha: float) -> Verdict:
    if claim.light is Light.RED and p_red <= alpha:
        return Verdict(Light.RED, p_red)
    if claim.light in (Light.RED, Light.AMBER):
        return Verdict(Light.AMBER if p_amber <= DOUBT else Light.GREEN, p_amber)
    return Verdict(claim.light, p_amber)
