"""Both models of a rater: whose number is whose, and what training never saw of either."""

import polars as pl

import scorecard as sc
from scorecard.rating.unseen import Unseen


def test_the_numbers_are_those_of_the_ratings(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    features = trained.rater.features.evaluate(portfolio.head(200))
    numbers = trained.rater.answers(features)
    rated = trained.rater.rate_features(features)
    for name in ("pd", "score", "margin", "second_pd", "second_score"):
        assert (numbers[name] == rated[name]).all(), name
    labels = trained.rater.scale.labels
    for name in ("grade", "second_grade"):
        assert [labels[k] for k in numbers[name]] == rated[name].to_list()


def test_what_one_model_alone_never_saw_is_said_once_each() -> None:
    unseen = Unseen(sc.load_product("sme_cn").features)
    first = [{"tax_grade": "unseen_level"}, {"tax_grade": "unseen_level"}, {}]
    second = [{"debt_to_assets": "unseen_missing"}, {"tax_grade": "unseen_missing"}, {}]
    assert [[(w.feature, w.code) for w in row] for row in unseen.warnings(first, second)] == [
        [("debt_to_assets", "unseen_missing"), ("tax_grade", "unseen_level")],
        [("tax_grade", "unseen_level")],
        [],
    ]
