"""The tags of an event: Datadog's own three, who owns it, and the names that sennder publishes (`dora4.…`)."""

from app.events.datadog.calls import View
from app.events.envelope import UNMAPPED

_LONGEST = 200
"""Characters of a tag, its name included: https://docs.datadoghq.com/getting_started/tagging/"""


def tags(view: View) -> list[str]:
    """`name:value` of what is known, in a fixed order; names outside the estate are given as the vendor's."""
    owner, repository = view.get("owner") or {}, view.get("repository") or {}
    said = {
        "service": service_of(view),
        "env": environment_of(view),
        "version": view.get("version"),
        "team": owner.get("team"),
        "business_area": owner.get("business_area"),
        "pod": owner.get("pod"),
        "component": owner.get("component"),
        "event_type": view.get("type"),
        "status": view.get("status"),
        "dora4.component.type": view.get("platform"),
        "dora4.event.source": view.get("source"),
        "dora4.environment": environment_of(view),
        "dora4.compliance.namespace": owner.get("compliance_namespace"),
        "dora4.git.projectid": owner.get("git_project") or _number(repository.get("uuid")),
        "dora4.git.repository": owner.get("git_repository") or repository.get("full_name"),
    }
    return [f"{name}:{value}"[:_LONGEST] for name, value in said.items() if value]


def _number(uuid: str | None) -> str | None:
    """What a repository is known by at its host, which GitLab's and GitHub's have before it."""
    return uuid.rpartition("/")[2] if uuid else None


def service_of(view: View) -> str | None:
    """Our name of the service, else the vendor's."""
    return _named(view, "service")


def environment_of(view: View) -> str | None:
    """Our name of the environment, else the vendor's."""
    return _named(view, "environment")


def _named(view: View, what: str) -> str | None:
    name = view.get(what)
    said = name if name != UNMAPPED else (view.get("original") or {}).get(what)
    return said if isinstance(said, str) and said else None
