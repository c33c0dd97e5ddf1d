"""Where the marks of a chart go: numbers to coordinates of an SVG, drawn by a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 360, 250
LEFT, RIGHT, TOP, BOTTOM = 40, 338, 12, 206
TICK_STEPS = (0.02, 0.05, 0.1, 0.2)
MAX_STEPS = 5


@dataclass(frozen=True)
class Scale:
    """Shares between `low` and `high` laid out from `start` to `end`, in units of the drawing."""

    low: float
    high: float
    start: float
    end: float

    def place(self, share: float) -> str:
        part = (share - self.low) / (self.high - self.low)
        return f"{self.start + part * (self.end - self.start):.1f}"

    def ticks(self) -> list[dict[str, str]]:
        """At round shares, from the highest down."""
        span = self.high - self.low
        step = next(s for s in TICK_STEPS if span / s < MAX_STEPS + 0.5)
        # A little more, so that a span of exactly n steps has n + 1 ticks.
        shares = [self.high - i * step for i in range(int(span / step + 0.01) + 1)]
        return [{"at": self.place(share), "text": f"{share * 100:.0f}%"} for share in shares]


def draw_reliability(bins: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Confidence to the right, accuracy upwards, both from 0 % to 100 %."""
    x, y = Scale(0, 1, LEFT, RIGHT), Scale(0, 1, BOTTOM, TOP)
    marks = [
        {
            "x": x.place(b["confidence"]),
            "y": y.place(b["accuracy"]),
            "low": y.place(b["low"]),
            "high": y.place(b["high"]),
        }
        for b in bins
    ]
    return _frame(x, y) | {"marks": marks, "line": _join(marks, "y")}


def draw_coverage(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Share of rows to the right, their accuracy upwards from the tens below all intervals."""
    lowest = min((line["low"] for line in lines), default=0.0)
    x = Scale(0, 1, LEFT, RIGHT)
    y = Scale(min(int(lowest * 10) / 10, 0.9), 1, BOTTOM, TOP)
    marks = [
        {
            "x": x.place(line["coverage"]),
            "y": y.place(line["accuracy"]),
            "low": y.place(line["low"]),
            "high": y.place(line["high"]),
        }
        for line in lines
    ]
    band = f"{_join(marks, 'high')} {_join(marks[::-1], 'low')}"
    return _frame(x, y) | {"marks": marks, "line": _join(marks, "y"), "band": band}


def bar_widths(values: Sequence[float]) -> list[str]:
    """Lengths of bars on a scale of 0 to 100, the largest value the whole of it."""
    largest = max((value for value in values if value > 0), default=1.0)
    return [f"{max(value, 0) / largest * 100:.1f}" for value in values]


def _frame(x: Scale, y: Scale) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": RIGHT,
        "top": TOP,
        "bottom": BOTTOM,
        "x_ticks": x.ticks(),
        "y_ticks": y.ticks(),
    }


def _join(marks: Sequence[dict[str, str]], upwards: str) -> str:
    return " ".join(f"{mark['x']},{mark[upwards]}" for mark in marks)
