from datetime import UTC, datetime

import pytest

from app.kernel.errors import BadPayload
from app.sources.argocd import SOURCE
from tests.sources.argocd.conftest import AUTOMATED, HISTORY, NEW, OWN, PREVIOUS, Told, entry, inbound, reason, state


def test_a_finished_operation_is_a_deployment_at_its_end(told: Told) -> None:
    (draft,) = told(state())
    assert (draft.type, draft.status, draft.original_status) == ("deployment.finished", "succeeded", "Succeeded")
    assert draft.occurred_at == datetime(2026, 11, 20, 10, 1, tzinfo=UTC)
    assert draft.subject == "deployment:argocd:eu:u-1:2026-11-20T10:00:00.000000Z"
    assert draft.fields["duration_seconds"] == 60.0
    assert draft.fields["version"] == "1.2.3"
    assert draft.fields["links"] == {"argocd": "https://argocd.example.com/applications/argocd/checkout-prod"}
    assert draft.fields["actor"]["email"] == "dana@example.com"
    assert "commit" not in draft.fields
    assert "error" not in draft.fields


def test_service_and_environment_are_hinted_by_name_path_namespace_and_cluster(told: Told) -> None:
    hints = told(state())[0].hints
    assert hints.service == (
        ("application", "checkout-prod"),
        ("path", "apps/checkout/overlays/prod"),
        ("namespace", "shop"),
    )
    assert hints.environment == (*hints.service, ("cluster", "https://kubernetes.default.svc"))
    assert hints.labels == {"team": "storefront"}


def test_running_is_a_start_even_when_retries_have_set_its_end(told: Told) -> None:
    running = {"phase": "Running", "finishedAt": None}
    retrying = {"phase": "Running", "finishedAt": "2026-11-20T10:00:30Z", "message": "Retrying attempt #1 at 8:17PM."}
    (first,), (again,) = told(state(running, operationPending=True)), told(state(retrying, operationPending=True))
    assert first.type == again.type == "deployment.started"
    assert first.occurred_at == again.occurred_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert (first.identity, first.state) == (again.identity, again.state)
    assert "finished_at" not in again.fields
    assert "images" not in again.fields, "what runs now is not what is being deployed"


def test_start_and_end_share_their_subject(told: Told) -> None:
    assert told(state({"phase": "Running"}))[0].subject == told(state())[0].subject


@pytest.mark.parametrize("phase", ["Failed", "Error"])
def test_a_failure_says_what_and_why(told: Told, phase: str) -> None:
    broken = {
        "kind": "Job",
        "namespace": "shop",
        "name": "migrate",
        "status": None,
        "hookPhase": "Failed",
        "message": "x",
    }
    (draft,) = told(state({"phase": phase, "message": "one job failed", "failedResources": [broken]}))
    assert (draft.status, draft.original_status) == ("failed", phase)
    assert draft.fields["error"] == "one job failed"
    assert draft.fields["failed_resources"] == [
        {"kind": "Job", "namespace": "shop", "name": "migrate", "status": "Failed", "message": "x"}
    ]
    assert "images" not in draft.fields, "what still runs is not what failed"
    assert draft.fields["version"] == NEW[:7]


def test_an_end_beside_a_waiting_operation_is_old_news() -> None:
    assert reason(state(operationPending=True, history=[])) == "operation_pending"


@pytest.mark.parametrize("phase", ["Terminating", "Polishing"])
def test_other_phases_tell_nothing(phase: str) -> None:
    assert reason(state({"phase": phase}, history=[])) == "no_news"


def test_an_application_that_was_never_synced_tells_nothing() -> None:
    assert reason(state(operation={"phase": None}, history=[])) == "no_news"
    assert reason(state(history=None) | {"operation": None}) == "no_news"


@pytest.mark.parametrize("phase", ["Running", "Succeeded", "Failed"])
def test_a_dry_run_and_a_part_are_no_deployments(phase: str) -> None:
    assert reason(state({"phase": phase, "dryRun": True}, history=[])) == "dry_run"
    assert reason(state({"phase": phase, "partial": True}, history=[])) == "partial"


def test_beside_a_dry_run_history_and_health_are_still_told(told: Told) -> None:
    healthy = {"status": "Healthy", "lastTransitionTime": "2026-11-20T09:01:10Z"}
    drafts = told(state({"dryRun": True}, health=healthy), history=True)
    assert [draft.type for draft in drafts] == ["deployment.finished"] * 2 + ["deployment.health_changed"]
    assert all(draft.original_type in ("history", "health") for draft in drafts)


def test_lost_deployments_are_told_from_the_history_the_oldest_first(told: Told) -> None:
    old, previous, new = told(state(), history=True)
    assert (old.status, old.original_type, old.fields["version"]) == ("succeeded", "history", "a" * 7)
    assert old.occurred_at == datetime(2026, 11, 20, 8, 1, tzinfo=UTC)
    assert "images" not in old.fields
    assert previous.fields["rollback"] is False
    assert new.original_type == "operation"


