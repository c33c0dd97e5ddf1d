import pytest

from studio.models import User


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice@example.org", "alices long secret")


@pytest.fixture
def bob(db):
    return User.objects.create_user("bob@example.org", "bobs long secret")


@pytest.fixture
def operator(db):
    return User.objects.create_superuser("operator@example.org", "operators long secret")


@pytest.fixture
def alice_client(client, alice):
    client.force_login(alice)
    return client
