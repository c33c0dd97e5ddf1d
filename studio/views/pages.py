"""What list pages and upload pages share."""

from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from studio import full_disk
from studio.upload_handlers import find_stop

PER_PAGE = 20


def paginate(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page that was asked for; a wrong number gives the nearest one."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def refuse_upload(request: HttpRequest, form: forms.Form) -> int:
    """The status to answer with, where a form cannot be used; 0 where it can.

    An upload that was stopped, at the limit or by a full disk, says so on the form.
    """
    stop = find_stop(request)
    if stop is None:
        return 0 if form.is_valid() else 422
    form.full_clean()
    form.errors.clear()
    form.add_error("file", stop.message)
    return full_disk.HTTP_STATUS if stop.code == full_disk.CODE else 413


def redirect_after_upload(request: HttpRequest, to: str, *args: Any) -> HttpResponse:
    """To a script the address is only told: following it would use up the page's messages."""
    if "X-Upload" in request.headers:
        return HttpResponse(status=201, headers={"Location": resolve_url(to, *args)})
    return redirect(to, *args)


def read_number(text: str | None, default: int = 1) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else default


def read_share(text: str | None, default: float) -> float:
    try:
        share = float(text or "")
    except ValueError:
        return default
    return share if 0 <= share <= 1 else default
