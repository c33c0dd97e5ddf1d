"""What is told to the outside when an analysis ends: mail and webhooks, in its transaction."""

from studio.models import Cleanset, WebhookEvent
from studio.outbox import one_line, send_template
from studio.webhooks import announce, link


def notify_analysis_ready(cleanset: Cleanset) -> None:
    _notify(cleanset, "analysis_ready", WebhookEvent.PROJECT_READY)


def notify_analysis_failed(cleanset: Cleanset) -> None:
    _notify(cleanset, "analysis_failed", WebhookEvent.PROJECT_FAILED)


def _notify(cleanset: Cleanset, template: str, event: WebhookEvent) -> None:
    announce(event, cleanset.workspace, _describe(cleanset))
    if cleanset.created_by is None:
        return
    context = {"cleanset": cleanset, "project_name": one_line(cleanset.project.name)}
    send_template([cleanset.created_by.email], template, context)


def _describe(cleanset: Cleanset) -> dict[str, object]:
    project = cleanset.project
    return {
        "project_id": project.hex_id,
        "project_name": project.name,
        "cleanset_id": cleanset.hex_id,
        "version": cleanset.version,
        "status": cleanset.status,
        "error_code": cleanset.error_code,
        "url": link("studio:project_version", project.hex_id, cleanset.version),
    }
