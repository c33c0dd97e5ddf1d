"""The registry: which families there are, for what, under which name. One file a family."""

from __future__ import annotations

from dataclasses import replace

from automl.families.base import Estimator
from automl.families.best_single_column import BestSingleColumn, BestSingleColumnRegressor
from automl.families.catboost_trees import CatBoostRegressor, CatBoostTrees
from automl.families.extra_trees import (
    ExtraTrees,
    ExtraTreesDeep,
    ExtraTreesDeepRegressor,
    ExtraTreesRegressor,
)
from automl.families.family import FROM_REGULAR, ONLY_BEST, Family
from automl.families.lightgbm_trees import (
    LightGbm,
    LightGbmExtraTrees,
    LightGbmExtraTreesRegressor,
    LightGbmRegressor,
)
from automl.families.majority import Majority
from automl.families.mean_value import MeanValue
from automl.families.random_forest import RandomForest, RandomForestRegressor
from automl.families.tabular_logistic_regression import TabularLogisticRegression
from automl.families.tabular_nearest_neighbors import (
    TabularNearestNeighbors,
    TabularNearestNeighborsRegressor,
)
from automl.families.tabular_neural_network import (
    TabularNeuralNetwork,
    TabularNeuralNetworkRegressor,
)
from automl.families.tabular_ridge import TabularRidge
from automl.families.text_linear_svm import MANY_ROWS as MANY_TEXTS
from automl.families.text_linear_svm import TextLinearSvm, TextLinearSvmOnWords
from automl.families.text_logistic_regression import TextLogisticRegression
from automl.families.text_naive_bayes import TextNaiveBayes
from automl.families.text_nearest_neighbors import (
    TextNearestNeighbors,
    TextNearestNeighborsRegressor,
)
from automl.families.text_neural_network import TextNeuralNetwork, TextNeuralNetworkRegressor
from automl.families.text_ridge import TextRidge, TextRidgeOnMeaning
from automl.families.text_transformer import TextTransformer, can_tune
from automl.families.xgboost_trees import XgBoost, XgBoostRegressor
from automl.problem import MULTI_CLASS, REGRESSION
from automl.schema import Schema

MAX_BOOSTED_CLASSES = 50
MAX_CATBOOST_CLASSES = 12
MIN_NETWORK_ROWS = 200
# Beyond it forests grow to gigabytes and others take hours; boosted trees and linear ones go on.
MANY_ROWS = 150_000
TEXT, TABULAR = ("text",), ("tabular",)
MAJORITY, MEAN = "majority", "mean"


