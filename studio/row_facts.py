"""Worker side: what can be said of a dataset's rows without their labels, found once a project."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from automl.issues.rows import judge_rows
from automl.schema import Schema
from studio.feature_files import FeatureFiles, read_embeddings
from studio.files import local_path
from studio.jobs.execution import JobRun
from studio.models import Project
from studio.parquet_reading import read_columns
from studio.project_data import read_features


def ensure_row_facts(run: JobRun, project: Project, features: FeatureFiles) -> pa.Table:
    """Read them, or find and store them; the caller names the file in the ending transaction."""
    if project.row_facts_file is not None:
        return read_row_facts(project)
    table = read_features(project)
    embeddings = read_embeddings(project, table, np.arange(table.num_rows), features.made)
    schema = Schema.from_json(project.feature_schema)
    facts = judge_rows(
        table, schema, project.modality, embeddings, seed=project.seed, progress=run.progress
    )
    path = run.folder / "rows.parquet"
    pq.write_table(facts, path, compression="zstd", row_group_size=50_000)
    project.row_facts_file = run.put_file("projects", path)
    return facts


def read_row_facts(project: Project) -> pa.Table:
    assert project.row_facts_file is not None
    return read_columns(local_path(project.row_facts_file))
