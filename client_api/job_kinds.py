from datetime import timedelta

from client_api import tasks
from client_api.uploads import JOIN
from studio.job_kinds import fail_dataset
from studio.jobs import Kind, register

register(
    Kind(
        key=JOIN,
        queue="io",
        deadline=timedelta(hours=2),
        run=tasks.join_parts,
        on_fail=fail_dataset,
    )
)
