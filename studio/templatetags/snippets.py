"""The block "Do this from curl or Python" of each page."""

from typing import Any

from django import template

from studio.models import Cleanset, Dataset
from studio.snippets import KEY, Snippet, of_cleanset, of_dataset, of_model, of_result

register = template.Library()
BLOCK = "shared/snippets.html"


@register.inclusion_tag(BLOCK)
def dataset_snippets(dataset: Dataset) -> dict[str, Any]:
    return _show(of_dataset(dataset))


@register.inclusion_tag(BLOCK)
def cleanset_snippets(cleanset: Cleanset) -> dict[str, Any]:
    return _show(of_cleanset(cleanset))


@register.inclusion_tag(BLOCK)
def model_snippets(model_id: str) -> dict[str, Any]:
    return _show(of_model(model_id))


@register.inclusion_tag(BLOCK)
def result_snippets(result_id: str, model_id: str) -> dict[str, Any]:
    return _show(of_result(result_id, model_id))


def _show(snippets: list[Snippet]) -> dict[str, Any]:
    return {"snippets": snippets, "key": KEY}
