"""The mails of this app, written in the transaction of what they report."""

from studio.models import Cleanset
from studio.outbox import one_line, send_template


def notify_analysis_ready(cleanset: Cleanset) -> None:
    _notify(cleanset, "analysis_ready")


def notify_analysis_failed(cleanset: Cleanset) -> None:
    _notify(cleanset, "analysis_failed")


def _notify(cleanset: Cleanset, template: str) -> None:
    if cleanset.created_by is None:
        return
    context = {"cleanset": cleanset, "project_name": one_line(cleanset.project.name)}
    send_template([cleanset.created_by.email], template, context)
