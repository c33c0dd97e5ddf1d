from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.access import ready_cleanset_for
from studio.analytics import read_analytics


@require_safe
def cleanset_analytics(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    context = {
        "cleanset": cleanset,
        "project": cleanset.project,
        "analytics": read_analytics(cleanset),
    }
    return render(request, "studio/cleanset_analytics.html", context)
