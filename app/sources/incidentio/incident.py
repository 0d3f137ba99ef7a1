"""An incident of incident.io: the part that we use."""

from typing import Annotated, Any

from pydantic import Field, StrictStr

from app.events import Hints
from app.events.incidents import hint, priority_of
from app.kernel.shapes import Shape

Word = StrictStr | None
SERVICE_FIELDS = frozenset({"service", "affected service", "affected services", "services"})
ENVIRONMENT_FIELDS = frozenset({"environment", "affected environment"})


class Status(Shape):
    """A status; people name them, the category is from a closed list."""

    name: Word = None
    category: Word = None


class Severity(Shape):
    """A severity; `rank` grows with it, so that only the name says how bad it is."""

    name: Word = None


class Entry(Shape):
    """A value of a custom field: of a catalogue, of a list, or text."""

    value_text: Word = None
    value_option: dict[str, Any] | None = None
    value_catalog_entry: dict[str, Any] | None = None

    @property
    def text(self) -> str | None:
        option, entry = self.value_option or {}, self.value_catalog_entry or {}
        found = self.value_text or option.get("value") or entry.get("name")
        return found if isinstance(found, str) else None


class CustomField(Shape):
    """A custom field by its name."""

    name: StrictStr


class CustomEntry(Shape):
    """A custom field with its values."""

    custom_field: CustomField
    values: list[Entry] = []


class Incident(Shape):
    """An incident."""

    id: Annotated[StrictStr, Field(min_length=1, max_length=200)]
    name: Word = None
    reference: Word = None
    permalink: Word = None
    severity: Severity | None = None
    incident_status: Status | None = None
    custom_field_entries: list[CustomEntry] | None = None
    created_at: Word = None
    updated_at: Word = None

    @property
    def category(self) -> str | None:
        return self.incident_status.category if self.incident_status else None


class Changed(Shape):
    """A change of status."""

    incident: Incident
    new_status: Status
    previous_status: Status | None = None


def hints(incident: Incident) -> Hints:
    """The custom fields that are called like a service or an environment."""
    return Hints(
        service=hint("name", *_values(incident, SERVICE_FIELDS)),
        environment=hint("name", *_values(incident, ENVIRONMENT_FIELDS)),
    )


def fields(incident: Incident) -> dict[str, Any]:
    """The fields of the event beside its times."""
    return {
        "title": incident.name,
        "priority": priority_of(incident.severity.name if incident.severity else None),
        "url": incident.permalink,
        "external_id": incident.reference or incident.id,
    }


def _values(incident: Incident, names: frozenset[str]) -> list[str | None]:
    entries = incident.custom_field_entries or []
    return [value.text for entry in entries if entry.custom_field.name.strip().lower() in names
            for value in entry.values]  # fmt: skip
