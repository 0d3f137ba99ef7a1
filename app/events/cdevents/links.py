"""How a CDEvent hangs together with others: its chain, the events before it, and things elsewhere.

https://github.com/cdevents/spec/blob/main/links.md
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from app.events.cdevents.names import View, part

_CHAINS = UUID("6d1c3f5a-6c0b-5b0e-9a55-0d7f0f3a2b9e")
_WHOLE = (40, 64)
_CHANGE = {"bitbucket": "pr", "github": "pr", "gitlab": "mr"}
"""How the providers that CDEvents know call a request to merge."""


@dataclass(frozen=True, slots=True)
class Join:
    """What facts know beside an event: its repository and whole commit, and the events that it came from, by id."""

    repository: str | None = None
    sha: str | None = None
    came_from: tuple[str, ...] = ()


def repository_key(view: View) -> str | None:
    """What a repository is known by over its life, as facts have it: provider and uuid, else its name."""
    its = part(view, "repository")
    name = its.get("uuid") or its.get("full_name")
    return f"{its.get('provider') or ''}:{name}" if name else None


def chain_id(view: View, join: Join) -> str | None:
    """One chain for each commit, from its merge to what it broke: a UUID by repository and whole commit, else None."""
    repository, sha = join.repository or repository_key(view), _whole(view, join)
    return str(uuid5(_CHAINS, f"{repository}@{sha}")) if repository and sha else None


def links(view: View, join: Join) -> list[dict[str, Any]]:
    """`PATH` from the events that it came from, `RELATION` to commit, change and pipeline where they live."""
    paths = [{"linkType": "PATH", "from": {"contextId": each}} for each in join.came_from]
    related = [
        {"linkType": "RELATION", "linkKind": kind, "target": {"domainId": each}} for kind, each in _related(view, join)
    ]
    return paths + related


def _related(view: View, join: Join) -> Iterator[tuple[str, str]]:
    its, about = part(view, "repository"), view["type"].partition(".")[0]
    provider, (namespace, _, group) = its.get("provider"), (its.get("full_name") or "").partition("/")
    if provider not in _CHANGE or not namespace or not group:
        return
    place = f"cdevents:v0:{provider}::{quote(namespace, safe='')}:{quote(group, safe='/')}"
    sha, number = _whole(view, join), part(view, "build").get("number")
    asked = part(view, "pull_request").get("id")
    if sha:
        yield "COMMIT", f"{place}:commit:{sha}"
    if asked is not None and about != "pull_request":
        yield "CHANGE", f"{place}:{_CHANGE[provider]}:{asked}"
    if number is not None and about != "pipeline":
        yield "PIPELINE", f"{place}:pipeline:{number}"


def _whole(view: View, join: Join) -> str | None:
    """The commit in full: a beginning of one would make a chain of its own."""
    sha = join.sha or part(view, "commit").get("sha")
    return sha if sha and len(sha) in _WHOLE else None
