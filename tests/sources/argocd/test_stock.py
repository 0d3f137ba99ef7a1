import json
from typing import Any

import pytest

from app.kernel.errors import BadPayload
from app.kernel.samples import load_sample
from app.sources import Inbound
from app.sources.argocd import SOURCE
from app.sources.argocd.reading import read
from tests.sources.argocd.conftest import Told, inbound, reason


def stock() -> dict[str, Any]:
    """A whole Application, as the sample has it."""
    application: dict[str, Any] = json.loads(load_sample("app.sources.argocd", "stock-application").body)["app"]
    return application


def test_an_application_says_the_same_as_our_own_body() -> None:
    ours = load_sample("app.sources.argocd", "deployment-succeeded").body
    theirs = load_sample("app.sources.argocd", "stock-application").body
    mine, other = SOURCE.parse(Inbound({}, ours)), SOURCE.parse(Inbound({}, theirs))
    assert isinstance(mine, list)
    assert isinstance(other, list)
    own = next(draft for draft in mine if draft.original_type == "operation")
    same = next(draft for draft in other if draft.original_type == "operation")
    for name in ("subject", "identity", "state", "occurred_at", "status", "hints"):
        assert getattr(own, name) == getattr(same, name)
    assert own.fields["images"] == same.fields["images"]


def test_bare_or_wrapped_it_is_the_same_but_for_what_is_beside_it() -> None:
    bare, wrapped = read(json.dumps(stock()).encode()), read(json.dumps({"app": stock()}).encode())
    assert bare == wrapped
    assert bare.argocd.instance is None


def test_parts_dry_runs_and_waiting_operations_are_seen() -> None:
    application = stock()
    application["status"] |= {"history": [], "health": {}}
    sync = application["status"]["operationState"]["operation"]["sync"]
    assert reason(application | {"operation": {"sync": {}}}) == "operation_pending"
    sync["resources"] = [{"kind": "ConfigMap", "name": "x"}]
    assert reason(application) == "partial"
    sync["dryRun"] = True
    assert reason(application) == "dry_run"


def test_several_sources_and_failed_hooks_are_seen(told: Told) -> None:
    application = stock()
    application["spec"]["sources"] = [{"chart": "shop", "targetRevision": "4.*"}]
    done = application["status"]["operationState"]
    done |= {
        "phase": "Failed",
        "syncResult": {"revisions": ["4.1"], "resources": [{"kind": "Job", "hookPhase": "Error"}]},
    }
    draft = told(application)[0]
    assert draft.fields["failed_resources"][0]["status"] == "Error"
    assert draft.fields["version"] == "4.1"
    assert len(draft.fields["failed_resources"]) == 1


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"schema": "shipbell.argocd/v2"}, "schema"),
        ({"schema": None}, "schema"),
        ({"schema": "shipbell.argocd/v1"}, "app"),
        ({"schema": "shipbell.argocd/v1", "app": {"name": ""}}, "app.name"),
        ({"metadata": {"name": "x"}, "status": {"history": [1]}}, "status.history[0]"),
        ({"app": {"metadata": {}}}, "app.metadata.name"),
        ({"app": "checkout", "status": "Succeeded"}, "app"),
        ({"text": "Application checkout is now running new version"}, ""),
    ],
)
def test_anything_else_is_refused_with_the_place(body: dict[str, Any], path: str) -> None:
    with pytest.raises(BadPayload) as caught:
        SOURCE.parse(inbound(body))
    assert caught.value.path == path


def test_a_huge_number_of_retries_is_refused() -> None:
    application = stock()
    application["status"]["operationState"]["retryCount"] = 10**18
    with pytest.raises(BadPayload):
        SOURCE.parse(inbound(application))
