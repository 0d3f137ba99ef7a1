"""Attributes of an event by their OpenTelemetry names (https://opentelemetry.io/docs/specs/semconv/registry/)."""

from collections.abc import Mapping
from typing import Any

from app.events.cdevents.names import View, known, part

_RESULTS = {"succeeded": "success", "failed": "failure", "stopped": "cancellation", "error": "error"}
_CHANGES = {"opened": "open", "updated": "open", "merged": "merged", "declined": "closed"}


def attributes(view: View) -> dict[str, Any]:
    """Service, environment, deployment, repository, change and pipeline, as far as they are known."""
    about, _, news = view["type"].partition(".")
    return known(
        {
            "service.name": view.get("service"),
            "service.version": view.get("version"),
            "deployment.environment.name": view.get("environment"),
            **(_deployment(view) if about == "deployment" else {}),
            **_repository(view),
            **(_change(view, news) if about == "pull_request" else {}),
            **_pipeline(view, about),
        }
    )


def _deployment(view: View) -> Mapping[str, Any]:
    status = view.get("status")
    return {
        "deployment.id": view.get("subject"),
        "deployment.name": part(view, "original").get("service"),
        "deployment.status": status if status in ("succeeded", "failed") else None,
    }


def _repository(view: View) -> Mapping[str, Any]:
    its, commit, build = part(view, "repository"), part(view, "commit"), part(view, "build")
    owner, _, name = (its.get("full_name") or "").rpartition("/")
    ref = view.get("ref") or build.get("ref") or commit.get("branch")
    kind = view.get("ref_kind") or build.get("ref_kind") or ("branch" if commit.get("branch") == ref else None)
    return {
        "vcs.provider.name": its.get("provider"),
        "vcs.owner.name": owner,
        "vcs.repository.name": name,
        "vcs.repository.url.full": its.get("url"),
        "vcs.ref.head.name": ref,
        "vcs.ref.head.type": kind if ref and kind in ("branch", "tag") else None,
        "vcs.ref.head.revision": commit.get("sha") or view.get("after"),
    }


def _change(view: View, news: str) -> Mapping[str, Any]:
    asked = part(view, "pull_request")
    number = asked.get("id")
    return {
        "vcs.change.id": None if number is None else str(number),
        "vcs.change.title": asked.get("title"),
        "vcs.change.state": "wip" if asked.get("draft") and _CHANGES[news] == "open" else _CHANGES[news],
        "vcs.ref.base.name": asked.get("target_branch"),
    }


def _pipeline(view: View, about: str) -> Mapping[str, Any]:
    """Of the pipeline that an event is about or came out of; its result only where the event is about it."""
    build = part(view, "build")
    number = build.get("number")
    return {
        "cicd.pipeline.name": build.get("name"),
        "cicd.pipeline.run.id": None if number is None else str(number),
        "cicd.pipeline.run.url.full": build.get("url") or part(view, "links").get("pipeline"),
        "cicd.pipeline.result": _RESULTS.get(view.get("status") or "") if about == "pipeline" else None,
    }
