"""Who applies: when, how old, in which industry, and what nobody sees directly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from scorecard.simulation import industries
from scorecard.simulation.cycle import COHORTS, observation_days
from scorecard.simulation.draw import (
    Bools,
    Floats,
    Indices,
    codes,
    day,
    flag,
    level,
    lognormal,
    money,
    pick,
    whole,
)

DAYS_A_MONTH = 30.4375
REGIONS = (
    "110105", "120103", "130102", "210102", "310115", "320106", "320505", "330106", "330203",
    "340104", "350203", "370102", "370203", "410105", "420106", "430102", "440106", "440305",
    "500112", "510107", "520103", "530102", "610113", "620102",
)  # fmt: skip
ENTITY_TYPES = (
    "limited_company", "joint_stock", "partnership", "sole_proprietorship", "individual_business",
)  # fmt: skip
STATUSES = ("active", "suspended", "revoked", "cancelled", "moved_out")
PREMISES = ("owned", "leased", "family_owned", "shared_office")


@dataclass(frozen=True, slots=True)
class Firms:
    """The firms of a portfolio, one array element each; latent traits have deviation near 1.

    ``quality`` of the business, ``conduct`` of the owner, ``appetite`` for debt, ``formality`` of
    the books, ``stress`` at this moment, ``economy`` of the month of application (1 is best).
    ``revenue`` is the true one in yuan, ``age`` is in months.
    """

    as_of: Indices
    economy: Floats
    industry: Indices
    age: Floats
    startup: Bools
    quality: Floats
    conduct: Floats
    appetite: Floats
    formality: Floats
    stress: Floats
    revenue: Floats
    growth: Floats

    @property
    def n(self) -> int:
        """How many firms there are."""
        return len(self.age)

    def trait(self, name: str) -> Floats:
        """Return one numeric trait of each firm's industry section."""
        return np.asarray(industries.trait(name)[self.industry], dtype=np.float64)


def found(rng: np.random.Generator, n: int, economy: Floats) -> Firms:
    """Draw ``n`` firms over the monthly cohorts, ``economy`` (60,) the state in each."""
    month = rng.integers(0, COHORTS, n)
    state = economy[month]
    startup = rng.random(n) < 0.13
    older = np.clip(78.0 * lognormal(rng, 0.62, n), 24.0, 480.0)
    age = np.where(startup, rng.uniform(10.0, 24.0, n), older)

    z = rng.standard_normal((5, n))
    quality = z[0]
    conduct = 0.35 * quality + 0.94 * z[1]
    appetite = -0.25 * quality - 0.10 * conduct + 0.96 * z[2]
    formality = 0.20 * quality + 0.30 * conduct + 0.91 * z[3]
    stress = -0.30 * quality - 0.15 * conduct + 0.20 * appetite - 0.20 * state + 0.90 * z[4]

    industry = pick(rng, industries.SHARES, n)
    tail = np.where(rng.random(n) < 0.03, 1.0 + rng.pareto(1.6, n), 1.0)
    size = lognormal(rng, 0.85, n) * tail * np.exp(0.25 * quality) * (age / 78.0) ** 0.35
    revenue = np.clip(4.2e6 * size, 1.5e5, 8e8)
    growth = (
        0.05 + 0.07 * quality - 0.04 * stress + 0.07 * state + 0.18 * startup
        + 0.19 * rng.standard_normal(n)
    )  # fmt: skip
    return Firms(
        as_of=observation_days(month, rng.integers(1, 29, n)),
        economy=state,
        industry=industry,
        age=age,
        startup=startup,
        quality=quality,
        conduct=conduct,
        appetite=appetite,
        formality=formality,
        stress=stress,
        revenue=revenue,
        growth=np.clip(growth, -0.85, 3.0),
    )


def identity_columns(rng: np.random.Generator, firms: Firms) -> dict[str, pl.Series]:
    """Draw what the registers and a visit say of the firms."""
    n = firms.n
    registered = 1e4 * np.ceil(80.0 * lognormal(rng, 1.0, n) * (firms.revenue / 4.2e6) ** 0.4)
    paid_in = np.where(rng.random(n) < 0.3, 1.0, rng.beta(1.2, 1.6, n)) * registered
    people = np.ceil(3.0 + 9.0 * lognormal(rng, 0.5, n) * (firms.revenue / 4.2e6) ** 0.7)
    insured_share = 1.0 / (1.0 + np.exp(-0.2 - 0.9 * firms.formality - rng.standard_normal(n)))
    premises = pick(rng, (0.22, 0.60, 0.10, 0.08), n)
    leased = (premises == 1) | (premises == 3)
    runs_on_power = industries.in_sections(industries.OPERATING)[firms.industry] > 0
    power_growth = np.where(
        runs_on_power,
        0.6 * firms.growth - 0.15 * firms.stress + 0.12 * rng.standard_normal(n),
        0.20 * rng.standard_normal(n),
    )
    kwh = firms.revenue * firms.trait("kwh") * lognormal(rng, 0.6, n)
    no_power_bill = rng.random(n) < np.where(leased, 0.35, 0.10)
    outlook = firms.trait("outlook") + 0.5 * firms.economy + 0.5 * rng.standard_normal(n)
    return {
        "uscc": codes(rng, "91", 18, n),
        "established_date": day(firms.as_of - (firms.age * DAYS_A_MONTH).astype(np.int64)),
        "registered_capital": money(registered),
        "paid_in_capital": money(np.floor(paid_in), rng.random(n) < 0.08),
        "registration_status": level(STATUSES, pick(rng, (0.992, 0.003, 0.002, 0.002, 0.001), n)),
        "region_code": level(REGIONS, rng.integers(0, len(REGIONS), n)),
        "entity_type": level(ENTITY_TYPES, pick(rng, (0.70, 0.03, 0.04, 0.05, 0.18), n)),
        "industry_code": level(industries.CODES, firms.industry),
        "prohibited_industry_flag": flag(rng.random(n) < 0.004),
        "industry_outlook": whole(np.clip(np.round(outlook), -2, 2)),
        "employee_count": whole(people),
        "insured_employee_count": whole(np.floor(people * insured_share), rng.random(n) < 0.05),
        "owner_industry_years": whole(
            np.clip(firms.age / 12.0 + rng.gamma(2.0, 2.5, n), 0, 60), rng.random(n) < 0.06
        ).cast(pl.Float64),
        "premises_type": level(PREMISES, premises),
        "lease_months_left": whole(np.clip(18.0 * lognormal(rng, 0.8, n), 0, 240), ~leased),
        "electricity_kwh_12m": money(kwh, no_power_bill),
        "electricity_yoy": pl.Series(
            np.where(no_power_bill, np.nan, np.clip(power_growth, -0.95, 5.0)), nan_to_null=True
        ),
    }
