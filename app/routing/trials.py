"""The `tests` of a rule book: events as people write them, and whether the rules do what is expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.events import EVENT_TYPES, Envelope, flat
from app.events.fields import Field
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

NOT_YET = ("held", "grouped", "mentions", "message")
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
    problems = []
    sends = {send.channel: send.card for send in routing.sends}
    if trial.send is not None and sends != trial.send:
        problems.append(f"expected to send {_shown(trial.send)}, but sent {_shown(sends)}")
    if trial.dropped_by is not None and routing.dropped_by != trial.dropped_by:
        actual = f"{routing.dropped_by!r} dropped it" if routing.dropped_by else "nothing dropped it"
        problems.append(f"expected {trial.dropped_by!r} to drop it, but {actual}")
    return TrialResult(trial.name, tuple(problems), routing, trial.file, trial.line)


def _shown(sends: Mapping[str, str]) -> str:
    return ", ".join(f"{card} to {channel}" for channel, card in sorted(sends.items())) or "nothing"


def read_trials(sections: Sections, known: Known, timezone: str, problems: Problems) -> tuple[Trial, ...]:
    """All trials in their order; what is wrong with them goes to `problems`."""
    trials = (_read_trial(written, sections, known, timezone, problems) for written in sections.lists["tests"])
    return tuple(trial for trial in trials if trial is not None)


def _read_trial(raw: Written, sections: Sections, known: Known, timezone: str, problems: Problems) -> Trial | None:
    written = raw
    if isinstance(raw.value, dict) and isinstance(raw.value.get("expect"), dict):
        expect = raw.at("expect").refuse_not_yet(NOT_YET, problems)
        if not expect.value and raw.at("expect").value:
            return None  # nothing is left of it, and why has been said
        written = Written({**raw.value, "expect": expect.value}, raw.document, raw.path)
    entry = written.read_as(TrialEntry, problems)
    if entry is None:
        return None
    send = entry.expect.send
    if send is not None:
        place = written.at("expect", "send")
        for channel, card in send.items():
            place.at(channel).check_names("channel", [channel], sections.maps["channels"], problems)
            place.at(channel).check_names("card", [card], known.cards, problems)
    if entry.expect.dropped_by is not None:
        names = [rule.value.get("name") for rule in sections.lists["rules"] if isinstance(rule.value, dict)]
        place = written.at("expect", "dropped_by")
        place.check_names("rule", [entry.expect.dropped_by], [name for name in names if name], problems)
    at = _moment(written.at("at"), timezone, problems)
    view = _view(written.at("event"), at, known, problems)
    return Trial(entry.name, view, send, entry.expect.dropped_by, written.file, written.line)


def _moment(written: Written, timezone: str, problems: Problems) -> str:
    """When the trial happens, as ISO text with a zone."""
    if written.value is None:
        return _A_MONDAY_MORNING
    try:
        moment = datetime.fromisoformat(written.value)
    except ValueError:
        problems.append(written.problem(f"{written.value!r} is not a time", "e.g. 2026-03-04T10:00:00+01:00"))
        return _A_MONDAY_MORNING
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))).isoformat()


def _view(written: Written, at: str, known: Known, problems: Problems) -> View:
    """The flat view of the event, made whole as a real one is, so that defaults of its type are there, too."""
    name = written.value.get("type")
    model = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if model is None:
        place = written.at("type") if "type" in written.value else written
        problems.append(place.problem(f"unknown type {name!r}", did_you_mean(str(name), EVENT_TYPES)))
        return {}
    before = len(problems)
    _check_fields(written, "", str(name), known, problems)
    if len(problems) > before:
        return {}
    whole = {**_MADE_UP, "occurred_at": at, "received_at": at, **written.value}
    event: Envelope | None = Written(whole, written.document, written.path).read_as(model, problems)
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
