"""What list pages and upload pages share."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

PER_PAGE = 20


def paginate(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page that was asked for; a wrong number gives the nearest one."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def too_large(request: HttpRequest, form: forms.Form | None = None) -> bool:
    """Whether the upload was cut off at the limit; says so on the form."""
    if "cleanset.upload_too_large" not in request.META:
        return False
    if form is not None:
        form.full_clean()
        form.errors.clear()
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        form.add_error("file", f"The file is larger than {limit:,} MB, the limit of this server.")
    return True


def redirect_after_upload(request: HttpRequest, to: str, *args: Any) -> HttpResponse:
    """To a script the address is only told: following it would use up the page's messages."""
    if "X-Upload" in request.headers:
        return HttpResponse(status=201, headers={"Location": resolve_url(to, *args)})
    return redirect(to, *args)


def read_number(text: str | None, default: int = 1) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else default
