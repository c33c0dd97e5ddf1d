from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.access import cleanset_for
from studio.analytics import read_analytics
from studio.models import Cleanset


@require_safe
def cleanset_analytics(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = cleanset_for(request.user, cleanset_id)
    if cleanset.status != Cleanset.Status.READY:
        raise Http404("This cleanset is not ready yet.")
    context = {
        "cleanset": cleanset,
        "project": cleanset.project,
        "analytics": read_analytics(cleanset),
    }
    return render(request, "studio/cleanset_analytics.html", context)
