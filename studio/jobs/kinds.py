"""What a kind of job must say of itself, and the registry that each app adds its kinds to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from studio.models import Job

    from .execution import JobRun


@dataclass(frozen=True)
class JobFailure:
    """Why a job failed, in words that are safe to show."""

    code: str
    message: str
    line: int | None = None
    column: int | None = None

    def as_fields(self) -> dict[str, Any]:
        return {
            "error_code": self.code,
            "error_message": self.message,
            "error_line": self.line,
            "error_column": self.column,
        }


@dataclass(frozen=True)
class Finished:
    """The work is done; `apply` writes its result in the transaction that ends the job."""

    apply: Callable[[], None]


@dataclass(frozen=True)
class Split:
    """The work goes on in children; `apply` runs in the transaction that makes their rows.

    After `stop_early_at` the children that are not done are given up, once the kind `has_enough`.
    """

    apply: Callable[[], None]
    children: list[tuple[str, UUID]]
    stop_early_at: datetime | None = None


Outcome = Finished | Split


@dataclass(frozen=True)
class Kind:
    """One kind of job.

    `run` (and `join`, once all children are final) do the work in a worker process. The
    `on_…` functions write the subject's status in the same transaction as the job's.
    `has_enough` says whether what the children did so far is worth joining.
    """

    key: str
    queue: str
    deadline: timedelta
    run: Callable[["JobRun"], Outcome]
    on_fail: Callable[["Job", JobFailure], None]
    on_start: Callable[["Job"], None] = lambda job: None
    join: Callable[["JobRun"], Outcome] | None = None
    has_enough: Callable[["Job"], bool] = lambda job: True
    max_attempts: int = 3


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.key] = kind


def get_kind(key: str) -> Kind:
    return _kinds[key]
