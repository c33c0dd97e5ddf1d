"""Forms of the first app: explicit fields; columns travel as positions, never as names."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict

from automl.errors import InputError
from automl.extras import has_transformer_extra
from automl.problem import format_label_set, parse_label_set
from automl.tables import ENCODINGS, check_file_name
from studio.decisions import NEEDS_NO_REVIEW, NEEDS_REVIEW, UNDO
from studio.models import Dataset, Project
from studio.outgoing_targets import MAX_URL_CHARS
from studio.projects import Setup

# More rows than a page has cannot be ticked.
MAX_TICKED = 1000
MAX_ROW_DIGITS = 15
DELIMITERS = [("", "Detect"), (",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Pipe")]


def is_row_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MAX_ROW_DIGITS


class UploadForm(forms.Form):
    empty_message = "The file is empty."
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": "Choose a file first."},
    )

    def clean_file(self) -> Any:
        uploaded = self.cleaned_data["file"]
        try:
            self.shown_name = check_file_name(uploaded.name or "")
        except InputError as error:
            raise ValidationError(error.message, code=error.code) from error
        if uploaded.size == 0:
            raise ValidationError(self.empty_message, code="EMPTY_FILE")
        return uploaded


class UrlForm(forms.Form):
    url = forms.CharField(
        max_length=MAX_URL_CHARS,
        label="Address of a file",
        help_text="Fetched by this server, so it must be public. Its name says its type.",
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/reviews.csv"}),
        error_messages={"required": "Enter the address of a file."},
    )


class RereadForm(forms.Form):
    encoding = forms.ChoiceField(
        choices=[("", "Detect"), *((name, name) for name in ENCODINGS)], required=False
    )
    delimiter = forms.ChoiceField(choices=DELIMITERS, required=False)
    forgets_types = forms.BooleanField(required=False)


class ImportForm(UploadForm):
    """Its choices are named as the fields of a `DecisionImport` that keep them."""

    empty_message = "The file is empty, or its upload did not finish."
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    replaces_decided = forms.TypedChoiceField(
        choices=[("no", "Leave them as they are"), ("yes", "Replace")],
        coerce=lambda value: value == "yes",
        required=False,
        empty_value=None,
        initial="no",
        widget=forms.RadioSelect,
        label="Rows that are decided already",
    )
    first_row_id = forms.TypedChoiceField(
        choices=[("0", "0, as this product does"), ("1", "1, as Cleanlab Studio did")],
        coerce=int,
        required=False,
        empty_value=None,
        initial="0",
        widget=forms.RadioSelect,
        label="Row ids of the file count from",
    )
    excludes_left_out = forms.BooleanField(
        required=False, label="Rows that the file leaves out were excluded"
    )
    imports_what_fits = forms.BooleanField(required=False, label="Import the rows that fit")

    @property
    def asked(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "replaces_decided": bool(data["replaces_decided"]),
            "first_row_id": data["first_row_id"] or 0,
            "excludes_left_out": data["excludes_left_out"],
            "imports_what_fits": data["imports_what_fits"],
        }


class PositionField(forms.TypedChoiceField):
    """One column of a dataset, by its position."""

    def __init__(self, *, is_required: bool, **options: Any) -> None:
        super().__init__(coerce=int, empty_value=None, required=is_required, **options)


class PresetField(forms.ChoiceField):
    """How thorough the training is; Regular where nothing was chosen."""

    def __init__(self) -> None:
        super().__init__(choices=Project.Preset.choices, required=False, initial="regular")

    @property
    def has_transformer(self) -> bool:
        """Whether Best can try one on this server."""
        return has_transformer_extra()

    def clean(self, value: Any) -> str:
        return super().clean(value) or Project.Preset.REGULAR


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=100, label="Project name")
    modality = forms.ChoiceField(choices=Project.Modality.choices, widget=forms.RadioSelect)
    problem_type = forms.ChoiceField(
        choices=Project.ProblemType.choices, widget=forms.RadioSelect, label="Labels of a row"
    )
    label_column = PositionField(is_required=False)
    text_column = PositionField(is_required=False)
    feature_columns = forms.TypedMultipleChoiceField(
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    preset = PresetField()
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {profile["position"]: profile["name"] for profile in dataset.profiles}
        choices = [(str(position), name) for position, name in self.names.items()]
        for field in ("label_column", "text_column", "feature_columns"):
            self.fields[field].choices = choices  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial["idempotency_key"] = uuid4().hex

    def clean(self) -> dict[str, Any]:
        """Without labels no column is needed for them, and one that is chosen is not used."""
        cleaned = super().clean() or {}
        if cleaned.get("problem_type") == Project.ProblemType.UNSUPERVISED:
            cleaned["label_column"] = None
        elif cleaned.get("label_column") is None and "label_column" not in self.errors:
            self.add_error("label_column", "Choose the column with the labels.")
        return cleaned

    @property
    def setup(self) -> Setup:
        data = self.cleaned_data
        text = data["text_column"]
        return Setup(
            problem_type=data["problem_type"],
            modality=data["modality"],
            label_column=self.names.get(data["label_column"], ""),
            text_column=None if text is None else self.names[text],
            feature_columns=[self.names[position] for position in data["feature_columns"]],
            preset=data["preset"],
        )


class LabelField(forms.CharField):
    """How long a label may be is said where it is decided."""

    def __init__(self) -> None:
        super().__init__(required=False, strip=False)
        self.validators = [ProhibitNullCharactersValidator("A label may not contain NUL.")]


class DecisionForm(forms.Form):
    action = forms.ChoiceField(
        choices=[(a, a) for a in ("keep", "auto-fix", "label", "exclude", UNDO, NEEDS_REVIEW)]
    )
    label = LabelField()

    @property
    def problem(self) -> str:
        return _first_problem(self, "Choose an action.")

    def __init__(self, data: QueryDict) -> None:
        """A button of a class says its name alone; ticked labels and those typed are a set."""
        data = data.copy()
        if "chosen" in data:
            data["action"], data["label"] = "label", str(data["chosen"])
        elif data.get("action") == "label" and {"labels", "more"} & set(data):
            typed = parse_label_set(str(data.get("more", "")))
            names = [*map(str, data.getlist("labels")), *typed]
            data["label"] = format_label_set(dict.fromkeys(names))
        super().__init__(data)


class BatchForm(forms.Form):
    """One action for the first K rows shown, all of them, or the ticked ones."""

    TOP, ALL, TICKED = "top", "all", "ticked"
    ACTIONS = (
        ("auto-fix", "Auto-fix"),
        ("exclude", "Exclude"),
        ("keep", "Keep"),
        ("label", "Label"),
        (NEEDS_REVIEW, "Tag: needs review"),
        (NEEDS_NO_REVIEW, "Remove the tag"),
    )
    ROWS = ((TOP, "the first"), (TICKED, "the ticked rows"), (ALL, "all shown"))
    MAX_ROWS = 10_000_000

    action = forms.ChoiceField(choices=ACTIONS)
    rows = forms.ChoiceField(choices=ROWS, required=False)
    k = forms.IntegerField(min_value=1, max_value=MAX_ROWS, required=False)
    label = LabelField()
    ticked = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        numbers = data.getlist("ticked")[:MAX_TICKED] if data else []
        choices = [(text, text) for text in numbers if is_row_number(text)]
        self.fields["ticked"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        rows = cleaned.get("rows") or self.TOP
        if rows == self.TICKED and not cleaned.get("ticked"):
            raise ValidationError("Tick some rows first.")
        if rows == self.TOP and not cleaned.get("k"):
            raise ValidationError("Enter how many rows it is for, 1 or more.")
        k = self.MAX_ROWS if rows == self.ALL else cleaned.get("k")
        return cleaned | {"rows": rows, "k": k}

    @property
    def problem(self) -> str:
        said = [str(error) for error in self.non_field_errors()]
        return _first_problem(self, said[0] if said else "Choose an action.")


def _first_problem(form: forms.Form, otherwise: str) -> str:
    """Of the label in its own words; of any other field what the form asks for."""
    return str(form.errors["label"][0]) if "label" in form.errors else otherwise
