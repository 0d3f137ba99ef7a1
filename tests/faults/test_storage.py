"""The database is full, read-only, locked or taken: C of the catalogue. Refused is fine, lost is not."""

import asyncio
import os
import resource
import secrets
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.store.tables import receipts
from tests.fake_teams import FakeTeams
from tests.running.client import Client, total
from tests.running.database import look, rows
from tests.running.engines import postgresql_only, sqlite_only
from tests.running.fixtures import MakeProcess, StartService
from tests.running.hooks import Hook, build
from tests.running.in_process import Service
from tests.running.invariants import check_after_faults, check_integrity, check_reconciled
from tests.running.process import Process
from tests.running.wait import until

PADDING = 200_000


def padded(number: int) -> Hook:
    """A build whose body takes room that nothing can pack."""
    hook = build(number)
    pad = secrets.token_hex(PADDING // 2).encode()
    return Hook("bitbucket", hook.body[:-1] + b',"pad":"' + pad + b'"}', hook.headers)


async def fill(client: Client, accepted: dict[int, str], most: int = 400) -> None:
    """Post until ten in a row are refused; whatever is refused is 503 with a time to come again."""
    refused = 0
    for number in range(len(accepted) + 1, most):
        answer = await client.post(padded(number))
        assert answer.status_code in (202, 503), answer.text
        if answer.status_code == 202:
            accepted[number] = answer.json()["receipt"]
            refused = 0
        else:
            assert int(answer.headers["retry-after"]) > 0
            refused += 1
            if refused == 10:
                return
    pytest.fail("the disk did not become full")


async def takes_again(client: Client, accepted: dict[int, str], number: int) -> None:
    async def post() -> bool:
        answer = await client.post(build(number))
        if answer.status_code == 202:
            accepted[number] = answer.json()["receipt"]
        return answer.status_code == 202

    await until(post, "the door to take again", 60, every=0.2)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB with 5 MB taken by a file called `ballast`."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    (folder / "ballast").write_bytes(bytes(5 << 20))
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@sqlite_only
async def test_F30_a_full_disk_refuses_and_recovers_by_itself(
    small_disk: Path, start: StartService, teams: FakeTeams
) -> None:
    url = f"sqlite:///{small_disk}/shipbell.db"
    service = await start(SHIPBELL_DATABASE_URL=url)
    accepted: dict[int, str] = {}
    await fill(service, accepted)
    assert accepted
    assert (await service.request("GET", "/healthz")).status_code == 200
    assert (await service.request("GET", "/readyz")).json()["store"] == "unavailable"
    (small_disk / "ballast").unlink()
    await takes_again(service, accepted, 1000)
    assert (await service.request("GET", "/readyz")).status_code == 200
    await service.deliveries(ended=len(accepted))
    await check_after_faults(url, accepted, teams.posts)
    await check_reconciled(url, await service.counted())


@sqlite_only
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits a running process")
async def test_F30_a_file_that_may_not_grow_refuses_and_recovers_by_itself(process: Process, teams: FakeTeams) -> None:
    client = await process.start()
    url = process.environ["SHIPBELL_DATABASE_URL"]
    accepted = {1: await client.accepted(build(1))}
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (3 << 20, hard))
    await fill(client, accepted)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    await takes_again(client, accepted, 1000)
    await client.deliveries(ended=len(accepted))
    await check_after_faults(url, accepted, teams.posts)


@sqlite_only
async def test_F30_below_the_reserve_nothing_is_taken(start: StartService) -> None:
    service = await start(SHIPBELL_DISK_RESERVE_BYTES=str(1 << 60))
    answer = await service.post(build(1))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    unsigned = await service.post(build(1), x_hub_signature=None)
    assert unsigned.status_code == 401
    ready = await service.request("GET", "/readyz")
    assert (ready.status_code, ready.json()["door"]) == (503, "disk_full")
    assert await rows(service.database_url, receipts) == []
    assert total(await service.counted(), "webhook_events_rejected_total", reason="disk_full") == 1


async def make_read_only(service: Service, read_only: bool) -> None:
    """SQLite: what a file that became read-only answers. PostgreSQL: what a server answers that became a standby."""
    if service.database_url.startswith("sqlite"):
        work = sa.text(f"PRAGMA query_only={int(read_only)}")
        raw = service.parts.database._open_connection().connection.dbapi_connection  # type: ignore[attr-defined]
        await service.parts.database._run(lambda: raw.execute(str(work)) and None)  # type: ignore[attr-defined]
        return
    name = service.database_url.partition("?")[0].rpartition("/")[2]

    def alter(connection: sa.Connection) -> None:
        connection.execute(sa.text("SET TRANSACTION READ WRITE"))
        connection.execute(
            sa.text(f"ALTER DATABASE {name} SET default_transaction_read_only = {str(read_only).lower()}")
        )
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
        )
        connection.execute(sa.text(others), {"name": name})

    await look(service.database_url, alter)


