"""CPU seconds and memory of a process and everything it started, read from /proc (Linux)."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import Self

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE_SECONDS = 0.2
SPIN_SECONDS = 2.0


def tree_cpu_seconds(pid: int) -> float:
    """User and system time of a process, its ended children and its living descendants."""
    return sum(_cpu_ticks(each) for each in tree(pid)) / TICKS


def tree(pid: int) -> list[int]:
    """The process and its living descendants."""
    children = defaultdict(list)
    for folder in PROC.glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields:
            children[int(fields[1])].append(int(folder.name))
    found = [pid]
    for each in found:
        found.extend(children[each])
    return found


class PeakMemory:
    """Watches a process tree from outside while the context is open.

    Attributes
    ----------
    n_bytes : the largest sum of proportional set sizes seen (shared pages count once), or the
        kernel's high-water mark of one process where that is more than any sample caught.
    """

    def __init__(self, pid: int) -> None:
        self.n_bytes = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            pids = tree(self._pid)
            total = sum(_field(pid, "smaps_rollup", "Pss:") for pid in pids)
            highest = max(_field(pid, "status", "VmHWM:") for pid in pids)
            self.n_bytes = max(self.n_bytes, total, highest)


def core_share() -> float:
    """What share of this core a process gets right now: 1 where nothing else runs on it."""
    started, cpu = time.monotonic(), time.process_time()
    while time.monotonic() - started < SPIN_SECONDS:
        pass
    return min((time.process_time() - cpu) / (time.monotonic() - started), 1.0)


def folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command name; none once the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _cpu_ticks(pid: int) -> int:
    return sum(int(ticks) for ticks in _stat(pid)[11:15])


def _field(pid: int, file: str, name: str) -> int:
    """Bytes; 0 once the process is gone."""
    try:
        lines = (PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
