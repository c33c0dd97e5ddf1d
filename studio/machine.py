"""How much memory this machine has to give."""

import os
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
# Of a container: version 2 of control groups, then version 1.
CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def available_bytes() -> int:
    """What new work may take: what the system has left, and no more than the container's limit."""
    limits = [_system_bytes(), *(_read_limit(path) for path in CGROUP_LIMITS)]
    return min(limit for limit in limits if limit is not None)


def _system_bytes() -> int:
    try:
        lines = MEMINFO.read_text().splitlines()
    except OSError:
        # macOS: all of it, for want of a better figure.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))


def _read_limit(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None
