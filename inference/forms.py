from collections.abc import Sequence
from typing import Any

from django import forms

from inference.column_choices import ColumnChoice
from studio.forms import UploadForm

MISSING = "missing"


class BatchForm(UploadForm):
    empty_message = "The file is empty, or its upload did not finish."
    idempotency_key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ColumnsForm(forms.Form):
    """For each column that the file does not have under the model's name, which one is meant.

    Columns travel as positions, never as names.
    """

    is_always_full = forms.BooleanField(
        required=False, label="Use the full ensemble, however many rows there are"
    )

    def __init__(
        self, *args: Any, choices: Sequence[ColumnChoice], names: Sequence[str], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.choices = choices
        found = {choice.position for choice in choices if choice.how == "found"}
        free = [(str(i), name) for i, name in enumerate(names) if i not in found]
        nothing = [("", "Choose a column …"), (MISSING, "Not in this file: treat as missing")]
        for i, choice in enumerate(choices):
            if choice.how != "found":
                self.fields[f"column_{i}"] = forms.ChoiceField(
                    choices=[*nothing, *free],
                    initial=_initial(choice),
                    label=choice.name,
                    widget=forms.Select(attrs={"class": "input"}),
                    error_messages={"required": "Choose a column, or say that it is missing."},
                )

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [
            {"choice": choice, "field": self[f"column_{i}"] if choice.how != "found" else None}
            for i, choice in enumerate(self.choices)
        ]

    @property
    def lines_by_need(self) -> list[dict[str, Any]]:
        """What somebody has to look at comes first."""
        return sorted(self.lines, key=lambda line: line["field"] is None)

    @property
    def has_choice(self) -> bool:
        return any(line["field"] for line in self.lines)

    @property
    def positions(self) -> list[int | None]:
        return [
            choice.position if choice.how == "found" else self._chosen(i)
            for i, choice in enumerate(self.choices)
        ]

    def _chosen(self, i: int) -> int | None:
        value = self.cleaned_data[f"column_{i}"]
        return None if value == MISSING else int(value)


def _initial(choice: ColumnChoice) -> str:
    if choice.position is not None:
        return str(choice.position)
    return MISSING if choice.how == "chosen" else ""