FAMILIES: dict[str, Family] = {
    family.key: family
    for family in (
        # The meaning of very many texts beside their words would take gigabytes.
        Family(
            "text_linear_svm",
            "Linear SVM (words + meaning)",
            TEXT,
            TextLinearSvm,
            max_rows=MANY_TEXTS,
        ),
        Family(
            "text_linear_svm_on_words",
            "Linear SVM (words)",
            TEXT,
            TextLinearSvmOnWords,
            min_rows_fast=MANY_TEXTS + 1,
        ),
        Family("text_naive_bayes", "Naive Bayes (words)", TEXT, TextNaiveBayes),
        Family(
            "text_logistic_regression",
            "Logistic Regression (meaning)",
            TEXT,
            TextLogisticRegression,
        ),
        Family(
            "text_neural_network",
            "Neural Network (meaning)",
            TEXT,
            TextNeuralNetwork,
            presets=FROM_REGULAR,
        ),
        Family(
            "text_nearest_neighbors",
            "k-Nearest Neighbors (meaning)",
            TEXT,
            TextNearestNeighbors,
            presets=FROM_REGULAR,
            max_rows=20_000,
        ),
        Family(
            "text_transformer",
            "Fine-tuned Transformer",
            TEXT,
            TextTransformer,
            presets=ONLY_BEST,
            max_rows=20_000,
            can_train=can_tune,
        ),
        Family("lightgbm", "LightGBM", TABULAR, LightGbm, max_classes=MAX_BOOSTED_CLASSES),
        Family(
            "lightgbm_extra_trees",
            "LightGBM (extra trees)",
            TABULAR,
            LightGbmExtraTrees,
            presets=ONLY_BEST,
            max_classes=MAX_BOOSTED_CLASSES,
        ),
        Family(
            "xgboost",
            "XGBoost",
            TABULAR,
            XgBoost,
            # One booster a label would cost much and adds little to the other families.
            problem_types=(MULTI_CLASS,),
            presets=FROM_REGULAR,
            max_classes=MAX_BOOSTED_CLASSES,
        ),
        Family(
            "catboost",
            "CatBoost",
            TABULAR,
            CatBoostTrees,
            # One booster a label would cost much and adds little to the other families.
            problem_types=(MULTI_CLASS,),
            presets=FROM_REGULAR,
            max_classes=MAX_CATBOOST_CLASSES,
            max_rows=MANY_ROWS,
        ),
        Family(
            "extra_trees",
            "Extra Trees",
            TABULAR,
            ExtraTrees,
            presets=ONLY_BEST,
            max_rows=MANY_ROWS,
        ),
        Family(
            "extra_trees_deep",
            "Extra Trees (deep)",
            TABULAR,
            ExtraTreesDeep,
            max_rows=MANY_ROWS,
            max_rows_fast=5_000,
        ),
        Family(
            "random_forest",
            "Random Forest",
            TABULAR,
            RandomForest,
            presets=ONLY_BEST,
            max_rows=MANY_ROWS,
        ),
        Family(
            "tabular_logistic_regression",
            "Logistic Regression",
            TABULAR,
            TabularLogisticRegression,
        ),
        Family(
            "tabular_neural_network",
            "Neural Network",
            TABULAR,
            TabularNeuralNetwork,
            min_rows=MIN_NETWORK_ROWS,
            max_rows=MANY_ROWS,
            max_rows_fast=2_000,
        ),
        Family(
            "tabular_nearest_neighbors",
            "k-Nearest Neighbors",
            TABULAR,
            TabularNearestNeighbors,
            max_rows=20_000,
        ),
        Family(MAJORITY, "Majority class (baseline)", TEXT + TABULAR, Majority, is_baseline=True),
        Family(
            "best_single_column",
            "Best single column (baseline)",
            TABULAR,
            BestSingleColumn,
            is_baseline=True,
        ),
    )
}

# What predicts numbers keeps the title, presets and limits of its counterpart.
REGRESSORS: dict[str, type[Estimator]] = {
    "text_neural_network": TextNeuralNetworkRegressor,
    "text_nearest_neighbors": TextNearestNeighborsRegressor,
    "lightgbm": LightGbmRegressor,
    "lightgbm_extra_trees": LightGbmExtraTreesRegressor,
    "xgboost": XgBoostRegressor,
    "catboost": CatBoostRegressor,
    "extra_trees": ExtraTreesRegressor,
    "extra_trees_deep": ExtraTreesDeepRegressor,
    "random_forest": RandomForestRegressor,
    "tabular_neural_network": TabularNeuralNetworkRegressor,
    "tabular_nearest_neighbors": TabularNearestNeighborsRegressor,
    "best_single_column": BestSingleColumnRegressor,
}
NUMBERS = (REGRESSION,)
FAMILIES |= {
    f"{key}_regressor": replace(
        FAMILIES[key], key=f"{key}_regressor", estimator=estimator, problem_types=NUMBERS
    )
    for key, estimator in REGRESSORS.items()
}
FAMILIES |= {
    family.key: family
    for family in (
        Family("text_ridge", "Ridge Regression (words + meaning)", TEXT, TextRidge, NUMBERS),
        Family(
            "text_ridge_on_meaning", "Ridge Regression (meaning)", TEXT, TextRidgeOnMeaning, NUMBERS
        ),
        Family("tabular_ridge", "Ridge Regression", TABULAR, TabularRidge, NUMBERS),
        Family(MEAN, "Mean (baseline)", TEXT + TABULAR, MeanValue, NUMBERS, is_baseline=True),
    )
}


def get_baseline(problem_type: str) -> Family:
    """What needs no training rows."""
    return FAMILIES[MEAN if problem_type == REGRESSION else MAJORITY]


def get_family(key: str) -> Family:
    return FAMILIES[key]


def families_for(
    modality: str,
    problem_type: str,
    *,
    schema: Schema,
    n_rows: int,
    n_classes: int,
    preset: str,
) -> list[Family]:
    """The candidates of a project; decided before anything is trained, from sizes, from what
    reads its texts, and from what is installed."""
    return [
        family
        for family in FAMILIES.values()
        if modality in family.modalities
        and problem_type in family.problem_types
        and family.is_in(preset, n_rows)
        and n_classes <= family.max_classes
        and family.min_rows <= n_rows <= family.max_rows
        and family.can_train(schema)
    ]
