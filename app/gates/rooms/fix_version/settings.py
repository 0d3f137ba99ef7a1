"""What the rules may say of the gate `fix-version`."""

from pydantic import Field

from app.gates.gate import GateSettings


class FixVersionSettings(GateSettings):
    """Which Fix Versions are good enough."""

    unreleased: bool = Field(False, description="one of a ticket's versions has to be unreleased")
    ignore_types: tuple[str, ...] = Field(
        (), description="types of tickets that need none, as Jira names them: `Sub-task`"
    )
