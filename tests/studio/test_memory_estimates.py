"""What the deploy form says of memory, and when it warns."""

import pytest
from django.urls import reverse

from studio import machine, memory_estimates
from studio.estimates import Estimates
from studio.memory_estimates import about_memory
from studio.models import Cleanset

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(alice_client, alice, tmp_path, monkeypatch, settings):
    """The form's text, on a machine with so much free memory and so many training workers."""
    cleanset = make_cleanset(alice, tmp_path)

    def form(n_bytes, *, free, workers=2):
        settings.WORKERS = settings.WORKERS | {"training": workers}
        monkeypatch.setattr(memory_estimates, "available_bytes", lambda: free)
        about = {"regular": {"seconds": 60.0} | ({"bytes": n_bytes} if n_bytes else {})}
        Cleanset.objects.update(source=cleanset.source | {"deployments": about})
        page = alice_client.get(reverse("models_app:model_create", args=[cleanset.pk]))
        return page.content.decode()

    return form


def test_memory_stands_beside_the_time(form):
    page = form(0.9e9, free=8e9)
    assert "About 1 min here, 0.9 GB of memory for each training worker" in page
    assert "than this machine has free" not in page


def test_it_warns_where_all_workers_together_have_too_little(form):
    page = form(3e9, free=4e9)
    assert "More than this machine has free for 2 training workers (4 GB)" in page
    assert "TRAINING_WORKERS=1 would do" in page
    assert "than this machine has free" not in form(3e9, free=4e9, workers=1)


def test_it_says_what_to_do_where_one_worker_has_too_little(form):
    page = form(3e9, free=1e9, workers=1)
    assert "for the training worker (1.0 GB): try fewer rows or the Fast preset" in page


def test_an_analysis_from_before_there_were_estimates_shows_the_time_alone(form):
    page = form(None, free=1e9)
    assert "About 1 min here" in page
    assert "of memory" not in page


def test_the_analysis_estimates_every_preset(alice, tmp_path):
    deployments = Estimates(make_cleanset(alice, tmp_path).project, 2).deployments()
    assert set(deployments) == {"fast", "regular", "best"}
    assert all(3e8 < about["bytes"] < 1e10 for about in deployments.values())
    assert deployments["fast"]["bytes"] <= deployments["best"]["bytes"]


def test_a_container_has_no_more_than_its_limit(tmp_path, monkeypatch):
    meminfo, limit = tmp_path / "meminfo", tmp_path / "memory.max"
    meminfo.write_text("MemTotal: 16000000 kB\nMemAvailable:  8000000 kB\n")
    monkeypatch.setattr(machine, "MEMINFO", meminfo)
    monkeypatch.setattr(machine, "CGROUP_LIMITS", (limit, tmp_path / "none"))
    assert machine.available_bytes() == 8_000_000 * 1024
    limit.write_text("max\n")
    assert machine.available_bytes() == 8_000_000 * 1024
    limit.write_text("1000000\n")
    assert machine.available_bytes() == 1_000_000


def test_without_proc_it_is_all_that_the_machine_has(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "MEMINFO", tmp_path / "none")
    monkeypatch.setattr(machine, "CGROUP_LIMITS", ())
    assert machine.available_bytes() > 1e8


@pytest.mark.parametrize(
    ("n_bytes", "words"), [(4.2e8, "0.4 GB"), (1.26e9, "1.3 GB"), (5e9, "5 GB")]
)
def test_sizes_are_told_roughly(n_bytes, words):
    assert about_memory(n_bytes) == words
