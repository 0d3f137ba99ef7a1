"""What the rules may name that is defined elsewhere: cards, kinds of channels, the estate."""

from dataclasses import dataclass

from app.events import UNMAPPED
from app.events.fields import Field


@dataclass(frozen=True, slots=True)
class Known:
    """Names from outside the rule book, each list sorted but for the environments, which keep their order."""

    cards: tuple[str, ...] = ()
    channel_kinds: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def values(self, field: Field) -> tuple[str, ...] | None:
        """The closed list of a field's values, or None where any value may come."""
        if field.path == "environment":
            return (*self.environments, UNMAPPED)
        if field.path == "service":
            return (*self.services, UNMAPPED)
        return field.enum
