"""The `tests` of a rule book: events as people write them, and whether the rules do what is expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.events import EVENT_TYPES, Envelope, flat
from app.events.fields import Field
from app.kernel.timestamps import parse_timestamp
from app.kernel.yaml import did_you_mean
from app.routing.clauses import find_path
from app.routing.entries import TrialEntry
from app.routing.known import Known
from app.routing.match import View
from app.routing.operators import NUMBERS, Mistake, check_value
from app.routing.route import Routing, route
from app.routing.rulebook import Rulebook, Trial
from app.routing.sections import Sections
from app.routing.written import Problems, Written

_A_MONDAY_MORNING = "2026-01-05T10:00:00+00:00"
_MADE_UP = {"id": "0" * 32, "subject": "trial", "source": "trial", "receipt": "0" * 32}
"""What an event must have and a trial need not say."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of a trial: it passed when there are no `problems`."""

    name: str
    problems: tuple[str, ...]
    routing: Routing
    file: str
    line: int

    @property
    def passed(self) -> bool:
        """Whether all that was expected came true."""
        return not self.problems


def run_trials(book: Rulebook) -> list[TrialResult]:
    """Every trial of the book against its rules, in the order of the files."""
    return [_run(book, trial) for trial in book.trials]


def _run(book: Rulebook, trial: Trial) -> TrialResult:
    routing = route(book, trial.view)
    came = _came(routing)
    problems = [_difference(what, wanted, came[what]) for what, wanted in trial.expect.items() if wanted != came[what]]
    return TrialResult(trial.name, tuple(problems), routing, trial.file, trial.line)


def _came(routing: Routing) -> dict[str, Any]:
    """What came of a trial, in the words of `ExpectEntry`. What is coalesced counts as sent: its last will be.

    So does what `first: now` lets out at once: a trial's event is the first.
    """
    sends, held, grouped = {}, {}, {}
    for send in routing.sends:
        wait = send.wait
        if wait is not None and wait.how == "group" and not wait.first_now:
            grouped[send.channel] = wait.card
        elif wait is not None and wait.until:
            held[send.channel] = send.card
        else:
            sends[send.channel] = send.card
    addresses = (person.address for send in routing.sends for person in send.mentions if person.address)
    return {
        "send": sends,
        "held": held,
        "grouped": grouped,
        "mentions": sorted(set(addresses)),
        "message": routing.message.name if routing.message else None,
        "dropped_by": routing.dropped_by,
    }


def _difference(what: str, wanted: Any, came: Any) -> str:
    if what == "dropped_by":
        who, did = (repr(rule) if rule else "nothing" for rule in (wanted, came))
        return f"expected {who} to drop it, but {did} dropped it"
    if what == "mentions":
        return f"expected to mention {', '.join(wanted) or 'nobody'}, but mentioned {', '.join(came) or 'nobody'}"
    if what == "message":
        return f"expected the message {wanted or 'none'}, but it was {came or 'none'}"
    return f"expected to {_VERBS[what]} {_shown(wanted)}, but {_PAST[what]} {_shown(came)}"


_VERBS = {"send": "send", "held": "hold", "grouped": "group"}
_PAST = {"send": "sent", "held": "held", "grouped": "grouped"}


def _shown(sends: Mapping[str, str]) -> str:
    return ", ".join(f"{card} to {channel}" for channel, card in sorted(sends.items())) or "nothing"


def read_trials(sections: Sections, known: Known, timezone: str, problems: Problems) -> tuple[Trial, ...]:
    """All trials in their order; what is wrong with them goes to `problems`."""
    trials = (_read_trial(written, sections, known, timezone, problems) for written in sections.lists["tests"])
    return tuple(trial for trial in trials if trial is not None)


def _read_trial(written: Written, sections: Sections, known: Known, timezone: str, problems: Problems) -> Trial | None:
    entry = written.read_as(TrialEntry, problems)
    if entry is None:
        return None
    expect = {name: getattr(entry.expect, name) for name in sorted(entry.expect.model_fields_set)}
    for name in ("send", "held", "grouped"):
        _check_cards(written.at("expect", name), expect.get(name) or {}, sections, known, problems)
    for name, what in (("dropped_by", "rule"), ("message", "message")):
        if expect.get(name) is not None:
            written.at("expect", name).check_names(what, [expect[name]], sections.names(f"{what}s"), problems)
    if expect.get("mentions") is not None:
        expect["mentions"] = sorted(set(expect["mentions"]))
    expect = {name: value for name, value in expect.items() if value is not None or name in ("message", "dropped_by")}
    at = _moment(written.at("at"), timezone, problems)
    view = _view(written.at("event"), at, known, problems)
    return Trial(entry.name, view, expect, written.file, written.line)


def _check_cards(
    written: Written, cards: Mapping[str, str], sections: Sections, known: Known, problems: Problems
) -> None:
    for channel, card in cards.items():
        written.at(channel).check_names("channel", [channel], sections.maps["channels"], problems)
        written.at(channel).check_names("card", [card], known.cards, problems)


def _moment(written: Written, timezone: str, problems: Problems) -> str:
    """When the trial happens, as ISO text with a zone."""
    if written.value is None:
        return _A_MONDAY_MORNING
    try:
        moment = datetime.fromisoformat(written.value)
    except ValueError:
        problems.append(written.problem(f"{written.value!r} is not a time", "e.g. 2026-03-04T10:00:00+01:00"))
        return _A_MONDAY_MORNING
    text = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))).isoformat()
    if parse_timestamp(text) is None:
        problems.append(written.problem(f"{written.value!r} is not a time that an event can have"))
        return _A_MONDAY_MORNING
    return text


def _view(written: Written, at: str, known: Known, problems: Problems) -> View:
    """The flat view of the event, made whole as a real one is, so that defaults of its type are there, too."""
    name = written.value.get("type")
    model = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if model is None:
        place = written.at("type") if "type" in written.value else written
        said = "'type' is missing" if name is None else f"unknown type {name!r}"
        problems.append(place.problem(said, did_you_mean(str(name), EVENT_TYPES)))
        return {}
    before = len(problems)
    _check_fields(written, "", str(name), known, problems)
    if len(problems) > before:
        return {}
    whole = {**_MADE_UP, "occurred_at": at, "received_at": at, **written.value}
    event: Envelope | None = Written(whole, written.document, written.path).read_as(model, problems)
    if event is not None and event.received_at is None:
        problems.append(written.at("received_at").problem("received_at is not a time", "leave it out, and write 'at'"))
    return flat(event) if event is not None else {}


def _check_fields(written: Written, prefix: str, event_type: str, known: Known, problems: Problems) -> None:
    """Holds every field against the catalogue, as the rules are, so that a typo in a trial is no silent pass."""
    for key in written.value:
        place = written.at(key)
        found = find_path(prefix + key, place, problems, (event_type,))
        if found is None:
            continue
        if found.kind == "part" and isinstance(place.value, dict):
            _check_fields(place, f"{prefix}{key}.", event_type, known, problems)
        else:
            _check_scalar(found, place, known, problems)


def _check_scalar(field: Field, place: Written, known: Known, problems: Problems) -> None:
    value: Any = place.value
    if value is None or field.kind not in ("text", "flag", *NUMBERS):
        return  # absent, or for the model to judge
    try:
        check_value(field, value, known.values(field))
    except Mistake as mistake:
        problems.append(place.problem(mistake.message, mistake.hint))