async def test_F31_a_database_that_became_read_only_is_503_until_it_can_be_written(
    service: Service, teams: FakeTeams
) -> None:
    accepted = {1: await service.accepted(build(1))}
    await service.deliveries(ended=1)
    await make_read_only(service, True)

    async def refused() -> bool:
        return (await service.post(build(2))).status_code == 503

    await until(refused, "the first refusal")
    assert (await service.post(build(3))).status_code == 503
    ready = await service.request("GET", "/readyz")
    assert (ready.status_code, ready.json()["store"]) == (503, "unavailable")
    assert (await service.request("GET", "/healthz")).status_code == 200
    await make_read_only(service, False)
    await takes_again(service, accepted, 4)

    async def ready_again() -> bool:  # connections that the server cut are found out one by one
        return (await service.request("GET", "/readyz")).status_code == 200

    await until(ready_again, "readiness")
    await service.deliveries(ended=2)
    await check_after_faults(service.database_url, accepted, teams.posts)


@sqlite_only
async def test_F31_a_folder_that_is_read_only_is_told_at_the_start(small_disk: Path, make_process: MakeProcess) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    process = make_process(real=True, SHIPBELL_DATABASE_URL=f"sqlite:///{small_disk}/shipbell.db")
    process.launch()
    assert await process.ended() == 1
    assert "shipbell.db" in process.said
    assert "Traceback" not in process.said


@sqlite_only
async def test_F32_a_locked_file_is_503_after_five_seconds_for_everybody(service: Service, teams: FakeTeams) -> None:
    accepted = {1: await service.accepted(build(1))}
    await service.deliveries(ended=1)
    with closing(sqlite3.connect(service.database_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        times = []

        async def post(number: int, after: float) -> int:
            await asyncio.sleep(after)
            began = time.monotonic()
            status = (await service.post(build(number))).status_code
            times.append(time.monotonic() - began)
            return status

        statuses = await asyncio.gather(*(post(10 + index, index / 2) for index in range(8)))
        assert set(statuses) == {503}
        assert max(times) < 8, f"senders waited for {max(times):.1f} s: theirs give up after ten"
        assert (await service.get("/api/v1/receipts"))["items"]
        other.execute("ROLLBACK")
    await takes_again(service, accepted, 2)
    await service.deliveries(ended=2)
    await check_after_faults(service.database_url, accepted, teams.posts)
    await check_reconciled(service.database_url, await service.counted())


@postgresql_only
async def test_F32_a_locked_table_is_503_and_then_taken(service: Service, teams: FakeTeams) -> None:
    accepted = {1: await service.accepted(build(1))}
    await service.deliveries(ended=1)
    held, release = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(connection: sa.Connection) -> None:
        connection.execute(sa.text("LOCK TABLE seen IN ACCESS EXCLUSIVE MODE"))
        loop.call_soon(held.set)
        for _ in range(600):
            connection.execute(sa.text("SELECT pg_sleep(0.1)"))
            if release.is_set():
                return

    holder = asyncio.create_task(look(service.database_url, hold))
    await held.wait()
    began = time.monotonic()
    assert (await service.post(build(2))).status_code == 503
    assert time.monotonic() - began < 8
    release.set()
    await holder
    await takes_again(service, accepted, 2)
    await service.deliveries(ended=2)
    await check_after_faults(service.database_url, accepted, teams.posts)


@sqlite_only
async def test_F35_a_second_process_on_the_file_refuses_to_start(make_process: MakeProcess, teams: FakeTeams) -> None:
    first, second = make_process(real=True), make_process(real=True)
    client = await first.start()
    await client.taken(build(1))
    second.launch()
    assert await second.ended() == 1
    assert "another process" in second.said
    assert str(first.pid) in second.said
    assert "Traceback" not in second.said
    assert (await client.taken(build(2)))["state"] == "processed"
    await first.kill()
    client = await second.start()  # the lock of a dead process holds nobody up
    assert (await client.taken(build(3)))["state"] == "processed"
    await check_integrity(first.environ["SHIPBELL_DATABASE_URL"])
    second.signal(15)
    assert await second.ended() in (0, -15)
    workers = make_process(real=True)
    workers.launch(args=["serve", "--workers", "2"])
    assert await workers.ended() == 2
