"""A full disk: how it shows, and what is said of it."""

import errno

from django.db import DatabaseError

CODE = "STORAGE_FULL"
MESSAGE = (
    "The disk of this server is full, so nothing was stored. What was there before is still there. "
    "Ask the operator to make room, then try again."
)
HTTP_STATUS = 507
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# Of SQLite, and of the system as PostgreSQL passes it on.
DATABASE_WORDS = ("disk is full", "no space left on device")


def is_disk_full(error: BaseException) -> bool:
    """Whether that is the reason of an error, or of one that it came from."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in NO_ROOM:
            return True
        if isinstance(seen, DatabaseError) and any(w in str(seen).lower() for w in DATABASE_WORDS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
