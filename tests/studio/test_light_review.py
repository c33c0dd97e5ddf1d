"""The review in the web process: pandas (100 MB, seconds to load) does not come along."""

import subprocess
import sys
import textwrap

import pyarrow as pa
import pytest

from ..factories import write_table

SETUP = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from studio import (
    analytics, cleanset_export, cleanset_tables, clean_top, correction_columns, dataset_cells,
    hot_spots, patch_export, resolver, review, review_filters, table_formats,
)
from automl.arrow_arrays import make_integer_array
from studio.review_query import ReviewQuery

for module in (
    analytics, cleanset_tables, clean_top, dataset_cells, patch_export, resolver, review,
    review_filters,
):
    module.local_path = Path

class Rows(list):
    def filter(self, **_): return self
    def order_by(self, *_): return self
    def values_list(self, *fields, **__): return self if len(fields) > 1 else Rows()
    def count(self): return 0

now = datetime.now(UTC)
decided = Rows([(0, "keep", None, "a@b.example", now), (2, "label", "=b", None, now)])
patch_export.RowDecision = SimpleNamespace(objects=decided)

issues, table = sys.argv[1:]
patch = Path(table).with_name("patch.csv")
patch.write_text("row_id,column,old,new,source\\n0,size,1,2,label\\n")
profiles = [
    {"name": "text", "position": 0, "kind": "text"},
    {"name": "size", "position": 1, "kind": "numeric", "n_missing": 1},
    {"name": "day", "position": 2, "kind": "datetime"},
    {"name": "group", "position": 3, "kind": "categorical", "n_distinct": 1},
]
dataset = SimpleNamespace(
    table_file=table, profiles=profiles, n_rows=3, column_names=["text", "size"]
)
project = SimpleNamespace(
    dataset=dataset, feature_schema=profiles, row_facts_file=None, problem_type="multi-class",
    has_labels=True, has_classes=True,
    label_column="size", label_position=1,
)
cleanset = SimpleNamespace(
    pk=1, previous=None, issues_file=issues, project=project, decisions=Rows(), tags=Rows(),
    n_rows=3, flag_counts={}, n_issues=1, n_unlabelled=0,
)
def all_rows():
    return cleanset_tables.read_all(cleanset, with_excluded=False)

def ids():
    return make_integer_array([0, 1, 2]), make_integer_array([2])

everything = ReviewQuery(
    given=("a",), suggested=("b",), search="o", column=0, contains="o",
    lows=(("label_issue_score", 0.1), ("text_num_characters", 1)), sort="c1",
)
"""


@pytest.mark.parametrize(
    "code",
    [
        "review.read_page(cleanset, everything)",
        "review.read_page(cleanset, ReviewQuery(preset='issues', sort='given_label'))",
        "review.read_page(cleanset, ReviewQuery(preset='undecided'))",
        "review.read_page(cleanset, ReviewQuery(column=3, contains='a', is_whole=True))",
        "review.read_page(cleanset, ReviewQuery(column=2, cell_from='2024-01-01', sort='c2'))",
        "list(hot_spots._count_parts(cleanset, profiles[1], *ids()))",
        "list(hot_spots._count_words(cleanset, profiles[3], *ids()))",
        "review.page_of_row(cleanset, ReviewQuery(), 1)",
        "resolver.read_detail(cleanset, ReviewQuery(), 1)",
        "analytics.read_analytics(cleanset)",
        "list(table_formats.write_csv(patch_export.read_patch(cleanset), for_spreadsheets=True))",
        "correction_columns.check_file(project, file_name='a.csv', path=patch)",
        "list(clean_top._read_facts(cleanset, [2, 0]))",
        "list(table_formats.write_csv(all_rows(), for_spreadsheets=True))",
        "table_formats.write_parquet(cleanset_tables.read_view(cleanset, everything))",
        "cleanset_tables.VIEW_ROWS = 2; list(cleanset_tables.read_view(cleanset, ReviewQuery()))",
    ],
)
def test_nothing_heavy_is_loaded(code, tmp_path):
    issues = {
        "row_id": [2, 0, 1],
        "given_label": ["a", "a", "b"],
        "suggested_label": pa.array(["b", None, None], pa.string()),
        "suggested_label_confidence_score": [0.9, 0.8, 0.7],
        "label_issue_score": [0.9, 0.5, 0.1],
        "is_label_issue": [True, False, False],
        "is_initially_unlabeled": [False, False, False],
        "text_num_characters": [3, 4, 5],
        "top_labels": [["a", "b"]] * 3,
        "top_probs": [[0.9, 0.1]] * 3,
    }
    table = {"c0": ["one", "two", "four"], "c1": ["1", "x", "3"]}
    table |= {"c2": ["1.2.2024", "", "2024-01-03"], "c3": ["a", "a", "a"]}
    paths = [str(write_table(tmp_path, columns)) for columns in (issues, table)]
    script = textwrap.dedent(SETUP) + code
    script += "\nprint(sorted({'pandas', 'sklearn'} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", script, *paths], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.strip().splitlines()[-1] == "[]"
