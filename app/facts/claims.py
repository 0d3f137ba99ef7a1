"""What an event claims about a chain, an incident or a pull request, read off its flat view."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from app.events import UNMAPPED
from app.kernel.clock import to_us
from app.kernel.timestamps import parse_timestamp

View = Mapping[str, Any]
_PLAIN = frozenset({bool, int, float, str})
"""What is said even where it is false, 0 or empty."""
_OURS = len("2026-11-22T10:00:00.000000Z")

FAMILIES = {
    "deployment.started": "deployment",
    "deployment.finished": "deployment",
    "deployment.health_changed": "health",
    "environment.observed": "observed",
    "incident.opened": "incident",
    "incident.acknowledged": "incident",
    "incident.unacknowledged": "incident",
    "incident.resolved": "incident",
    "incident.reopened": "incident",
    "incident.cancelled": "incident",
    "pull_request.opened": "pull",
    "pull_request.updated": "pull",
    "pull_request.merged": "pull",
    "pull_request.declined": "pull",
}
"""The types of event that become claims, and what the claims are about."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One event's word. `at` is when it happened; `slot` names the reporter and the target that it reports on.

    `said` holds the rest as plain values, by the names that the events use (times in µs).
    """

    event_id: str
    family: str
    type: str
    service: str
    environment: str
    subject: str
    at: int
    slot: str
    said: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.said.get(name)


def read_claim(view: View) -> Claim | None:
    """The claim of an event, or None if it makes none: a dry run changes nothing."""
    family = FAMILIES.get(view["type"])
    if family is None:
        return None
    said = _READERS[family](view)
    if said is None:
        return None
    said.update(_common(view))
    return Claim(
        view["id"],
        family,
        view["type"],
        view.get("service") or UNMAPPED,
        view.get("environment") or "",
        view["subject"],
        moment(view["occurred_at"]) or 0,
        _slot(view),
        {name: value for name, value in said.items() if value or type(value) in _PLAIN},
    )


def to_bytes(claim: Claim) -> bytes:
    """A claim as it is kept."""
    return orjson.dumps([claim.type, claim.slot, claim.said])


def from_row(event_id: str, family: str, service: str, environment: str, subject: str, at: int, data: bytes) -> Claim:
    """A claim as it was kept."""
    kind, slot, said = orjson.loads(data)
    return Claim(event_id, family, kind, service, environment, subject, at, slot, said)


def moment(value: Any) -> int | None:
    """A time of a flat view in µs UTC."""
    if type(value) is str and len(value) == _OURS and value[0] == "2" and value[-1] == "Z":
        try:  # as our own events write it: for a tenth of what the tolerant reader takes
            return to_us(datetime.fromisoformat(value))
        except ValueError:
            pass
    read = parse_timestamp(value) if value is not None else None
    return to_us(read) if read is not None else None


def _common(view: View) -> dict[str, Any]:
    owner = view.get("owner") or {}
    return {
        "source": view.get("source"),
        "tier": view.get("environment_tier"),
        "owner": {part: owner[part] for part in ("team", "business_area", "pod", "component") if part in owner},
        "tickets": [link["key"] for link in view.get("tickets") or [] if link.get("key")],
    }


def _slot(view: View) -> str:
    target, original = view.get("target") or {}, view.get("original") or {}
    source, instance, service = view.get("source") or "", view.get("instance") or "", original.get("service") or ""
    return f"{source}|{instance}|{service}|{target.get('cluster') or ''}|{target.get('namespace') or ''}"


def _deployment(view: View) -> dict[str, Any] | None:
    operation, commit, build = view.get("operation") or {}, view.get("commit") or {}, view.get("build") or {}
    if operation.get("dry_run"):
        return None
    revisions, version = view.get("revisions") or [], view.get("version")
    return {
        "status": view.get("status"),
        "platform": view.get("platform"),
        "started_at": moment(view.get("started_at")),
        "finished_at": moment(view.get("finished_at")),
        "version": version,
        "tag": any(image.partition("@")[0].endswith(f":{version}") for image in view.get("images") or ()) or None,
        "sha": commit.get("sha"),
        "repository": repository_key(view),
        "revision": view.get("revision") or ("+".join(revisions) or None),
        "automated": operation.get("automated"),
        "healthy": view.get("healthy"),
        "rollback": view.get("rollback"),
        "canonical": view.get("canonical", True),
        "changed": bool(view.get("failed_resources")) or view.get("healthy") is False,
        "error": view.get("error"),
        "branch": commit.get("branch") or build.get("ref"),
    }


def _health(view: View) -> dict[str, Any]:
    return {"status": view.get("status"), "since": moment(view.get("since"))}


def _observed(view: View) -> dict[str, Any]:
    return {name: view.get(name) for name in ("status", "desired_version", "actual_version", "health", "manifest")}


def _incident(view: View) -> dict[str, Any]:
    return {
        "title": view.get("title"),
        "priority": view.get("priority"),
        "opened_at": moment(view.get("opened_at")),
        "resolved_at": moment(view.get("resolved_at")),
        "url": view.get("url"),
        "version": view.get("version"),
        "sha": (view.get("commit") or {}).get("sha"),
    }


def _pull(view: View) -> dict[str, Any] | None:
    asked, commit = view.get("pull_request") or {}, view.get("commit") or {}
    repository = repository_key(view)
    if repository is None or asked.get("id") is None:
        return None
    commits = [made for made in view.get("commits") or [] if made.get("sha")]
    return {
        "repository": repository,
        "id": asked["id"],
        "title": asked.get("title"),
        "author": person(asked.get("author"))[0],
        "source_branch": asked.get("source_branch"),
        "merge_commit": asked.get("merge_commit"),
        "merged_at": moment(view.get("merged_at")),
        "commit": commit.get("sha"),
        "commits": [made["sha"] for made in commits],
        "first": min((at for made in commits if (at := moment(made.get("authored_at")))), default=None),
        "labels": sorted(f"{key}={value}" for key, value in (view.get("labels") or {}).items()),
    }


def repository_key(view: View) -> str | None:
    """What a repository is known by over its life: provider and uuid, else its name."""
    its = view.get("repository") or {}
    name = its.get("uuid") or its.get("full_name")
    return f"{its.get('provider') or ''}:{name}" if name else None


def person(who: View | None) -> tuple[str | None, str | None]:
    """(name, kind) of somebody."""
    if not who:
        return None, None
    return who.get("name") or who.get("email") or who.get("account_id"), who.get("kind")


_READERS = {"deployment": _deployment, "health": _health, "observed": _observed, "incident": _incident, "pull": _pull}
