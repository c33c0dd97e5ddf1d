"""Renewing seals: after SECRET_KEY was replaced, and on a server that took over another's data."""

from dataclasses import dataclass, field

from studio.files import hash_file, local_path
from studio.models import StoredFile
from studio.seals import has_current_seal, has_seal, make_seal


@dataclass
class Resealed:
    """How many seals were renewed (their old key is known) or adopted (it is not); and the keys
    of the files that got none: their seal is unknown, or their bytes are not those of the row."""

    n_renewed: int = 0
    n_adopted: int = 0
    unknown: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def reseal(*, adopt: bool) -> Resealed:
    """With `adopt` an unknown seal is replaced where the bytes are still those of the row.

    That trusts the database: who changed a row and its file alike goes unnoticed.
    """
    done = Resealed()
    for stored in StoredFile.objects.order_by("key").iterator():
        if has_current_seal(stored):
            continue
        if has_seal(stored):
            done.n_renewed += 1
        elif not adopt:
            done.unknown.append(stored.key)
            continue
        elif not _is_whole(stored):
            done.damaged.append(stored.key)
            continue
        else:
            done.n_adopted += 1
        StoredFile.objects.filter(pk=stored.pk).update(seal=make_seal(stored))
    return done


def _is_whole(stored: StoredFile) -> bool:
    try:
        return hash_file(local_path(stored)) == stored.sha256
    except FileNotFoundError:
        return False
