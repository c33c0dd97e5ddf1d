"""Request side: a trained model as a zip that predicts without this server (docs/bundle.md)."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse

from automl.errors import InputError
from automl.portable.contents import PredictorFacts
from automl.portable.modules import ROOT
from automl.portable.names import ABOUT, PREDICTOR
from automl.portable.requirements import pin_requirements
from models_app.model_card.card import write_model_card
from models_app.models import DeployedModel
from models_app.streamed_zip import stream_zip
from studio.attachments import as_attachment
from studio.files import sealed_path

SCRIPT = ROOT / "automl" / "portable" / "predict.py"
OPENMP = Path(settings.BASE_DIR) / "studio" / "supervision" / "openmp.py"
LICENCE = Path(settings.BASE_DIR) / "LICENSE"
LOCK = Path(settings.BASE_DIR) / "requirements.txt"


def download_bundle(model: DeployedModel) -> StreamingHttpResponse:
    """Raises what `stream_bundle` does."""
    response = StreamingHttpResponse(stream_bundle(model), content_type="application/zip")
    return as_attachment(response, f"{model.name} bundle.zip")


def stream_bundle(model: DeployedModel) -> Iterator[bytes]:
    """All that can be wrong is found before the first part.

    Raises
    ------
    InputError
        `NOT_TRAINED`, or what `sealed_path` and `PredictorFacts.read` raise.
    """
    if model.status != DeployedModel.Status.TRAINED or model.predictor_file is None:
        raise InputError("NOT_TRAINED", "Only a trained model can be downloaded.")
    path = sealed_path(model.predictor_file)
    facts = PredictorFacts.read(path)
    folder = f"cleanset-model-{model.hex_id[:7]}"
    entries: dict[str, bytes | Path] = {
        "MODEL_CARD.md": write_model_card(model, facts).encode(),
        "requirements.txt": _requirements(facts).encode(),
        "schema.json": _to_json(facts.manifest["schema"]),
        ABOUT: _to_json(
            {"predictor_sha256": model.predictor_file.sha256, "modules": facts.late_modules}
        ),
        **_golden_files(facts),
        "predict.py": SCRIPT,
        "openmp.py": OPENMP,
        "LICENSE": LICENCE,
        **{str(name): ROOT / name for name in [*facts.needed.files, *facts.encoder_files]},
        PREDICTOR: path,
    }
    return stream_zip((f"{folder}/{name}", source) for name, source in entries.items())


def _requirements(facts: PredictorFacts) -> str:
    versions = facts.manifest["versions"]
    lock = LOCK.read_text() if LOCK.is_file() else ""
    return (
        f"# The predictor was made with Python {versions.get('python', '3')} and these versions.\n"
        + pin_requirements(facts.needed.libraries, versions, lock)
    )


def _golden_files(facts: PredictorFacts) -> dict[str, bytes]:
    """For people and other programs; the self-test reads those inside the predictor."""
    if facts.golden is None:
        return {}
    names = [column["name"] for column in facts.manifest["schema"]]
    rows = zip(*facts.golden["cells"], strict=True)
    lines = [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    expected = io.StringIO()
    writer = csv.writer(expected, lineterminator="\n")
    writer.writerow(facts.manifest["classes"])
    writer.writerows(facts.golden["pred_probs"])
    return {
        "golden_rows.jsonl": "".join(f"{line}\n" for line in lines).encode(),
        "golden_expected.csv": expected.getvalue().encode(),
    }


def _to_json(content: Any) -> bytes:
    return json.dumps(content, indent=1).encode()
