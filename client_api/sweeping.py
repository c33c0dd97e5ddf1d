"""What nobody will finish any more: such uploads fail, and their parts go."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from client_api.models import Upload
from client_api.parts import part_store

BATCH = 100
# So long does a script still learn why.
FORGET_AFTER = timedelta(days=7)
FAILURES = {
    Upload.Status.RECEIVING: (
        "NEVER_COMPLETED",
        "Not all parts of the file arrived within 24 hours. Upload it again.",
    ),
    Upload.Status.RECEIVED: (
        "NEVER_CONFIRMED",
        "The upload was complete, but nobody confirmed it within an hour. Upload the file again.",
    ),
}


def sweep_uploads() -> None:
    _fail_expired()
    _forget_old()
    _remove_strays()


def _expired() -> QuerySet[Upload]:
    return Upload.all_objects.filter(expires_at__lte=timezone.now())


def _fail_expired() -> None:
    for upload in _expired().filter(status__in=Upload.OPEN)[:BATCH]:
        code, message = FAILURES[Upload.Status(upload.status)]
        part_store().discard(upload)
        Upload.all_objects.filter(pk=upload.pk, status=upload.status).update(
            status=Upload.Status.FAILED, error_code=code, error_message=message
        )


def _forget_old() -> None:
    old = Upload.all_objects.filter(expires_at__lte=timezone.now() - FORGET_AFTER)
    for upload in old.exclude(status__in=Upload.OPEN)[:BATCH]:
        part_store().discard(upload)
        upload.delete()


def _remove_strays() -> None:
    """Parts that no upload needs: it failed, was deleted, or is a dataset's by now."""
    store = part_store()
    found = store.kept_ids()
    if not found:
        return
    waiting = Upload.objects.filter(expires_at__gt=timezone.now())
    wanted = waiting.exclude(status=Upload.Status.FAILED).filter(pk__in=found)
    for upload_id in set(found) - set(wanted.values_list("pk", flat=True)):
        store.discard_id(upload_id)
