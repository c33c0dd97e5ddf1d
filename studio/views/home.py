from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from studio.access import rows_for
from studio.context_processors import THEMES
from studio.models import Dataset, Project

RECENT = 5
YEAR_SECONDS = 31_536_000


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "studio/front.html")
    context = {
        "projects": rows_for(Project, request.user)
        .select_related("dataset")
        .prefetch_related("cleansets")
        .order_by("-created_at")[:RECENT],
        "datasets": rows_for(Dataset, request.user).order_by("-created_at")[:RECENT],
    }
    return render(request, "studio/home.html", context)


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it on pages that name no icon, such as the admin's."""
    return redirect(static("img/favicon.svg"))


@login_not_required
@require_POST
def theme_set(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    if request.POST.get("theme") in THEMES:
        response.set_cookie(
            "theme",
            request.POST["theme"],
            max_age=YEAR_SECONDS,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response
