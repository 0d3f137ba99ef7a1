"""Each overlay, built once, and processes to try what it gives."""

import pytest

from tests.deploy.manifests import OVERLAYS, Manifests
from tests.running.fixtures import cradle

__all__ = ["cradle"]


@pytest.fixture(params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> Manifests:
    """What an overlay comes to; every test with it runs on each."""
    return Manifests(request.param)


@pytest.fixture
def sqlite() -> Manifests:
    return Manifests("sqlite")


@pytest.fixture
def postgres_overlay() -> Manifests:
    return Manifests("postgres")
