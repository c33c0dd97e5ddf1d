"""What the pages of the review share: the query in the URL, and what is shown of its answer."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from studio.auto_labels import has_few_labels
from studio.decisions import count_decisions
from studio.forms import BatchForm
from studio.models import Cleanset
from studio.random_sample import N_SAMPLED, read_result
from studio.review import PAGE_ROWS, ReviewPage, page_of_row, read_page
from studio.review_filters import known_columns
from studio.review_query import (
    PRESETS,
    SAMPLE,
    SHOWN_COLUMNS,
    TO_LABEL,
    Preset,
    ReviewQuery,
    ShownColumn,
    parse_query,
)
from studio.undo import last_standing_batch
from studio.views.pages import read_number


def read_query(params: QueryDict, cleanset: Cleanset) -> ReviewQuery:
    positions = [profile["position"] for profile in cleanset.project.dataset.profiles]
    return parse_query(params, positions, "issues" if cleanset.n_issues else "all")


def posted_query(request: HttpRequest, cleanset: Cleanset) -> ReviewQuery:
    """Of the page that a form stood on."""
    return read_query(QueryDict(request.POST.get("query", "")[:8000]), cleanset)


def review_url(request: HttpRequest, cleanset: Cleanset) -> str:
    """Of the page of rows that a form stood on."""
    url = reverse("studio:project_version", args=[cleanset.project_id, cleanset.version])
    return url + posted_query(request, cleanset).to_url()


def find_jump(request: HttpRequest, cleanset: Cleanset) -> str | None:
    """The address of the row that was asked for by number; None where none was.

    A row that the filters do not let through is shown among all rows.
    """
    number = read_number(request.GET.get("row"), default=0)
    if not 1 <= number <= cleanset.project.dataset.n_rows:
        return None
    query = read_query(request.GET, cleanset)
    page = page_of_row(cleanset, query, number - 1)
    if page is None:
        query = ReviewQuery(preset="all", shown=query.shown)
        page = page_of_row(cleanset, query, number - 1) or 1
    return f"{query.at_page(page).to_url()}#row-{number - 1}"


def review_context(request: HttpRequest, cleanset: Cleanset) -> dict[str, Any]:
    page = read_page(cleanset, read_query(request.GET, cleanset))
    decided = count_decisions(cleanset)
    columns = known_columns(cleanset)
    shown = [column for name, column in SHOWN_COLUMNS.items() if name in columns]
    return {
        "page": page,
        "decided": decided,
        "presets": _presets(cleanset, page, decided["all"]),
        "columns": shown,
        "ranges": _ranges(page.query, shown),
        "dataset_columns": cleanset.project.dataset.profiles,
        "batch": BatchForm(initial={"k": _usual_k(cleanset, page)}),
        "last_batch": last_standing_batch(cleanset),
        "has_few_labels": has_few_labels(cleanset),
        "sample": read_result(cleanset) if page.query.preset == SAMPLE else None,
    }


def _usual_k(cleanset: Cleanset, page: ReviewPage) -> int:
    return max(min(page.n_rows, cleanset.n_issues or PAGE_ROWS), 1)


def _presets(cleanset: Cleanset, page: ReviewPage, n_decided: int) -> list[tuple[Preset, int, str]]:
    """With how many rows each has, and its address; those without a row are left out."""
    query = page.query
    counts = cleanset.flag_counts or {
        "is_label_issue": cleanset.n_issues,
        "is_initially_unlabeled": cleanset.n_unlabelled,
    }
    special = {
        "all": cleanset.n_rows,
        "decided": n_decided,
        "undecided": cleanset.n_rows - n_decided,
        "needs-review": cleanset.tags.count(),
        SAMPLE: min(N_SAMPLED, cleanset.n_rows),
        # Counting them costs a query of its own: only while they are looked at.
        TO_LABEL: page.n_rows if query.preset == TO_LABEL else 0,
    }
    found = [
        (preset, special.get(preset.key, counts.get(preset.flag, 0))) for preset in PRESETS.values()
    ]
    always = {"all", "decided", "undecided", query.preset}
    if cleanset.project.has_labels:
        always.add("issues")
    else:
        # There is no label to confirm.
        found = [(preset, count) for preset, count in found if preset.key != SAMPLE]
    return [
        (preset, count, query.with_preset(preset.key).to_url())
        for preset, count in found
        if count or preset.key in always
    ]


def _ranges(query: ReviewQuery, known: list[ShownColumn]) -> list[dict[str, Any]]:
    lows, highs = dict(query.lows), dict(query.highs)
    return [
        {"column": column, "low": lows.get(column.name), "high": highs.get(column.name)}
        for column in known
        if column.is_number
    ]
