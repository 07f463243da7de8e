"""The drafted ``policy.yaml``: every line that training needs, every number marked for review."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent

import numpy as np

from scorecard.draft.borrower import Borrower
from scorecard.draft.source import comment
from scorecard.draft.spelling import yaml_text
from scorecard.draft.target import Target
from scorecard.draft.windows import Windows

_TEMPLATE = """\
# Drafted by `scorecard init`; every line marked `review:` is a guess or a default, no decision.
version: "draft"
effective_date: {day}
source: {source}

product:
  zh: {name}
  en: {name}

# review: who must the model not be about? Each exclusion is a SQL rule with a reason_zh and a
# reason_en.
population:
  exclusions: []

{outcome_said}
outcome:
  bad: {bad}
  known: {known}
  # review: months after which the outcome is settled; null means that it has no horizon.
  horizon_months: null
  zh: {target}
  en: {target}

{sample_said}
{borrower_said}
sample:
  observation_date: {date}
  weight: {weight}
  borrower: {borrower}
  in_time: {in_time}
  out_of_time: {out_of_time}

# review: the mean PD that is expected of the whole business, and where the number comes from; the
# rows set apart to calibrate on (a SQL condition within the in-time window; null: cross-fitting on
# all of them); and how strongly PDs move with the economy.
calibration:
  central_tendency: {central_tendency}
  source: {central_source}
  period: null
  period_source: No rows are set apart, so that the models learn from all in-time rows.
  asset_correlation: {asset_correlation}
  asset_correlation_source: >-
    Basel Framework CRE31, other retail exposures, at the central tendency:
    .03·(1 − e^(−35·PD)) + .16·e^(−35·PD).

# review: which model answers, and by how much the other must be better to take its place.
answering:
  default: scorecard
  metric: auc
  min_gain: 0.01

# review: contributions of fewer log-odds are no reason; codes whose features are at least this
# correlated (by rank, either way) are added; and what the applicant is compared with is called.
reasons:
  min_contribution: 0.02
  merge_correlation: 0.7
  compared_with: {{zh: 可比申请人, en: comparable applicants}}

# review: the scale of the points.
score:
  pdo: 20
  base_score: 600
  base_odds: 30

# review: the master scale.
grades:
  first_edge: 0.0005
  ratio: 400
  count: 10
  pd_floor: 0.0005

# review: the worst grade that can be approved.
cutoff_grade: R8

# review: when a validation turns amber and red. alpha is the chance that a report on a good model
# shows any red light; a light that a test decides turns only where the number is beyond its line.
validation:
  source: >-
    Defaults of `scorecard init`: conventions of the field (stability .1 and .25, four fifths for
    approvals); no decision of anybody.
  alpha: 0.05
  data:
    rejected: {{amber: 0.01, red: 0.05}}
    outside: {{amber: 0.3, red: 0.6}}
  discrimination:
    auc: {{amber: 0.65, red: 0.6}}
    fall: {{amber: 0.02, red: 0.05}}
    segments: []
  calibration:
    grade_factor: {{amber: 1.2, red: 1.5}}
    level_factor: {{amber: 1.25, red: 2.0}}
  stability:
    psi: {{amber: 0.1, red: 0.25}}
  concentration:
    herfindahl: {{amber: 0.2, red: 0.4}}
  migration:
    far: {{amber: 0.1, red: 0.25}}
  leakage:
    auc: {{amber: 0.8, red: 0.85}}
    iv: {{amber: 0.5, red: 1.0}}
  # One strong feature, or a portfolio of low PDs, multiplies the mean PD whatever the model's
  # quality: to be known, not a fault. Whether a strong feature leaks is leakage's to say. A line
  # `red:` beside amber makes it a limit.
  sensitivity:
    single_factor: {{amber: 3.0}}
    downturn_index: -2.33
    downturn_factor: {{amber: 3.0}}
{groups_said}
  fairness:
    groups: {groups}
    impact_ratio: {{amber: 0.9, red: 0.8}}
    opportunity_gap: {{amber: 0.1, red: 0.2}}
    calibration_gap: {{amber: 0.02, red: 0.05}}
    proxy_auc: {{amber: 0.65, red: 0.75}}
  challenger:
    gain: {{amber: 0.01, red: 0.03}}

