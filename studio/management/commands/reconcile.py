import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from studio.reconciler import reconcile, run_forever
from studio.webhook_delivery import deliver_due


class Command(BaseCommand):
    help = (
        "Run the repair loop: republish jobs, expire leases, send mail and webhooks, sweep files."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true", help="Do one round and end.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            reconcile()
            deliver_due()
            return
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, lambda *_: stop.set())
        run_forever(stop)
