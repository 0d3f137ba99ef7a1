"""The Jira issues that a service's commits name, with everything that makes tickets hard to read."""

from collections.abc import Mapping, Sequence

from app.kernel.clock import DAY, HOUR
from app.standins.story.model import Person, Sprint, Ticket, Version
from app.standins.story.names import SUBJECTS
from app.standins.story.seed import Seed

LOCALISED = {"done": "Erledigt", "indeterminate": "進行中", "new": "À faire"}
PLAIN = {"done": "Done", "indeterminate": "In Review", "new": "To Do"}
MOVED_TO = "OPS"
"""The project that some issues were moved to: commits still name the key that they had."""


def tell_tickets(
    seed: Seed, service: str, keys: Sequence[str], people: Sequence[Person], start: int, end: int
) -> Mapping[str, Ticket]:
    """A ticket for each key that commits name; a moved one has another key inside."""
    each = (end - start) // max(len(keys), 1)
    told = {}
    for number, key in enumerate(keys):
        updated = min(start + number * each + each // 2 + HOUR, end)
        told[key] = _ticket(seed, service, key, number, len(keys), people, start, updated)
    return told


def _ticket(
    seed: Seed, service: str, key: str, number: int, count: int, people: Sequence[Person], start: int, updated: int
) -> Ticket:
    left = count - number
    category = "done" if left > 10 else "indeterminate" if left > 2 else "new"
    named = LOCALISED if number % 7 == 2 else PLAIN
    moved = number % 17 == 9
    project, _, digits = key.partition("-")
    identity = 2 * int(digits) + (project == "PAY")
    return Ticket(
        id=str(100_000 + identity),
        key=f"{MOVED_TO}-{identity}" if moved else key,
        service=service,
        summary=f"{SUBJECTS[number % len(SUBJECTS)].capitalize()} of {service}",
        type="Service Request" if number % 19 == 11 else "Bug" if number % 3 == 0 else "Story",
        status=named[category],
        category=category,  # type: ignore[arg-type]
        fix_versions=_versions(seed, service, number, updated, start, released=category == "done"),
        assignee=None if number % 8 == 6 else seed.pick(people, "assignee", key),
        sprint=None if number % 5 == 1 else _sprint(start, updated, current=left <= 10),
        level="Security team" if number % 29 == 7 else "",
        hidden=number % 23 == 5,
        created=updated - 9 * DAY,
        updated=updated,
    )


def _versions(
    seed: Seed, service: str, number: int, updated: int, start: int, *, released: bool
) -> tuple[Version, ...] | None:
    """None: this type of issue has no such field. Every sixth has none yet."""
    if number % 19 == 11:
        return None
    if number % 6 == 3:
        return ()
    turn = (updated - start) // (14 * DAY)
    return (
        Version(
            str(seed.below(10**9, "version", turn)), f"{service} 1.{turn}", released, start + (turn + 1) * 14 * DAY
        ),
    )


def _sprint(start: int, at: int, *, current: bool) -> Sprint:
    turn = (at - start) // (14 * DAY)
    begun = start + turn * 14 * DAY
    state = "active" if current else "closed"
    return Sprint(400 + turn, f"Sprint {turn + 1}", state, begun, begun + 14 * DAY)  # type: ignore[arg-type]
