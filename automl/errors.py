"""What can be wrong with a person's input, in words that are safe to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class InputError(Exception):
    """The input cannot be used, and the person who sent it can do something about it.

    Everything else that is raised in this package is a bug of ours.

    Parameters
    ----------
    code
        A stable name for programs, for example ``RAGGED_ROWS``.
    message
        One or two sentences: what happened, where, what to do. At most 200 characters.
    line, column
        1-based place in the file, where there is one.
    """

    def __init__(
        self, code: str, message: str, *, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments do not survive the default way across processes.
        return _rebuild_input_error, (self.code, self.message, self.line, self.column)


def _rebuild_input_error(
    code: str, message: str, line: int | None, column: int | None
) -> InputError:
    return InputError(code, message, line=line, column=column)


@dataclass(frozen=True)
class TableWarning:
    """Something a person should know about a file that was read all the same.

    ``count`` is how often it happened, ``lines`` the first places (1-based).
    """

    code: str
    message: str
    count: int = 0
    lines: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "count": self.count,
            "lines": list(self.lines),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TableWarning:
        return cls(data["code"], data["message"], data["count"], tuple(data["lines"]))
