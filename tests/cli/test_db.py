"""`shipbell db …`: upgrade, back up, check, and a restore that works."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from app.store.migrate import newest
from app.store.opening import open_database
from tests.api.rows import add_receipts
from tests.cli.conftest import Shipbell
from tests.conftest import HandClock

FILE = Path("shipbell.db")


@pytest.fixture
def filled(shipbell: Shipbell) -> Path:
    """A database with three receipts, where the settings look for it."""
    assert shipbell("db", "upgrade").code == 0

    async def fill() -> None:
        database = open_database(f"sqlite:///{FILE}", HandClock())
        await database.start()
        await database.write(lambda connection: add_receipts(connection, 3))
        await database.close()

    asyncio.run(fill())
    return FILE


def receipts(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT count(*) FROM receipts").fetchone()[0])


def test_an_empty_folder_gets_its_schema_and_a_dry_run_only_says_so(shipbell: Shipbell) -> None:
    assert shipbell("db", "upgrade", "--dry-run").out == f"The schema would go from nothing to {newest()}.\n"
    assert not FILE.exists()
    assert shipbell("db", "check").code == 1
    assert shipbell("db", "upgrade").out == f"The schema went from nothing to {newest()}.\n"
    assert shipbell("db", "upgrade").out == "The schema is up to date.\n"
    assert shipbell("db", "check").out == f"The database is whole; its schema is {newest()}.\n"


def test_a_database_that_is_not_there_is_1_and_is_not_made(shipbell: Shipbell) -> None:
    said = shipbell("db", "check")
    assert (said.code, "there is no database" in said.err) == (1, True)
    assert shipbell("db", "backup", "copy.db").code == 1
    assert not FILE.exists()
    assert not Path("copy.db").exists()


def test_a_backup_is_whole_is_never_overwritten_and_can_be_restored(shipbell: Shipbell, filled: Path) -> None:
    said = shipbell("db", "backup", "copy.db")
    assert (said.code, said.out.startswith("Wrote copy.db (")) == (0, True)
    again = shipbell("db", "backup", "copy.db")
    assert (again.code, "exists already" in again.err) == (1, True)
    for name in ("shipbell.db", "shipbell.db-wal", "shipbell.db-shm"):
        Path(name).unlink(missing_ok=True)
    Path("copy.db").rename(filled)
    assert shipbell("db", "check").code == 0
    assert receipts(filled) == 3


def test_what_holds_webhooks_is_for_its_owner_alone(shipbell: Shipbell, filled: Path) -> None:
    assert shipbell("db", "backup", "copy.db").code == 0
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in (filled, Path("copy.db"))} == {
        filled.name: "0o600", "copy.db": "0o600"
    }  # fmt: skip


def test_a_folder_may_have_any_name(shipbell: Shipbell) -> None:
    url = {"SHIPBELL_DATABASE_URL": "sqlite:///a #1/shipbell.db"}
    Path("a #1").mkdir()
    assert shipbell("db", "upgrade", **url).code == 0
    assert shipbell("db", "check", **url).code == 0
    assert shipbell("db", "backup", "a #1/copy.db", **url).code == 0
    missing = shipbell("db", "backup", "nowhere/copy.db", **url)
    assert (missing.code, missing.err) == (1, "error: nowhere/copy.db cannot be written: No such file or directory\n")


def test_a_backup_is_taken_and_the_schema_looked_at_beside_a_service_that_runs(
    shipbell: Shipbell, filled: Path
) -> None:
    async def beside() -> None:
        database = open_database(f"sqlite:///{filled}", HandClock())
        await database.start()
        await database.write(lambda connection: add_receipts(connection, 2))
        try:
            said = await asyncio.to_thread(shipbell, "db", "backup", "copy.db")
            assert said.code == 0, said.err
            looked = await asyncio.to_thread(shipbell, "db", "upgrade", "--dry-run")
            assert (looked.code, looked.out) == (0, "The schema is up to date.\n"), looked.err
        finally:
            await database.close()

    asyncio.run(beside())
    assert receipts(Path("copy.db")) == 5


def test_F36_a_damaged_file_is_told_and_never_written(shipbell: Shipbell, filled: Path) -> None:
    content = bytearray(filled.read_bytes())
    content[8192:16384] = b"\xee" * 8192
    filled.write_bytes(content)
    said = shipbell("db", "check")
    assert (said.code, said.err.startswith("error: ")) == (1, True)
    assert filled.read_bytes() == content


def test_F36_what_is_no_database_is_told(shipbell: Shipbell) -> None:
    FILE.write_bytes(b"this is a text" * 1000)
    said = shipbell("db", "check")
    assert (said.code, "not a database" in said.err) == (1, True)


@pytest.mark.parametrize("command", [("check",), ("upgrade",), ("upgrade", "--dry-run")])
def test_a_schema_of_a_newer_version_is_refused(shipbell: Shipbell, filled: Path, command: tuple[str, ...]) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    said = shipbell("db", *command)
    assert (said.code, said.out, "9999 is newer than this version knows" in said.err) == (1, "", True)


def test_postgresql_has_its_own_tools(shipbell: Shipbell) -> None:
    said = shipbell("db", "backup", "copy.db", SHIPBELL_DATABASE_URL="postgresql://u:CANARY@localhost/x")
    assert (said.code, "pg_dump" in said.err) == (1, True)
    assert "CANARY" not in said.err
