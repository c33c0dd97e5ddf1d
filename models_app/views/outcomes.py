from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from automl.errors import InputError


def do_and_tell(request: HttpRequest, act: Callable[[], str]) -> None:
    """`act` answers what to say when it is done; a refusal says why."""
    try:
        said = act()
    except InputError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
