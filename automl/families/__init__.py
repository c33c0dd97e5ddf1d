"""The registry: which families there are, for what, under which name. One file a family.

Estimators are named by module and class, and loaded when they are used: a predictor of few
families needs only the libraries of those.
"""

from __future__ import annotations

from dataclasses import replace

from automl.extras import can_tune_transformer
from automl.families.family import FROM_REGULAR, MANY_TEXTS, ONLY_BEST, Family
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
            "text_linear_svm:TextLinearSvm",
            max_rows=MANY_TEXTS,
        ),
        Family(
            "text_linear_svm_on_words",
            "Linear SVM (words)",
            TEXT,
            "text_linear_svm:TextLinearSvmOnWords",
            min_rows_fast=MANY_TEXTS + 1,
        ),
        Family("text_naive_bayes", "Naive Bayes (words)", TEXT, "text_naive_bayes:TextNaiveBayes"),
        Family(
            "text_logistic_regression",
            "Logistic Regression (meaning)",
            TEXT,
            "text_logistic_regression:TextLogisticRegression",
        ),
        Family(
            "text_neural_network",
            "Neural Network (meaning)",
            TEXT,
            "text_neural_network:TextNeuralNetwork",
            presets=FROM_REGULAR,
        ),
        Family(
            "text_nearest_neighbors",
            "k-Nearest Neighbors (meaning)",
            TEXT,
            "text_nearest_neighbors:TextNearestNeighbors",
            presets=FROM_REGULAR,
            max_rows=20_000,
        ),
        Family(
            "text_transformer",
            "Fine-tuned Transformer",
            TEXT,
            "text_transformer:TextTransformer",
            presets=ONLY_BEST,
            max_rows=20_000,
            can_train=can_tune_transformer,
        ),
        Family(
            "lightgbm",
            "LightGBM",
            TABULAR,
            "lightgbm_trees:LightGbm",
            max_classes=MAX_BOOSTED_CLASSES,
        ),
        Family(
            "lightgbm_extra_trees",
            "LightGBM (extra trees)",
            TABULAR,
            "lightgbm_trees:LightGbmExtraTrees",
            presets=ONLY_BEST,
            max_classes=MAX_BOOSTED_CLASSES,
        ),
        Family(
            "xgboost",
            "XGBoost",
            TABULAR,
            "xgboost_trees:XgBoost",
            # One booster a label would cost much and adds little to the other families.
            problem_types=(MULTI_CLASS,),
            presets=FROM_REGULAR,
            max_classes=MAX_BOOSTED_CLASSES,
        ),
        Family(
            "catboost",
            "CatBoost",
            TABULAR,
            "catboost_trees:CatBoostTrees",
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
            "extra_trees:ExtraTrees",
            presets=ONLY_BEST,
            max_rows=MANY_ROWS,
        ),
        Family(
            "extra_trees_deep",
            "Extra Trees (deep)",
            TABULAR,
            "extra_trees:ExtraTreesDeep",
            max_rows=MANY_ROWS,
            max_rows_fast=5_000,
        ),
        Family(
            "random_forest",
            "Random Forest",
            TABULAR,
            "random_forest:RandomForest",
            presets=ONLY_BEST,
            max_rows=MANY_ROWS,
        ),
        Family(
            "tabular_logistic_regression",
            "Logistic Regression",
            TABULAR,
            "tabular_logistic_regression:TabularLogisticRegression",
        ),
        Family(
            "tabular_neural_network",
            "Neural Network",
            TABULAR,
            "tabular_neural_network:TabularNeuralNetwork",
            min_rows=MIN_NETWORK_ROWS,
            max_rows=MANY_ROWS,
            max_rows_fast=2_000,
        ),
        Family(
            "tabular_nearest_neighbors",
            "k-Nearest Neighbors",
            TABULAR,
            "tabular_nearest_neighbors:TabularNearestNeighbors",
            max_rows=20_000,
        ),
        Family(
            MAJORITY,
            "Majority class (baseline)",
            TEXT + TABULAR,
            "majority:Majority",
            is_baseline=True,
        ),
        Family(
            "best_single_column",
            "Best single column (baseline)",
            TABULAR,
            "best_single_column:BestSingleColumn",
            is_baseline=True,
        ),
    )
}

# What predicts numbers keeps the title, presets and limits of its counterpart.
REGRESSORS: dict[str, str] = {
    "text_neural_network": "text_neural_network:TextNeuralNetworkRegressor",
    "text_nearest_neighbors": "text_nearest_neighbors:TextNearestNeighborsRegressor",
    "lightgbm": "lightgbm_trees:LightGbmRegressor",
    "lightgbm_extra_trees": "lightgbm_trees:LightGbmExtraTreesRegressor",
    "xgboost": "xgboost_trees:XgBoostRegressor",
    "catboost": "catboost_trees:CatBoostRegressor",
    "extra_trees": "extra_trees:ExtraTreesRegressor",
    "extra_trees_deep": "extra_trees:ExtraTreesDeepRegressor",
    "random_forest": "random_forest:RandomForestRegressor",
    "tabular_neural_network": "tabular_neural_network:TabularNeuralNetworkRegressor",
    "tabular_nearest_neighbors": "tabular_nearest_neighbors:TabularNearestNeighborsRegressor",
    "best_single_column": "best_single_column:BestSingleColumnRegressor",
}
NUMBERS = (REGRESSION,)
FAMILIES |= {
    f"{key}_regressor": replace(
        FAMILIES[key], key=f"{key}_regressor", path=path, problem_types=NUMBERS
    )
    for key, path in REGRESSORS.items()
}
FAMILIES |= {
    family.key: family
    for family in (
        Family(
            "text_ridge",
            "Ridge Regression (words + meaning)",
            TEXT,
            "text_ridge:TextRidge",
            NUMBERS,
        ),
        Family(
            "text_ridge_on_meaning",
            "Ridge Regression (meaning)",
            TEXT,
            "text_ridge:TextRidgeOnMeaning",
            NUMBERS,
        ),
        Family("tabular_ridge", "Ridge Regression", TABULAR, "tabular_ridge:TabularRidge", NUMBERS),
        Family(
            MEAN,
            "Mean (baseline)",
            TEXT + TABULAR,
            "mean_value:MeanValue",
            NUMBERS,
            is_baseline=True,
        ),
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
