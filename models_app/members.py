"""Worker side: the refitted estimators that candidates left behind."""

from pathlib import Path

from automl.bundle import unzip_flat
from automl.candidates import Member, load_member
from models_app.models import CandidateModel
from studio.files import sealed_path
from studio.jobs.execution import JobRun


def load_candidate(run: JobRun, modality: str, candidate: CandidateModel) -> Member:
    assert candidate.member_file is not None
    folder = Path(run.folder) / candidate.family
    folder.mkdir()
    unzip_flat(sealed_path(candidate.member_file), folder)
    return load_member(modality, folder)
