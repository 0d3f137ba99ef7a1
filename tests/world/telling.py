"""Events told shortly: what a case file and a random world say, as flat views of our own event model."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from app.events import flat, parse_event, to_json
from app.kernel.clock import MINUTE, iso, to_us
from app.kernel.ids import derived_id
from app.kernel.timestamps import parse_timestamp

TIERS = {"dev": "development", "qa": "testing", "preprod": "staging", "prod": "production"}
View = dict[str, Any]


def sha(name: str) -> str:
    """The whole id of the commit that a story calls by a short name."""
    return hashlib.sha1(name.encode()).hexdigest()


def tag(name: str) -> str:
    """The tag of an image of it: as much of the commit's id as tells it from a date or a word."""
    whole = sha(name)
    return next(f"main-{whole[:end]}" for end in range(10, 41) if not (whole[:end].isdigit() or whole[:end].isalpha()))


def at(moment: str | int) -> str:
    """A time as the flat view shows it; a number is µs."""
    return iso(us(moment))


def us(moment: str | int) -> int:
    """A time in µs."""
    if isinstance(moment, int):
        return moment
    read = parse_timestamp(moment)
    assert read is not None, moment
    return to_us(read)


def _view(kind: str, moment: str | int, key: str, received: str | int | None = None, **fields: Any) -> View:
    """An event, through its own model: a story can tell nothing that the service could not be told."""
    when = at(moment)
    data = {
        "id": derived_id(kind, key, when, fields.get("status")),
        "type": kind,
        "subject": fields.pop("subject", key),
        "source": fields.pop("source", "bitbucket"),
        "occurred_at": when,
        "received_at": at(received) if received is not None else when,
        "receipt": derived_id("receipt", kind, key, when),
        **{name: value for name, value in fields.items() if value is not None},
    }
    return flat(parse_event(to_json(data)))


def _repository(service: str) -> dict[str, str]:
    uuid = f"{{{service}}}"
    return {"provider": "bitbucket", "full_name": f"acme/{service}", "uuid": uuid}


def commit(name: str, authored: str | int | None = None, message: str | None = None, **more: Any) -> dict[str, Any]:
    """A commit; `bot: true` for a robot's."""
    kind = "bot" if more.pop("bot", False) else "human"
    who = {"name": "Renovate" if kind == "bot" else "Ines Varga", "email": f"{kind}@example.com", "kind": kind}
    said = message or f"Change {name}"
    return {"sha": sha(name), "message": said, "author": who} | (
        {"authored_at": at(authored), **more} if authored is not None else more
    )


def push(
    service: str,
    moment: str | int,
    before: str | None,
    commits: Sequence[Mapping[str, Any]],
    *,
    ref: str = "main",
    forced: bool = False,
    truncated: bool = False,
) -> View:
    """Commits, newest first, arrived at a branch; `before` None: it was created."""
    after = commits[0]["sha"]
    return _view(
        "change.pushed", moment, f"branch:{service}:{ref}:{after}", subject=f"branch:{service}:{ref}", service=service,
        repository=_repository(service), ref=ref, ref_kind="branch", before=sha(before) if before else None,
        after=after, created=before is None, forced=forced, truncated=truncated, commits=list(commits),
        commit=dict(commits[0]),
    )  # fmt: skip


def merge(
    service: str,
    moment: str | int,
    number: int,
    merge_commit: str,
    commits: Sequence[Mapping[str, Any]] | None,
    *,
    branch: str = "feature/card",
    title: str = "Keep the card",
    late: str | int | None = None,
) -> View:
    """A pull request was merged; `commits` are its own, oldest first."""
    request = {"id": number, "title": title, "state": "merged", "source_branch": branch, "target_branch": "main"}
    return _view(
        "pull_request.merged", moment, f"pull_request:{service}:{number}", late, service=service,
        repository=_repository(service), pull_request=request | {"merge_commit": sha(merge_commit)[:12]},
        merged_at=at(moment), commits=None if commits is None else [dict(one) for one in commits],
    )  # fmt: skip


def deploy(
    service: str,
    moment: str | int,
    artifact: str | None = None,
    *,
    env: str = "prod",
    version: str | None = None,
    revision: str | None = None,
    source: str = "argocd",
    target: str = "blue",
    began: str | int | None = None,
    automated: bool = False,
    status: str | None = "succeeded",
    healthy: bool | None = True,
    canonical: bool = True,
    late: str | int | None = None,
    **more: Any,
) -> View:
    """A rollout ended (`status` None: it began). Argo CD says the commit in the tag, a reporter in so many words."""
    started = at(began) if began is not None else at(us(moment) - MINUTE)
    kind = "deployment.finished" if status else "deployment.started"
    key = f"deployment:{source}:eu:{service}-{env}-{target}:{started}"
    named = version or (tag(artifact) if artifact else None)
    said = {"commit": {"sha": sha(artifact)}} if artifact and source == "reporter" else {}
    ended = {"finished_at": at(moment), "healthy": healthy if status == "succeeded" else None} if status else {}
    return _view(
        kind, moment, key, late, source=source, instance="eu", service=service, environment=env,
        environment_tier=TIERS[env], status=status, platform="argocd" if source == "argocd" else "reporter",
        started_at=started, version=named, revision=sha(revision) if revision else None, canonical=canonical,
        operation={"automated": automated}, target={"cluster": target, "namespace": f"{service}-{env}"},
        owner={"team": more.pop("team", "storefront")}, **(said | ended | more),
    )  # fmt: skip


def health(service: str, moment: str | int, status: str, *, env: str = "prod", target: str = "blue") -> View:
    """What is deployed became healthy, degraded or something between."""
    return _view(
        "deployment.health_changed", moment, f"application:argocd:eu:{service}-{env}-{target}", source="argocd",
        instance="eu", service=service, environment=env, environment_tier=TIERS[env], status=status, since=at(moment),
    )  # fmt: skip


def incident(
    service: str | None,
    moment: str | int,
    name: str,
    state: str = "opened",
    *,
    priority: str | None = "P2",
    env: str | None = None,
    late: str | int | None = None,
    **more: Any,
) -> View:
    """Something broke (`state` opened), or is whole again (resolved). An unknown service is `unmapped`."""
    stamp = {"opened_at": at(moment)} if state == "opened" else {"resolved_at": at(moment)}
    return _view(
        f"incident.{state}", moment, f"incident:opsgenie:{name}", late, source="reporter", external_id=name,
        service=service or "unmapped", environment=env, environment_tier=TIERS[env] if env else None,
        title=f"Trouble {name}", priority=priority, **(stamp | more),
    )  # fmt: skip


def build(service: str, moment: str | int, artifact: str, version: str) -> View:
    """A pipeline made this version of that commit."""
    return _view(
        "pipeline.finished", moment, f"build:{service}:{version}", service=service, status="succeeded",
        repository=_repository(service), commit={"sha": sha(artifact)}, version=version, finished_at=at(moment),
    )  # fmt: skip
