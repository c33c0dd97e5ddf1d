from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.resealing import reseal


class Command(BaseCommand):
    help = "Renew the seals of stored files after SECRET_KEY was replaced."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--adopt",
            action="store_true",
            help="Also seal files whose seal no known key made, if their bytes are still those of "
            "their row: after restoring a backup without its key. Only if you trust the database.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        done = reseal(adopt=options["adopt"])
        self.stdout.write(f"Renewed {done.n_renewed:,}, adopted {done.n_adopted:,}.")
        for key in done.unknown:
            self.stdout.write(f"unknown seal: {key}")
        for key in done.damaged:
            self.stdout.write(f"missing or changed: {key}")
        if done.unknown:
            raise CommandError(
                "Files with an unknown seal were left alone. Name the earlier key in "
                "SECRET_KEY_FALLBACKS, or use --adopt if you trust this database."
            )
        if done.damaged:
            raise CommandError("Files that are missing or changed got no seal.")
