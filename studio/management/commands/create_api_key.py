from typing import Any

from django.core.management.base import BaseCommand, CommandError

from automl.errors import InputError
from studio.api_keys import create_key
from studio.models import ApiKey, User


class Command(BaseCommand):
    help = "Make an API key for an account and print it, once."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="made by the operator")
        parser.add_argument("--scope", choices=ApiKey.Scope.values, default=ApiKey.Scope.WRITE)
        parser.add_argument("--days", type=int, help="until it ends; without it, until revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"], is_active=True).first()
        if user is None:
            raise CommandError(
                f"There is no active account {options['email']}. "
                "Make the first one with the link that `make up` prints, others in the admin."
            )
        try:
            _, key = create_key(
                user=user,
                name=options["name"],
                scope=options["scope"],
                valid_days=options["days"],
            )
        except InputError as error:
            raise CommandError(error.message) from error
        self.stdout.write(key)
