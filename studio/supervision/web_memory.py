"""What lets the web process give memory back after a page that read a million rows.

Each page frees what it took, but an allocator keeps it for the next one: glibc raises the size
from which it asks the system each time, up to 32 MB, and Arrow's own pool keeps more. Resident
memory after all pages of `make bench-review` fell from 229 to 148 MB at the same CPU time, and at
its highest from 292 to 211 MB. Where the C library has no such variables they do nothing.
"""

WEB_MEMORY = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(2**20),
    "MALLOC_TRIM_THRESHOLD_": str(2**20),
}
