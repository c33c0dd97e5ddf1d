import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studio import first_admin
from studio.environment import env, read_int
from studio.supervision.preparing import prepare
from studio.supervision.supervisor import AlreadyRunningError, Supervisor


class Command(BaseCommand):
    help = "Serve everything from one command: web, workers, reconciler and the embedded queue."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        port = read_int("PORT", 8000, low=1, high=65_535)
        supervisor = Supervisor(host=env.str("HOST", default="127.0.0.1"), port=port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: supervisor.stop_requested.set())
        try:
            supervisor.lock()
        except AlreadyRunningError as error:
            raise CommandError(str(error)) from error
        prepare()
        try:
            supervisor.start()
            self._greet()
            supervisor.run_until_stopped()
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        finally:
            self.stdout.write("Stopping …")
            supervisor.stop()

    def _greet(self) -> None:
        self.stdout.write(f"Cleanset Studio serves {settings.SITE_URL} (data: {settings.DATA_DIR})")
        if not first_admin.has_admin():
            self.stdout.write("Make the first administrator with this one-time link:")
            self.stdout.write(f"  {first_admin.make_link()}")
        self.stdout.write("Stop with Ctrl-C.")
        sys.stdout.flush()
