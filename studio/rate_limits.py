"""How often something may be asked: so many times a minute, counted in this web process."""

import time

from django.core.cache import cache

WINDOW_SECONDS = 60


def count_request(what: str, limit: int) -> int:
    """Seconds to wait before the next try; 0 where the limit is not passed."""
    now = time.time()
    window = int(now // WINDOW_SECONDS)
    name = f"rate:{what}:{window}"
    cache.add(name, 0, timeout=2 * WINDOW_SECONDS)
    if cache.incr(name) <= limit:
        return 0
    return int((window + 1) * WINDOW_SECONDS - now) + 1
