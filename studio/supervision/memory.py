"""How the processes of the product hold memory that they have freed: settings of the C library.

Where the C library has no such variables they do nothing.
"""

# What lets the web process give memory back after a page that read a million rows. Each page frees
# what it took, but an allocator keeps it for the next one: glibc raises the size from which it asks
# the system each time, up to 32 MB, and Arrow's own pool keeps more. Resident memory after all
# pages of `make bench-review` fell from 229 to 148 MB at the same processor time, and at its
# highest from 292 to 211 MB.
WEB_MEMORY = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(2**20),
    "MALLOC_TRIM_THRESHOLD_": str(2**20),
}

# A job does the same to some rows after others, so what it has freed it soon needs again. Asking
# the system for it each time cost 35,000 page faults for 100,000 predictions, and now 1,300: 3 %
# of the processor time. Its process ends with it, so nothing is held for long.
WORKER_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(2**26),
    "MALLOC_TRIM_THRESHOLD_": str(2**27),
}
