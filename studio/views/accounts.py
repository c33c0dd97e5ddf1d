from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from studio import first_admin as links
from studio.access import workspace_for
from studio.account_forms import ApiKeyForm, FirstAdminForm, WebhookForm
from studio.api_keys import keys_of
from studio.models import User, Webhook

BACKEND = "django.contrib.auth.backends.ModelBackend"


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    template_name = "studio/sign_in.html"
    redirect_authenticated_user = True
    form_class = AuthenticationForm


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def first_admin(request: HttpRequest, token: str) -> HttpResponse:
    if not links.is_usable(token):
        return render(request, "studio/first_admin_gone.html", status=410)
    form = FirstAdminForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "studio/first_admin.html", {"form": form}, status=status)
    user = links.create_first_admin(token=token, **form.cleaned_data)
    if user is None:
        return render(request, "studio/first_admin_gone.html", status=410)
    login(request, user, backend=BACKEND)
    return redirect("studio:home")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = _password_form(request.user, request.POST or None)
    if form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        messages.success(request, "Your password was changed; other sessions were signed out.")
        return redirect("studio:account")
    return show_account(request, form=form)


def show_account(
    request: HttpRequest,
    *,
    form: PasswordChangeForm | None = None,
    key_form: ApiKeyForm | None = None,
    webhook_form: WebhookForm | None = None,
) -> HttpResponse:
    assert isinstance(request.user, User)
    forms = {
        "form": form or _password_form(request.user),
        "key_form": key_form or ApiKeyForm(),
        "webhook_form": webhook_form or WebhookForm(),
    }
    mine = Webhook.objects.filter(workspace=workspace_for(request.user))
    context = forms | {"keys": keys_of(request.user), "webhooks": mine.order_by("-created_at")}
    status = 422 if any(each.is_bound for each in forms.values()) else 200
    return render(request, "studio/account.html", context, status=status)


def _password_form(user: User, data: QueryDict | None = None) -> PasswordChangeForm:
    """Without Django's focus on it: the page has other parts, and would open at its end."""
    form = PasswordChangeForm(user, data)
    form.fields["old_password"].widget.attrs.pop("autofocus", None)
    return form
