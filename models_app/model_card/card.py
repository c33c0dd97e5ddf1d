"""Request side: what is known of a trained model, as Markdown. Facts only; what is not is left out.

Every name that a person chose goes through `escape`.
"""

from automl.portable.contents import PredictorFacts
from automl.portable.markdown import escape, quote_yaml, write_table
from models_app.evaluation_page import read_evaluation
from models_app.model_card.figures import accuracy, calibration, labels
from models_app.model_card.insides import columns, inside, versions
from models_app.model_card.subject import SETS, Subject
from models_app.models import DeployedModel
from studio.templatetags.studio_format import thousands, utc_time

MAX_MESSAGE = 1000
USE = """\
```
python -m venv venv
venv/bin/python -m pip install -r requirements.txt
venv/bin/python predict.py --self-test
venv/bin/python predict.py INPUT OUTPUT
```"""
# As such cards call them; log-loss is better where it is smaller.
METRICS = (
    ("accuracy", "accuracy"),
    ("balanced_accuracy", "balanced_accuracy"),
    ("f1_macro", "macro_f1"),
    ("f1_micro", "micro_f1"),
    ("log_loss", "log_loss"),
)


def write_model_card(model: DeployedModel, facts: PredictorFacts) -> str:
    evaluation = read_evaluation(model.evaluation_file)
    subject = Subject(
        model=model,
        project=model.cleanset.project,
        facts=facts,
        deployed=model.candidates.filter(is_deployed=True).first(),
        evaluation=evaluation and evaluation["facts"],
    )
    sections = (
        _front_matter,
        _purpose,
        _training_data,
        labels,
        accuracy,
        calibration,
        inside,
        _limits,
        columns,
        versions,
        _verify,
    )
    return "".join(f"{line}\n" for section in sections for line in section(subject))


def _front_matter(subject: Subject) -> list[str]:
    task = f"{subject.project.modality}-classification"
    lines = ["---", "license: unknown", "library_name: cleanset-studio", f"pipeline_tag: {task}"]
    lines += ["tags:", f"- {task}", f"- {subject.project.problem_type}", "- cleanset-studio"]
    metrics = [(key, subject.scores.get(score)) for key, score in METRICS]
    known = [(key, value) for key, value in metrics if value is not None]
    if known:
        lines += ["metrics:", *(f"- {key}" for key, _ in known), "model-index:"]
        lines += [f"- name: {quote_yaml(subject.model.name)}", "  results:", "  - task:"]
        lines += [f"      type: {task}", "    dataset:", "      type: private"]
        lines += [f"      name: {quote_yaml(subject.project.dataset.name)}", "    metrics:"]
        for key, value in known:
            lines += [f"    - type: {key}", f"      value: {value:.6f}"]
            lines += [f"      name: {quote_yaml(f'{key}, held out (cross-validation)')}"]
    return [*lines, "---", ""]


def _purpose(subject: Subject) -> list[str]:
    model, n_classes = subject.model, thousands(len(subject.model.classes))
    answer = (
        f"the probability of each of {n_classes} labels, which need not sum to one, and a "
        "suggested set of labels"
        if subject.project.problem_type == SETS
        else f"the probability of each of {n_classes} classes, and the class it suggests"
    )
    reads = "a text" if subject.project.modality == "text" else "a row of a table"
    return [
        f"# {escape(model.name)}",
        "",
        f"For {reads} with the columns listed below: {answer}.",
        "",
        f"Trained by Cleanset Studio, {utc_time(model.trained_at)}; model id `{model.hex_id}`.",
        "",
    ]


def _training_data(subject: Subject) -> list[str]:
    model, project, dataset = subject.model, subject.project, subject.project.dataset
    unlabelled = dataset.n_rows - model.n_excluded - model.n_rows
    lines = [
        ("Dataset", escape(dataset.name)),
        ("Project", escape(project.name)),
        ("Label column", escape(project.label_column)),
        ("Uploaded", utc_time(dataset.created_at)),
        ("Rows of the dataset", thousands(dataset.n_rows)),
        ("Trained on", f"{thousands(model.n_rows)} labelled rows"),
        ("… of them with a corrected label", thousands(model.n_corrected)),
        ("Excluded rows", thousands(model.n_excluded)),
        ("Rows without a label", thousands(max(unlabelled, 0))),
    ]
    if dataset.sample_note:
        lines.append(("What its makers say", escape(dataset.sample_note, MAX_MESSAGE)))
    return ["## Training data", "", *write_table(("what", "value"), lines)]


def _limits(subject: Subject) -> list[str]:
    text = [
        "## Intended use and limits",
        "",
        "What it may be used for was not recorded. From how it was made follows:",
        "",
        (
            "- Its figures are of rows of the dataset it was trained on. Rows of another origin or "
            "time were not measured."
        ),
        "- It answers every row with labels of the list above, whatever the row is.",
    ]
    if subject.model.n_corrected:
        text.append(
            "- Some labels were corrected. Those that were corrected because a model disagreed "
            "favour models a little."
        )
    if subject.facts.golden is not None:
        text.append(
            "- Some training rows are part of this bundle (`golden_rows.jsonl`, and inside "
            "`predictor.zip`), and what it learned holds words or values of others. Whoever is "
            "given the bundle is given these."
        )
    messages = [warning.get("message", "") for warning in subject.model.warnings]
    text += [f"- {escape(message, MAX_MESSAGE)}" for message in messages if message]
    return [*text, ""]


def _verify(subject: Subject) -> list[str]:
    test = (
        "The self-test predicts rows that were kept at training and must give the same labels, and "
        "probabilities within 0.001."
        if subject.facts.golden is not None
        else "No golden rows were kept at training, so there is no self-test."
    )
    return ["## Use and verify", "", "With Python 3.11 or newer:", "", USE, "", test]
