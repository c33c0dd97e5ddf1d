"""Counting what was put right while reading rows, for one warning each."""

from __future__ import annotations

from automl.errors import TableWarning

_MAX_LINES = 5


class RowNotes:
    """Counts of what happened to rows, with the first lines where it did.

    Parameters
    ----------
    words
        Code to message; ``{n}`` stands for the count, ``{lines}`` for the first lines.
    """

    def __init__(self, words: dict[str, str]) -> None:
        self._words = words
        self._counts = dict.fromkeys(words, 0)
        self._lines: dict[str, list[int]] = {code: [] for code in words}

    def add(self, code: str, line: int) -> None:
        self._counts[code] += 1
        lines = self._lines[code]
        if len(lines) < _MAX_LINES and lines[-1:] != [line]:
            lines.append(line)

    def warnings(self) -> list[TableWarning]:
        return [self._warning(code) for code, count in self._counts.items() if count]

    def _warning(self, code: str) -> TableWarning:
        count, lines = self._counts[code], self._lines[code]
        shown = ", ".join(map(str, lines)) + (", …" if len(lines) == _MAX_LINES < count else "")
        message = self._words[code].format(n=f"{count:,}", lines=shown)
        return TableWarning(code, message, count, tuple(lines))


class BlankLines:
    """Blank lines between rows are worth a warning, those after the last row are not."""

    def __init__(self, notes: RowNotes, code: str) -> None:
        self._notes = notes
        self._code = code
        self._pending: list[int] = []
        self._n_rows = 0

    @property
    def n_pending(self) -> int:
        return len(self._pending)

    def add(self, line: int, n_rows: int) -> None:
        """Note a blank line after ``n_rows`` rows."""
        if n_rows != self._n_rows:
            self.count_pending(n_rows)
        self._pending.append(line)

    def count_pending(self, n_rows: int) -> None:
        """Rows have followed (``n_rows`` by now): what was pending stood between rows."""
        if n_rows != self._n_rows:
            for line in self._pending:
                self._notes.add(self._code, line)
            self._pending = []
            self._n_rows = n_rows
