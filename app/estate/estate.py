"""The estate as a whole: makes events of drafts by giving them our names."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from app.estate.names import Names, shapes_for
from app.estate.patterns import is_glob
from app.estate.sections import KIND_OF_FIELD, EnvironmentEntry, Labels, Ownership, ServiceEntry, Tickets
from app.estate.tickets import ticket_finder
from app.events import EVENT_TYPES, UNMAPPED, Draft, Envelope, Hints
from app.events.envelope import Tier
from app.kernel.clock import MINUTE, to_datetime, to_us
from app.kernel.errors import BadPayload
from app.kernel.globs import compile_glob
from app.kernel.ids import derived_id
from app.kernel.iso import as_iso
from app.kernel.json import dumps
from app.kernel.shapes import path_of
from app.kernel.text import clean

AHEAD = 5 * MINUTE
"""How far a source's clock may be ahead of ours and still be believed."""

INCIDENT_LABEL = "shipbell_incident"
"""The label by which whoever writes an alert says himself whether it is an incident."""

HAPPENED = ("started_at", "finished_at", "merged_at", "opened_at", "resolved_at", "since")
"""The times that a source says beside that of the news itself: its clock is believed of them as little."""

_OWNER_FIELDS = tuple(Ownership.model_fields)
_OPEN_TICKETS = frozenset(name for name, model in EVENT_TYPES.items() if "new_ticket_url" in model.model_fields)
"""The types of news from which a ticket may be opened."""
_TIMES = {name: tuple(each for each in HAPPENED if each in model.model_fields) for name, model in EVENT_TYPES.items()}
"""The times that each type of news has of these."""


class Estate:
    """Services, environments and owners. Unchangeable once built; a reload builds a new one."""

    def __init__(
        self,
        services: Mapping[str, ServiceEntry],
        environments: Mapping[str, EnvironmentEntry],
        patterns: Mapping[str, tuple[str, ...]],
        tickets: Tickets,
        labels: Labels,
    ) -> None:
        self.services = tuple(services)
        self.environments = tuple(environments)
        self.tiers: dict[str, Tier] = {name: entry.tier for name, entry in environments.items()}
        known_services = {name: _elsewhere(entry) for name, entry in services.items()}
        known_stages = {name: _elsewhere(entry) for name, entry in environments.items()}
        self._services = Names("service", known_services, shapes_for("service", patterns, known_services, known_stages))
        self._environments = Names(
            "environment", known_stages, shapes_for("environment", patterns, known_services, known_stages)
        )
        self.teams = _teams(services)
        self.repositories = {name: _exact(entry.repositories) for name, entry in services.items()}
        self._owners = {name: _history(entry) for name, entry in services.items()}
        self._labels = labels
        self._owner_labels = _owner(labels.owner)
        self._incidents = {
            key: tuple(compile_glob(text.lower()) for text in texts) for key, texts in labels.incident.items()
        }
        self.projects = tickets.projects
        self._tickets = ticket_finder(tickets)
        self._create_url = tickets.create_url

    def event(self, draft: Draft, *, source: str, receipt: str, received_at: int) -> Envelope:
        """The draft as an event with our names; `received_at` in µs UTC. Raises BadPayload when a field does not fit.

        The id depends on the news alone: neither on the receipt nor on the estate.
        """
        hints = draft.hints
        service, said_service = self._services.first(self._says_service(hints))
        stage, said_stage = self._environments.first(_with_labels(hints.environment, hints, self._labels.environment))
        happened = to_us(draft.occurred_at) if draft.occurred_at else None
        believed = happened is not None and happened <= received_at + AHEAD
        received = to_datetime(received_at)
        data: dict[str, Any] = {
            **draft.fields,
            "id": derived_id(source, draft.instance, draft.identity, draft.type, draft.state, happened),
            "type": draft.type,
            "status": draft.status,
            "subject": draft.subject,
            "source": source,
            "instance": draft.instance,
            "occurred_at": draft.occurred_at if believed else received,
            "received_at": received,
            "time_from": "source" if believed else "receipt",
            "service": service or UNMAPPED,
            "environment": stage or (UNMAPPED if said_stage else None),
            "environment_tier": self.tiers.get(stage) if stage else None,
            "original": _original(draft, said_service, said_stage),
            "owner": self._owner_of(service, hints.labels, happened if believed and happened else received_at),
            "labels": {key: clean(hints.labels[key]) for key in self._labels.keep if key in hints.labels},
            "tickets": self._tickets(draft.texts),
            "receipt": receipt,
        }
        if draft.type in _OPEN_TICKETS:
            data["new_ticket_url"] = self._create_url
        try:
            event = EVENT_TYPES[draft.type].model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            raise BadPayload(first["msg"], path_of(first["loc"])) from None
        return _without_what_is_to_come(event, as_iso(to_datetime(received_at + AHEAD)))

    def lets_in(self, draft: Draft) -> bool:
        """Whether the draft is told: an alert, if its label `shipbell_incident` or else `labels.incident` says so."""
        if draft.only_if is None:
            return True
        labels = draft.hints.labels
        said = labels.get(INCIDENT_LABEL)
        if said is not None:
            return said.lower() in ("true", "yes", "1")
        return any(
            fits(labels[key].lower()) for key, globs in self._incidents.items() if key in labels for fits in globs
        )

    def _says_service(self, hints: Hints) -> tuple[tuple[str, str], ...]:
        """The hints with what the labels say: a service before them, its repository behind them."""
        said = hints.labels.get(self._labels.owner.git_repository or "")
        behind = (("repository", said),) if said else ()
        return (*_with_labels(hints.service, hints, self._labels.service), *behind)

    def _owner_of(self, service: str | None, labels: Mapping[str, str], at: int) -> dict[str, str] | None:
        """Who owned it at `at` (µs): what the labels say, and for the rest the estate as of then."""
        since, owners = self._owners[service] if service else ((), ({},))
        owner = dict(owners[bisect_right(since, at)])
        owner.update({part: labels[key] for part, key in self._owner_labels.items() if labels.get(key)})
        return owner or None

    def owners(self, part: str) -> set[str]:
        """Every name that a part of the ownership (`team`, `pod` …) has, had or will have."""
        return {owner[part] for _, owners in self._owners.values() for owner in owners if part in owner}

    def owner_at(self, service: str, at: int) -> Mapping[str, str]:
        """Who owned a service of the estate at `at` (µs), by the estate alone: what is not said is missing."""
        return self._owner_of(service, {}, at) or {}

    def place(self, hints: Hints) -> tuple[str | None, str | None]:
        """Our service and environment by a vendor's names; None for what the estate does not know."""
        service, _ = self._services.first(self._says_service(hints))
        stage, _ = self._environments.first(_with_labels(hints.environment, hints, self._labels.environment))
        return service, stage

    def tickets_in(self, texts: Iterable[str]) -> list[str]:
        """The keys of our tickets that texts name, each once."""
        return list(dict.fromkeys(found["key"] for text in texts for found in self._tickets((text,))))

    def ticket_urls(self, keys: Iterable[str]) -> dict[str, str]:
        """The pages of tickets by their keys, as far as they are of our projects and `tickets.url` is set."""
        return {found["key"]: found["url"] for found in self._tickets(keys) if "url" in found}

    def remedy(self, event: Envelope) -> str | None:
        """The lines for the estate's file that would map this event, or None when it is mapped already."""
        lines = []
        said = event.original
        if event.service == UNMAPPED and said and said.service:
            repository = event.repository.full_name if event.repository else None
            field = "repositories" if said.service == repository else "aliases"
            lines.append(f"services: {{{_slug(said.service)}: {{{field}: [{_quoted(said.service)}]}}}}")
        if event.environment == UNMAPPED and said and said.environment:
            entry = f"{{tier: development, aliases: [{_quoted(said.environment)}]}}"
            lines.append(f"environments: {{{_slug(said.environment)}: {entry}}}")
        return "\n".join(lines) or None


