"""Nobody without this installation's key can put a file of theirs in the place of ours."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from automl.errors import InputError
from studio.environment import read_secret_key_fallbacks
from studio.files import local_path, put_file, sealed_path
from studio.models import StoredFile
from studio.seals import has_current_seal, has_seal, make_seal

pytestmark = pytest.mark.django_db

OTHER_KEY = "another secret key of more than fifty characters, as is asked for"


@pytest.fixture
def stored(alice, tmp_path):
    path = tmp_path / "predictor"
    path.write_bytes(b"weights")
    return put_file("predictors", path, workspace=alice.workspaces.get())


def refusal(stored):
    with pytest.raises(InputError) as caught:
        sealed_path(StoredFile.objects.get(pk=stored.pk))
    return caught.value.code


def change(stored, **fields):
    StoredFile.objects.filter(pk=stored.pk).update(**fields)


def reseal(*options):
    out = StringIO()
    call_command("reseal", *options, stdout=out)
    return out.getvalue()


def test_what_we_stored_is_read(stored):
    assert sealed_path(stored).read_bytes() == b"weights"


def test_other_bytes_of_the_same_size_are_refused(stored):
    local_path(stored).write_bytes(b"WEIGHTS")
    assert refusal(stored) == "MODEL_CORRUPT"


def test_a_file_that_is_gone_is_refused_with_a_sentence(stored):
    local_path(stored).unlink()
    assert refusal(stored) == "MODEL_CORRUPT"


def test_bytes_and_row_changed_alike_are_refused(stored, tmp_path):
    """By somebody who can write to storage and to the database, but has no key."""
    local_path(stored).write_bytes(b"WEIGHTS")
    other = tmp_path / "other"
    other.write_bytes(b"WEIGHTS")
    change(stored, sha256=put_file("x", other, workspace=stored.workspace).sha256)
    assert refusal(stored) == "OTHER_SECRET_KEY"


def test_a_seal_does_not_fit_another_kind_or_another_workspace(stored, bob):
    seal = stored.seal
    for field, value in [
        ("key", f"members/{uuid4().hex}"),
        ("workspace", bob.workspaces.get()),
        ("size_bytes", 8),
    ]:
        moved = StoredFile.objects.get(pk=stored.pk)
        setattr(moved, field, value)
        assert not has_seal(moved)
        moved.seal = make_seal(moved)
        assert has_seal(moved)
        assert moved.seal != seal


def test_no_seal_at_all_is_no_way_around_it(stored):
    change(stored, seal="")
    assert refusal(stored) == "OTHER_SECRET_KEY"


def test_a_key_that_was_replaced_still_counts_while_it_is_named(stored, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = OTHER_KEY
    assert sealed_path(stored).read_bytes() == b"weights"
    assert not has_current_seal(stored)
    assert "Renewed 1, adopted 0." in reseal()
    settings.SECRET_KEY_FALLBACKS = []
    assert sealed_path(StoredFile.objects.get(pk=stored.pk)).read_bytes() == b"weights"


def test_on_a_server_with_another_key_files_are_refused_until_the_operator_adopts_them(
    stored, settings
):
    settings.SECRET_KEY = OTHER_KEY
    assert refusal(stored) == "OTHER_SECRET_KEY"
    with pytest.raises(CommandError, match="--adopt"):
        reseal()
    assert refusal(stored) == "OTHER_SECRET_KEY"
    assert "adopted 1" in reseal("--adopt")
    assert sealed_path(StoredFile.objects.get(pk=stored.pk)).read_bytes() == b"weights"
    assert "Renewed 0, adopted 0." in reseal()


def test_what_was_changed_is_never_adopted(stored, settings):
    settings.SECRET_KEY = OTHER_KEY
    local_path(stored).write_bytes(b"WEIGHTS")
    with pytest.raises(CommandError, match="missing or changed"):
        reseal("--adopt")
    assert refusal(stored) == "OTHER_SECRET_KEY"


def test_fallback_keys_must_be_as_long_as_the_key(monkeypatch):
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", OTHER_KEY.replace(",", ""))
    assert read_secret_key_fallbacks() == [OTHER_KEY.replace(",", "")]
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", "short")
    with pytest.raises(ImproperlyConfigured, match="50 random characters"):
        read_secret_key_fallbacks()
