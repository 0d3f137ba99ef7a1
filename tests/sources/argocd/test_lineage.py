import pytest

from tests.sources.argocd.conftest import AUTOMATED, HISTORY, NEW, OLD, OWN, PREVIOUS, Told, entry, state


@pytest.mark.parametrize(
    ("revision", "rollback"),
    [(NEW, False), (PREVIOUS, False), (OLD, True)],
    ids=["new", "the latest again", "an older one"],
)
@pytest.mark.parametrize("phase", ["Running", "Succeeded", "Failed"])
def test_a_rollback_goes_back_behind_the_latest(told: Told, revision: str, rollback: bool, phase: str) -> None:
    assert told(state({"phase": phase, "revision": revision}))[0].fields["rollback"] is rollback


def test_a_rollback_is_seen_when_its_own_entry_is_already_there(told: Told) -> None:
    own = entry(3, OLD, "10:00:00", "10:01:00")
    assert told(state({"revision": OLD}, history=[*HISTORY, own]))[0].fields["rollback"] is True


def test_what_was_deployed_after_it_is_not_what_it_goes_back_behind(told: Told) -> None:
    later = entry(4, NEW, "11:00:00", "11:01:00")
    drafts = told(state({"phase": "Failed", "revision": PREVIOUS}, history=[*HISTORY, later]))
    assert [draft.fields["rollback"] for draft in drafts] == [False]


def test_a_rollback_that_was_lost_is_seen_in_the_history(told: Told) -> None:
    back = entry(3, OLD, "09:30:00", "09:31:00")
    drafts = told(state(history=[*HISTORY, back]), history=True)
    assert [draft.fields.get("rollback") for draft in drafts] == [None, False, True, False]


def test_a_rollback_of_several_sources_compares_them_all(told: Told) -> None:
    past = [
        entry(1, "", "08:00:00", "08:01:00", revisions=["1.0", OLD]),
        entry(2, "", "09:00:00", "09:01:00", revisions=["1.1", OLD]),
    ]
    for revisions, rollback in ((["1.0", OLD], True), (["1.0", NEW], False)):
        body = state({"revision": None, "revisions": revisions}, history=past)
        assert told(body)[0].fields["rollback"] is rollback


def test_before_a_sync_has_its_result_the_wanted_revision_is_compared_but_never_a_moving_name(told: Told) -> None:
    wanted = {"phase": "Running", "revision": None}
    assert told(state(wanted | {"requestedRevision": OLD}))[0].fields["rollback"] is True
    moving = told(state(wanted | {"requestedRevision": "HEAD"}))[0].fields
    assert "rollback" not in moving
    assert "revision" not in moving


def test_without_a_past_nobody_knows(told: Told) -> None:
    assert "rollback" not in told(state(history=[]))[0].fields


def test_a_self_heal_is_told_apart_from_a_release(told: Told) -> None:
    heal = {"partial": True, "initiatedBy": AUTOMATED, "revision": PREVIOUS}
    (draft,) = told(state(heal))
    assert draft.original_type == "self-heal"
    assert draft.fields["operation"] | {"retries": 0} == {
        "automated": True,
        "retries": 0,
        "dry_run": False,
        "partial": True,
    }
    assert draft.fields["rollback"] is False


def test_a_whole_automated_sync_of_the_same_revision_is_a_resync(told: Told) -> None:
    own = entry(3, PREVIOUS, "10:00:00", "10:00:59")
    for history in (HISTORY, [*HISTORY, own]):
        (draft,) = told(state({"initiatedBy": AUTOMATED, "revision": PREVIOUS}, history=history))
        assert draft.original_type == "resync"


def test_a_person_who_syncs_again_and_a_new_automated_revision_are_operations(told: Told) -> None:
    assert told(state({"revision": PREVIOUS}))[0].original_type == "operation"
    assert told(state({"initiatedBy": AUTOMATED}, history=[*HISTORY, OWN]))[0].original_type == "operation"
