"""Whether a product's declaration can be trained, told before any work is done."""

from __future__ import annotations

from scorecard.contract import Product
from scorecard.errors import ProductError
from scorecard.policy import Policy
from scorecard.training.target import retarget


def trainable_policy(product: Product, target: str | None = None) -> Policy:
    """Return the policy that training follows, with ``target`` in place of the declared outcome.

    Raises `LeakError` when a feature reads a column that is not for scoring, and `ProductError` for
    features with special values, a policy that breaks a rule, or a target that is no outcome.
    """
    product.refuse_leaks()
    _refuse_special_values(product)
    policy = Policy.parse(product.policy)
    return policy if target is None else retarget(product, policy, target)


def _refuse_special_values(product: Product) -> None:
    named = [feature.name for feature in product.features.features if feature.special_values]
    if named:
        raise ProductError(
            f"{product.name}: feature(s) {', '.join(named)} declare special_values, which cannot "
            "be trained yet: the scorecard would give these codes points of their own, the boosted "
            "model has no policy for them and would read them as amounts. Write them as a null or "
            "as a feature of their own in the SQL."
        )
