"""What is the same in all of the webhook's messages: whose project it is, and whom to name.

Fields as documented at https://docs.veracode.com/r/Understanding_Webhooks; any of the names may be missing.
"""

from typing import Annotated, Any

from pydantic import Field, StrictInt, StrictStr

from app.events import Hints
from app.kernel.links import https_under
from app.kernel.shapes import Shape
from app.kernel.text import clean

TOOL = "veracode-sca"
HOSTS = ("veracode.com", "veracode.eu", "veracode.us")

Id = StrictInt | Annotated[StrictStr, Field(min_length=1)]
Number = Annotated[StrictInt, Field(ge=0, le=10**9)]
"""How many of something; larger is nonsense."""


class Named(Shape):
    """A workspace, project or person."""

    id: Id | None = None
    name: StrictStr | None = None


class Message(Shape):
    """The head of every message."""

    event: StrictStr
    workspace: Named | None = None
    project: Named | None = None
    user: Named | None = None

    @property
    def instance(self) -> str | None:
        return clean(self.workspace.name) if self.workspace and self.workspace.name else None

    @property
    def hints(self) -> Hints:
        """The project, first together with its workspace: a project's name is unique only there."""
        project = clean(self.project.name, 140) if self.project and self.project.name else None
        if not project:
            return Hints()
        workspace = clean(self.workspace.name, 140) if self.workspace and self.workspace.name else None
        named = ("project", project)
        return Hints(service=(("project", f"{workspace}/{project}"), named) if workspace else (named,))

    @property
    def envelope(self) -> dict[str, Any]:
        """Who did it, if anybody did."""
        if self.user is None or not self.user.name:
            return {}
        return {"actor": {"name": self.user.name, "account_id": self.user.id, "kind": "human"}}


def key(value: int | str) -> str:
    """A vendor's id as part of a subject."""
    return clean(str(value), 100)


def link(url: str | None) -> str | None:
    """A link of theirs, only if it leads to Veracode; the documentation's samples hold placeholders."""
    return https_under(url, HOSTS)
