"""What is posted directly is refused as a whole while nothing is taken, and nothing of it is kept."""

import sqlalchemy as sa

from app.store.tables import receipts
from tests.api.conftest import Api, StartApi

POSTS = {
    "incidents": ("/api/v1/incidents", {}),
    "files": ("/api/v1/security/scans", {"service": "pay"}),
    "results": ("/api/v1/tests/results", {"service": "pay", "status": "passed"}),
    "reports": ("/api/v1/reports", {}),
}


async def refused(api: Api, what: str) -> None:
    path, params = POSTS[what]
    answer = await api.ask("POST", path, params=params, content=b"{}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.json()["title"] == f"not taking {what} now, try again"
    kept = await api.parts.database.read(lambda c: c.scalar(sa.select(sa.func.count()).select_from(receipts)))
    assert kept == 0


async def test_a_process_that_only_delivers_takes_nothing(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="deliver")
    for what in POSTS:
        await refused(api, what)


async def test_a_full_disk_takes_nothing(start: StartApi) -> None:
    api = await start(SHIPBELL_DISK_RESERVE_BYTES=str(1 << 60))
    for what in POSTS:
        await refused(api, what)