def _without_what_is_to_come(event: Envelope, latest: str) -> Envelope:
    """The event without times after `latest`, and without how long it took if its end is one of them."""
    future: dict[str, None] = {name: None for name in _TIMES[event.type] if (getattr(event, name) or "") > latest}
    if not future:
        return event
    if "finished_at" in future:
        future["duration_seconds"] = None
    return event.model_copy(update=future)


def _elsewhere(entry: ServiceEntry | EnvironmentEntry) -> dict[str, tuple[str, ...]]:
    """The names that an entry has elsewhere, by kind of hint."""
    return {kind: getattr(entry, field) for field, kind in KIND_OF_FIELD.items() if getattr(entry, field, ())}


def _exact(globs: tuple[str, ...]) -> str | None:
    """The first name that is no pattern: the one to ask for."""
    return next((text for text in globs if not is_glob(text)), None)


def _teams(services: Mapping[str, ServiceEntry]) -> dict[str, tuple[str, ...]]:
    """Each team with the services that it owns by the last word on them."""
    owners = {name: _history(entry)[1][-1].get("team") for name, entry in services.items()}
    teams = dict.fromkeys(filter(None, owners.values()))
    return {team: tuple(name for name, owner in owners.items() if owner == team) for team in teams}


def _history(entry: ServiceEntry) -> tuple[tuple[int, ...], tuple[dict[str, str], ...]]:
    """(the times (µs) from which the owner was another, the owners: one more than times)."""
    owners = [_owner(entry)]
    for change in entry.owners:
        owners.append({**owners[-1], **_owner(change)})
    midnights = (datetime(each.since.year, each.since.month, each.since.day, tzinfo=UTC) for each in entry.owners)
    return tuple(map(to_us, midnights)), tuple(owners)


def _owner(entry: Ownership) -> dict[str, str]:
    return {part: getattr(entry, part) for part in _OWNER_FIELDS if getattr(entry, part)}


def _with_labels(
    named: tuple[tuple[str, str], ...], hints: Hints, keys: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """The hints with what the labels say before them: a label was written to say it."""
    if not hints.labels or not keys:
        return named
    return (*(("name", hints.labels[key]) for key in keys if key in hints.labels), *named)


def _original(draft: Draft, service: str | None, environment: str | None) -> dict[str, str | None] | None:
    said = {
        "service": service,
        "environment": environment,
        "status": draft.original_status,
        "type": draft.original_type,
    }
    return said if any(said.values()) else None


def _slug(text: str) -> str:
    """A name of ours that a person might choose for the vendor's: its last part."""
    last = text.rstrip("/").rsplit("/", 1)[-1].lower()
    return re.sub(r"[^a-z0-9._-]+", "-", last).strip("-._")[:100] or "name-it"


def _quoted(text: str) -> str:
    """The text as YAML, whatever is in it: JSON text is that."""
    return dumps(text).decode()