def test_an_operation_and_its_history_entry_are_one_piece_of_news(told: Told) -> None:
    later = {"startedAt": "2026-11-20T12:00:00Z", "finishedAt": "2026-11-20T12:01:00Z", "revision": "d" * 40}
    (at_once,) = told(state(history=[*HISTORY, OWN]))
    repaired = next(
        draft for draft in told(state(later, history=[*HISTORY, OWN]), history=True) if draft.fields["revision"] == NEW
    )
    assert repaired.original_type == "history"
    for name in ("type", "identity", "state", "occurred_at", "subject", "instance"):
        assert getattr(at_once, name) == getattr(repaired, name)
    assert len(told(state(history=[*HISTORY, OWN]), history=True)) == 3


def test_a_failed_operation_does_not_hide_a_history_entry(told: Told) -> None:
    drafts = told(state({"phase": "Failed"}), history=True)
    assert [draft.status for draft in drafts] == ["succeeded", "succeeded", "failed"]


def test_a_history_entry_without_its_start_is_told_once_by_its_end(told: Told) -> None:
    unknown = entry(1, "d" * 40, "08:00:00", "08:01:00", deployStartedAt=None)
    draft = told(state(history=[unknown]), history=True)[0]
    assert draft.identity == "u-1:until-2026-11-20T08:01:00.000000Z"
    assert "duration_seconds" not in draft.fields


def test_a_history_entry_without_its_end_or_told_twice_adds_nothing(told: Told) -> None:
    endless = entry(1, "d" * 40, "08:00:00", "08:01:00", deployedAt=None)
    assert len(told(state(history=[endless, HISTORY[0], HISTORY[0]]), history=True)) == 2


def test_a_long_history_is_read_from_its_end(told: Told) -> None:
    many = [entry(n, f"{n:040x}", f"00:{n:02}:00", f"00:{n:02}:30") for n in range(60)]
    drafts = told(state(history=many), history=True)
    assert len(drafts) == 21
    assert drafts[0].fields["revision"] == f"{40:040x}"


def test_without_an_end_the_time_is_left_open(told: Told) -> None:
    assert told(state({"finishedAt": None}))[0].occurred_at is None


def test_an_operation_without_its_start_is_refused() -> None:
    for start in (None, "soon"):
        with pytest.raises(BadPayload) as caught:
            SOURCE.parse(inbound(state({"startedAt": start})))
        assert caught.value.path == "operation.startedAt"


@pytest.mark.parametrize(
    ("since", "status", "healthy"),
    [
        ("2026-11-20T10:00:50Z", "Healthy", True),
        ("2026-11-20T10:00:50Z", "Degraded", False),
        ("2026-11-20T10:00:50Z", "Progressing", None),
        ("2026-11-20T18:00:00Z", "Degraded", None),
        (None, "Healthy", True),
    ],
)
def test_healthy_is_how_it_was_at_the_end(told: Told, since: str | None, status: str, healthy: bool | None) -> None:
    draft = told(state(health={"status": status, "lastTransitionTime": since}))[0]
    assert draft.fields.get("healthy") is healthy


def test_only_the_hydrator_knows_the_developers_commit(told: Told) -> None:
    assert told(state(hydratedFrom="f" * 40))[0].fields["commit"] == {"sha": "f" * 40}
    assert "commit" not in told(state(hydratedFrom="see the notes"))[0].fields


def test_argo_cd_itself_is_a_system_and_no_link_is_made_of_nothing(told: Told) -> None:
    fields = told(state({"initiatedBy": AUTOMATED}, argocd=None))[0].fields
    assert fields["actor"] == {"name": "Argo CD", "kind": "system"}
    assert fields["operation"]["automated"] is True
    assert "links" not in fields
    assert "actor" not in told(state({"initiatedBy": None}))[0].fields


def test_several_sources_have_several_revisions(told: Told) -> None:
    body = state({"revision": None, "revisions": ["4.8.1", PREVIOUS]}, images=[], history=[])
    body["app"]["sources"] = [{"chart": "shop", "targetRevision": "4.8.*"}, {"ref": "values"}]
    fields = told(body)[0].fields
    assert fields["revisions"] == ["4.8.1", PREVIOUS]
    assert "revision" not in fields
    assert fields["version"] == "4.8.1"


def test_an_application_that_goes_and_an_unknown_sync_are_no_news() -> None:
    body = state()
    assert reason(state(trigger="deleted")) == "application_deleted"
    assert reason(state(app=body["app"] | {"deletionTimestamp": "2026-11-20T10:00:00Z"})) == "application_deleted"
    assert reason(state(trigger="sync-unknown")) == "sync_unknown"
