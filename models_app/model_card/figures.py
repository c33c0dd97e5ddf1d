"""The sections of a model card that are figures of held-out predictions."""

from typing import Any

from automl.portable.markdown import escape, write_table
from models_app.leaderboard import baselines_of
from models_app.model_card.subject import SETS, Subject
from studio.templatetags.studio_format import percent, points, thousands


def labels(subject: Subject) -> list[str]:
    """Those that the evaluation lists with their figures, the others by name."""
    classes, lines = subject.model.classes, (subject.evaluation or {}).get("per_class", [])
    listed = {line["index"] for line in lines}
    others = [name for k, name in enumerate(classes) if k not in listed]
    text = ["## Labels", "", f"{thousands(len(classes))} in all.", ""]
    if lines:
        head = ("label", "rows", "share of rows", "precision", "recall (95 % interval)", "F1")
        text += ["Figures are of held-out predictions, weakest first.", ""]
        text += write_table(head, [_label_line(line, subject.evaluation) for line in lines])
    if others and lines:
        text += ["The other labels, those with the fewest errors:", ""]
    text += [f"- {escape(name)}" for name in others]
    return [*text, ""] if others else text


def _label_line(line: dict[str, Any], evaluation: dict[str, Any] | None) -> tuple[str, ...]:
    n_rows = max((evaluation or {}).get("n_rows", 0), 1)
    interval = f" ({percent(line['recall_low'])} to {percent(line['recall_high'])})"
    return (
        escape(line["name"]),
        thousands(line["support"]),
        percent(line["support"] / n_rows),
        percent(line["precision"]),
        percent(line["recall"]) + (interval if line["recall"] is not None else ""),
        percent(line["f1"]),
    )


def accuracy(subject: Subject) -> list[str]:
    deployed, scores = subject.deployed, subject.scores
    if deployed is None or deployed.held_out_accuracy is None:
        return []
    right = " A row is right if its whole set is." if subject.project.problem_type == SETS else ""
    original = (deployed.metrics.get("original") or {}) if deployed.original_accuracy else {}
    lines = [
        ("Held-out accuracy", percent(deployed.held_out_accuracy), _interval(scores)),
        ("Original accuracy", percent(deployed.original_accuracy), _interval(original)),
        *(
            (escape(b.title), percent(b.held_out_accuracy), "–")
            for b in baselines_of(subject.model)
        ),
        ("Balanced accuracy", percent(scores.get("balanced_accuracy")), "–"),
        ("Macro-F1", percent(scores.get("macro_f1")), "–"),
    ]
    text = [
        "## Accuracy",
        "",
        (
            f"Every row was predicted by models that had not seen it (cross-validation of "
            f"{thousands(scores.get('n_rows'))} rows), and compared with its label in the "
            f"cleanset.{right} Original accuracy: trained on the labels as they were uploaded, "
            "scored on the same labels of the cleanset."
        ),
        "",
        *write_table(("score", "value", "95 % interval"), lines),
    ]
    if subject.model.gain and subject.model.n_corrected:
        gain = subject.model.gain
        text += [
            (
                f"Cleaning changed the accuracy by {points(gain['difference'])} points "
                f"({points(gain['low'])} to {points(gain['high'])})."
            ),
            "",
        ]
    return text


def _interval(scores: dict[str, Any]) -> str:
    if scores.get("low") is None:
        return "–"
    return f"{percent(scores['low'])} to {percent(scores['high'])}"


def calibration(subject: Subject) -> list[str]:
    if subject.evaluation is None:
        return []
    found = subject.evaluation["reliability"]
    return [
        "## Calibration",
        "",
        (
            f"Expected calibration error {percent(found['ece'])}: how far the probabilities of "
            "held-out predictions are, on average, from how often they were right. Mean "
            f"probability {percent(found['confidence'])}, right {percent(found['accuracy'])}."
        ),
        "",
    ]
