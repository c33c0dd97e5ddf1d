"""Request side: what training would take of this machine's memory, in words, and a warning."""

from dataclasses import dataclass

from django.conf import settings

from studio.machine import available_bytes
from studio.models import Cleanset

GIGABYTE = 10**9


@dataclass(frozen=True)
class MemoryEstimate:
    """Of one training worker at its peak; `warning` where all of them would not fit."""

    text: str
    warning: str


def memory_estimates(cleanset: Cleanset) -> dict[str, MemoryEstimate]:
    """By preset; empty where the analysis is from before there were such estimates."""
    known = cleanset.source.get("deployments", {})
    free = available_bytes()
    return {
        preset: _describe(about["bytes"], free)
        for preset, about in known.items()
        if "bytes" in about
    }


def about_memory(n_bytes: float) -> str:
    """In words that do not pretend to know it better: "0.4 GB", "3 GB"."""
    size = n_bytes / GIGABYTE
    return f"{size:.1f} GB" if size < 3 else f"{size:.0f} GB"


def _describe(n_bytes: float, free: int) -> MemoryEstimate:
    n_workers = settings.WORKERS["training"]
    text = about_memory(n_bytes)
    if n_bytes * n_workers <= free:
        return MemoryEstimate(text, "")
    fits = int(free // n_bytes)
    advice = f"TRAINING_WORKERS={fits} would do" if fits else "try fewer rows or the Fast preset"
    workers = "the training worker" if n_workers == 1 else f"{n_workers} training workers"
    return MemoryEstimate(
        text,
        f"More than this machine has free for {workers} ({about_memory(free)}): {advice}.",
    )