# review: what a model must show before it becomes champion: no worse than the one in office, and
# no light worse than the one that is named.
promotion:
  source: >-
    Defaults of `scorecard init`: conventions of the field (stability .1 and .25, four fifths for
    approvals); no decision of anybody.
  champion: {{max_loss: 0.005, alpha: 0.05}}
  lights:
    data: amber
    discrimination: amber
    calibration: amber
    stability: amber
    monotonicity: green
    explanation: green
    leakage: amber
    fairness: amber

models:
  scorecard: {{}}
  boosted: {{}}
{remarks}"""

_GROUPS = (
    "review: audit-only columns that tell what a person is, and the numbers that divide each (here "
    "its quartiles, rounded); an empty list makes its levels the groups."
)
_NO_GROUPS = (
    "review: no column was found that tells what a person is; to have fairness judged, declare an "
    "audit-only one and name it here: {column: [25, 40, 60]}, or {column: []} for its levels."
)

_NOT_IN_TIME = """
remarks:
  - zh: 表中没有可用的观察日期：所称时间外的结果来自留出的行，并非之后的时期。
    en: >-
      NOT OUT OF TIME: the table has no usable observation date, so what is called out of time are
      rows held out by a hash of the same period; a later period may go differently.
"""


@dataclass(frozen=True)
class Business:
    """The numbers of a policy that the table tells: mean PD, its source, and the weight column."""

    name: str
    day: str
    source: str
    weight: str | None
    central_tendency: float
    central_source: str


def policy_source(
    business: Business,
    target: Target,
    windows: Windows,
    borrower: Borrower,
    groups: Mapping[str, Sequence[float]],
) -> str:
    """Return the text of ``policy.yaml``; ``groups`` as `audit_groups` gives them."""
    date = windows.date
    return _TEMPLATE.format(
        day=yaml_text(business.day),
        source=yaml_text(business.source),
        name=yaml_text(business.name),
        target=yaml_text(target.column),
        outcome_said=_comment(f"review: {target.said}."),
        bad=yaml_text(target.bad),
        known=yaml_text(target.known),
        sample_said=_comment(f"review: {windows.said}."),
        borrower_said=_comment(f"review: {borrower.said}."),
        borrower="null" if borrower.column is None else yaml_text(borrower.column),
        date="null" if date is None else yaml_text(date),
        weight="null" if business.weight is None else yaml_text(business.weight),
        in_time=yaml_text(windows.in_time),
        out_of_time=yaml_text(windows.out_of_time),
        central_tendency=business.central_tendency,
        central_source=yaml_text(business.central_source),
        asset_correlation=_asset_correlation(business.central_tendency),
        groups_said=indent(_comment(_GROUPS if groups else _NO_GROUPS), "  "),
        groups=_flow(groups),
        remarks=_NOT_IN_TIME if date is None else "",
    )


def _flow(groups: Mapping[str, Sequence[float]]) -> str:
    parts = (
        f"{yaml_text(column)}: [{', '.join(_plain(cut) for cut in cuts)}]"
        for column, cuts in groups.items()
    )
    return "{" + ", ".join(parts) + "}"


def _plain(number: float) -> str:
    """Write a number without an exponent, which YAML would read as a text."""
    return np.format_float_positional(number, trim="-")


def _asset_correlation(pd: float) -> float:
    """Return the formula that the drafted line names, to four digits."""
    share = math.exp(-35 * pd)
    return round(0.03 * (1 - share) + 0.16 * share, 4)


def _comment(text: str) -> str:
    return "\n".join(comment(text))
