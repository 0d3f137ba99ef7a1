"""Deployments and failures of Datadog's DORA page: https://docs.datadoghq.com/api/latest/dora-metrics/

Their ids come from what the event speaks of, so a retry, a replay and a second report of it add nothing. Since
October 2025 that API names no age from which it refuses (https://github.com/DataDog/datadog-api-client-java/pull/3172),
so a back-fill may be sent there.
"""

import re
from typing import Any

from app.events.datadog.calls import Call, Unsaid, View, moment
from app.events.datadog.tags import environment_of, service_of, tags
from app.kernel.ids import derived_id

_WHOLE_SHA = re.compile(r"[0-9a-f]{40}")
_STATES = frozenset({"incident.opened", "incident.reopened", "incident.resolved"})


def dora_call(view: View) -> Call:
    """The call that tells of a deployment or of an incident. Raises Unsaid for everything else."""
    if view["type"] == "deployment.finished":
        return _call("deployment", _deployment(view))
    if view["type"] in _STATES:
        return _call("failure", _failure(view))
    raise Unsaid("unsuitable")


def dora_id(view: View) -> str:
    """41 characters, the same for everything that is told of one deployment or incident."""
    return f"shipbell-{derived_id('datadog', view['subject'])}"


def _call(kind: str, attributes: dict[str, Any]) -> Call:
    known = {name: value for name, value in attributes.items() if value not in (None, "", [], {})}
    return Call(f"/api/v2/dora/{kind}", {"data": {"attributes": known}})


def _deployment(view: View) -> dict[str, Any]:
    """One that is live. What failed before that, and a dry run, are none; of evidence the rules decide."""
    operation, service = view.get("operation") or {}, service_of(view)
    ended = moment(view, "finished_at", "occurred_at")
    live = view.get("status") == "succeeded" and not operation.get("dry_run")
    if not live or service is None or ended is None:
        raise Unsaid("unsuitable")
    began = moment(view, "started_at")
    return {
        "service": service,
        "started_at": _nanoseconds(ended if began is None else min(began, ended)),
        "finished_at": _nanoseconds(ended),
        **_common(view),
    }


def _failure(view: View) -> dict[str, Any]:
    """An incident; told again with its end when it is resolved. It needs a service, or the team that has it."""
    service, team = service_of(view), (view.get("owner") or {}).get("team")
    began = moment(view, "opened_at", "occurred_at")
    if began is None or (service is None and team is None):
        raise Unsaid("unsuitable")
    resolved = moment(view, "resolved_at", "occurred_at") if view["type"] == "incident.resolved" else None
    return {
        "services": [service] if service else None,
        "started_at": _nanoseconds(began),
        "finished_at": None if resolved is None else _nanoseconds(max(resolved, began)),
        "name": view.get("title"),
        "severity": view.get("priority"),
        **_common(view),
    }


def _common(view: View) -> dict[str, Any]:
    return {
        "id": dora_id(view),
        "env": environment_of(view),
        "team": (view.get("owner") or {}).get("team"),
        "version": view.get("version"),
        "git": _git(view),
        "custom_tags": tags(view),
    }


def _git(view: View) -> dict[str, str] | None:
    """Where the commit is; only a whole SHA and the page of its repository are taken."""
    sha, url = (view.get("commit") or {}).get("sha"), (view.get("repository") or {}).get("url")
    if not (isinstance(sha, str) and _WHOLE_SHA.fullmatch(sha) and url):
        return None
    return {"commit_sha": sha, "repository_url": url}


def _nanoseconds(us: int) -> int:
    return us * 1000
