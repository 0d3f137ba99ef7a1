"""Who owns a channel, and what is known of it at run time."""

from app.kernel.clock import HOUR, MINUTE, SECOND
from app.store import Database
from app.store.budgets import read_stamps, save_stamps
from app.store.channel_states import ChannelState, disown, due_channels, enrol, own, save, states
from tests.store.rows import owe


async def test_a_channel_has_one_owner_until_the_lease_ends(database: Database) -> None:
    now = database.clock()
    await database.write(lambda c: enrol(c, ["team", "qa"]))
    assert set(await database.write(lambda c: own(c, ["team", "qa"], "a", now, MINUTE))) == {"team", "qa"}
    assert await database.write(lambda c: own(c, ["team"], "b", now + MINUTE, MINUTE)) == {}
    assert set(await database.write(lambda c: own(c, ["team"], "a", now + 30 * SECOND, MINUTE))) == {"team"}
    assert await database.write(lambda c: own(c, ["team"], "b", now + MINUTE + 1, MINUTE)) == {}  # it was prolonged
    assert set(await database.write(lambda c: own(c, ["team"], "b", now + 2 * MINUTE, MINUTE))) == {"team"}


async def test_given_back_or_alone_nobody_waits_for_the_lease(database: Database) -> None:
    now = database.clock()
    await database.write(lambda c: enrol(c, ["team"]))
    await database.write(lambda c: own(c, ["team"], "a", now, HOUR))
    assert set(await database.write(lambda c: own(c, ["team"], "b", now, HOUR, alone=True))) == {"team"}
    await database.write(lambda c: disown(c, "a"))
    assert await database.write(lambda c: own(c, ["team"], "a", now, HOUR)) == {}
    await database.write(lambda c: disown(c, "b"))
    assert set(await database.write(lambda c: own(c, ["team"], "a", now, HOUR))) == {"team"}


async def test_states_are_kept_and_only_the_owner_writes_them(database: Database) -> None:
    now = database.clock()
    state = ChannelState("team", now + HOUR, "open", 5, 2, now, "http_5xx")
    await database.write(lambda c: enrol(c, ["team"]))
    await database.write(lambda c: save(c, [state], "a"))
    assert await database.read(states) == {"team": ChannelState("team")}
    await database.write(lambda c: own(c, ["team"], "a", now, MINUTE))
    await database.write(lambda c: save(c, [state], "a"))
    await database.write(lambda c: enrol(c, ["team", "qa"]))
    assert await database.read(states) == {"team": state, "qa": ChannelState("qa")}
    assert (await database.write(lambda c: own(c, ["team"], "b", now + HOUR, MINUTE)))["team"] == state


async def test_only_our_channels_with_something_due_are_named(database: Database) -> None:
    now = database.clock()

    def work(connection) -> None:
        enrol(connection, ["team", "qa", "idle"])
        own(connection, ["team", "idle"], "a", now, HOUR)
        owe(connection, ["e1"], now, "team")
        owe(connection, ["e2"], now, "qa")

    await database.write(work)
    assert await database.read(lambda c: due_channels(c, "a", now)) == ["team"]
    assert await database.read(lambda c: due_channels(c, "a", now - 1)) == []


async def test_a_budget_is_kept(database: Database) -> None:
    assert await database.write(lambda c: read_stamps(c, "notify")) == []
    await database.write(lambda c: save_stamps(c, "notify", [1, 2, 3]))
    assert await database.write(lambda c: read_stamps(c, "notify")) == [1, 2, 3]
    assert await database.write(lambda c: read_stamps(c, "other")) == []
