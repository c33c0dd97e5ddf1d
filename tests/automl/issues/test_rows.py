import numpy as np
import pyarrow as pa
import pytest

from automl.features.embeddings import Embeddings
from automl.issues import rows as rows_module
from automl.issues.rows import count_kept_together, duplicate_clusters, judge_rows
from automl.issues.vectors import place_rows
from automl.schema import CATEGORICAL, NUMERIC, TEXT, Column, Schema

TEXTS = [
    "How do I track my card?",
    "how do I  track my card?",
    "Why was my payment refused?",
    "Write to bob@example.org please",
    "",
    "Wo ist meine neue Karte, die ich bestellt habe?",
]


def judge_texts(texts):
    table = pa.table({"c0": pa.array(texts, pa.string())})
    schema = Schema((Column("text", TEXT, 0),))
    return judge_rows(table, schema, "text", Embeddings(table), seed=0)


def make_table(n_rows=200):
    rng = np.random.default_rng(0)
    cells = [f"{value:.3f}" for value in rng.normal(size=n_rows)]
    kinds = [["red", "green"][i % 2] for i in range(n_rows)]
    return pa.table({"c0": cells, "c1": kinds})


SCHEMA = Schema((Column("size", NUMERIC, 0), Column("color", CATEGORICAL, 1)))


def test_texts_are_compared_and_read():
    found = judge_texts(TEXTS).to_pydict()
    assert found["near_duplicate_cluster_id"] == [0, 0, None, None, None, None]
    assert found["near_duplicate_score"][:2] == [1.0, 1.0]
    assert found["neighbor_row_ids"][0][0] == 1
    assert [len(ids) for ids in found["neighbor_row_ids"]] == [5] * 6
    assert found["is_PII"] == [False, False, False, True, False, False]
    assert found["predicted_language"][5] == "de"
    assert found["is_empty_text"][4]


def test_null_cells_are_empty_texts():
    assert judge_texts(["a b c", None])["is_empty_text"].to_pylist() == [False, True]


def test_rows_of_tables_have_no_columns_of_texts():
    table = make_table()
    found = judge_rows(table, SCHEMA, "tabular", Embeddings(table), seed=0)
    assert found.column_names == [
        "neighbor_row_ids",
        "neighbor_distances",
        "is_near_duplicate",
        "near_duplicate_score",
        "near_duplicate_cluster_id",
        "is_outlier",
        "outlier_score",
    ]
    assert found.num_rows == 200


def test_a_table_row_and_its_copy_are_a_cluster():
    cells = make_table()
    table = pa.concat_tables([cells, cells.slice(3, 1)])
    found = judge_rows(table, SCHEMA, "tabular", Embeddings(table), seed=0)
    clusters = found["near_duplicate_cluster_id"].to_pylist()
    assert clusters[3] == clusters[200] is not None
    numbers = duplicate_clusters(found)
    assert numbers[3] == numbers[200]
    assert len(set(numbers.tolist())) == 1 + len(set(clusters) - {None}) + clusters.count(None) - 1


def test_a_wide_table_keeps_its_distances():
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(300, 200)).round(3).astype(str)
    table = pa.table({f"c{i}": wide[:, i] for i in range(200)})
    schema = Schema(tuple(Column(f"x{i}", NUMERIC, i) for i in range(200)))
    vectors = place_rows(table, schema, "tabular", Embeddings(table), seed=0)
    assert vectors.shape == (300, 64)
    lengths = np.linalg.norm(vectors[::2] - vectors[1::2], axis=1)
    assert lengths.mean() == pytest.approx(np.sqrt(2 * 200), rel=0.05)


def test_rows_without_any_telling_column_are_copies():
    table = pa.table({"c0": ["x"] * 30})
    schema = Schema((Column("same", CATEGORICAL, 0),))
    found = judge_rows(table, schema, "tabular", Embeddings(table), seed=0)
    assert found["near_duplicate_cluster_id"].to_pylist() == [0] * 30
    assert not any(found["is_outlier"].to_pylist())
    assert rows_module.NEIGHBOR_IDS in found.column_names


def test_clusters_in_one_fold_are_counted_with_their_rows():
    clusters = pa.array([0, 0, None, 1, 1, 1, 2, 2, None], pa.int64())
    rows = pa.table({"near_duplicate_cluster_id": clusters})
    folds = np.array([3, 3, 1, 0, 0, 0, 1, 2, 2])
    assert count_kept_together(rows, folds) == (5, 2)
    assert count_kept_together(rows.slice(2, 1), folds[2:3]) == (0, 0)
