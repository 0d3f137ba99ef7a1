from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.standins.standins import Standins, create_standins
from app.standins.story.model import Story
from app.standins.story.tell import tell
from app.standins.switches import Switches
from tests.conftest import START


@pytest.fixture(scope="session")
def story() -> Story:
    """Six services with 24 tickets each: enough that everything happens that can happen."""
    return tell(START, services=6, tickets=24)


@pytest.fixture(scope="session")
def made(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Standins:
    return create_standins(story, tmp_path_factory.mktemp("standins"))


@pytest.fixture
def standins(made: Standins) -> Iterator[Standins]:
    """With every switch off and nothing counted."""
    made.standing.switches, made.standing.answered = Switches(), 0
    made.standing.reset()
    yield made
    made.standing.switches = Switches()


@pytest.fixture
async def ask(standins: Standins) -> AsyncIterator[httpx.AsyncClient]:
    """Asks with an access token; no redirects are followed."""
    headers = {"authorization": "Bearer some-token"}
    transport = httpx.ASGITransport(standins.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://acme.test", headers=headers) as client:
        yield client


@pytest.fixture
async def stranger(standins: Standins) -> AsyncIterator[httpx.AsyncClient]:
    """Asks without credentials."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(standins.app), base_url="http://acme.test") as client:
        yield client
