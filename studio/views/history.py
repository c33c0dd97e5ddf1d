from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.access import can_write, cleanset_for
from studio.history import describe, list_batches
from studio.views.pages import paginate


@require_safe
def cleanset_history(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = cleanset_for(request.user, cleanset_id)
    page = paginate(request, list_batches(cleanset))
    context = {
        "cleanset": cleanset,
        "project": cleanset.project,
        "page": page,
        "lines": describe(cleanset, list(page.object_list)),
        "can_write": cleanset.is_current and can_write(request.user, cleanset.workspace),
    }
    return render(request, "studio/cleanset_history.html", context)
