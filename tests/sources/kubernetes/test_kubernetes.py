"""Evidence of rollouts: every wording of a set at zero, and what is no rollout."""

import json
from typing import Any

import pytest

from app.events import Draft
from app.kernel.clock import iso, to_us
from app.kernel.errors import BadPayload
from app.kernel.samples import load_sample
from app.sources import Ignored, Inbound
from app.sources.kubernetes import SOURCE, dedupe
from tests.conformance.folder import captured_folder


def told(message: str, sample: str = "scaled-down-to-zero", **involved: Any) -> Draft | Ignored:
    body = json.loads(load_sample("app.sources.kubernetes", sample).body)
    body["message"] = message
    body["involvedObject"] |= involved
    found = SOURCE.parse(Inbound({}, json.dumps(body).encode()))
    return found if isinstance(found, Ignored) else found[0]


@pytest.mark.parametrize("tail", ["to 0", "to 0 from 1", "from 12 to 0"])
def test_a_set_at_zero_is_evidence_of_a_rollout(tail: str) -> None:
    draft = told(f"Scaled down replica set checkout-api-6d9f7c5b84 {tail}")
    assert isinstance(draft, Draft)
    assert (draft.type, draft.status, draft.fields["canonical"]) == ("deployment.finished", "succeeded", False)


@pytest.mark.parametrize(
    "message",
    [
        "Scaled down replica set x to 1",
        "Scaled down replica set x to 2 from 3",
        "Scaled down replica set x from 4 to 1",
        "Scaled down replica set x to 01",
        "Scaled down replica set x to 0 from",
        "Scaled down replica set x to 10",
        "Scaled up replica set x to 1",
        "Scaled up replica set x from 0 to 1",
        "Scaled down replica set x y to 0",
        "so Scaled down replica set x to 0",
        "",
    ],
)
def test_whatever_else_is_scaled_is_none(message: str) -> None:
    assert told(message) == Ignored("not_to_zero")


def test_messages_seen_in_the_wild() -> None:
    root = captured_folder()
    if root is None or not (root / "kubernetes" / "scaling-messages.tsv").is_file():
        pytest.skip("no captured messages")
    lines = (root / "kubernetes" / "scaling-messages.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    assert len(rows) > 5
    for message, _, expected in rows:
        assert isinstance(told(message), Draft) is expected.startswith("match"), message


@pytest.mark.parametrize(
    ("involved", "reason"),
    [
        ({"annotations": {"deployment.kubernetes.io/revision": "1"}}, "first_revision"),
        ({"deleted": True}, "deleted"),
        ({"kind": "StatefulSet"}, "unused_type"),
        ({"labels": {"shipbell/scales-to-zero": "true"}}, "scaled_to_zero"),
        ({"labels": {"shipbell/scales-to-zero": "false"}}, None),
        ({"annotations": None}, None),
        ({"annotations": {"deployment.kubernetes.io/revision": "2"}}, None),
    ],
)
def test_what_the_object_tells_of_a_scale_to_zero(involved: dict[str, Any], reason: str | None) -> None:
    found = told("Scaled down replica set checkout-api-6d9f7c5b84 to 0", **involved)
    assert (found.reason if isinstance(found, Ignored) else None) == reason


def test_a_revision_is_rolled_out_once_and_without_one_each_event_is_a_rollout() -> None:
    def subject(event: str, **involved: Any) -> str:
        body = json.loads(load_sample("app.sources.kubernetes", "scaled-down-to-zero").body)
        body["metadata"]["uid"] = event
        body["involvedObject"] |= involved
        drafts = SOURCE.parse(Inbound({}, json.dumps(body).encode()))
        assert isinstance(drafts, list)
        return drafts[0].subject

    assert subject("one") == subject("two")
    assert subject("one") != subject("one", annotations={"deployment.kubernetes.io/revision": "18"})
    assert subject("one") != subject("one", uid="a new one of this name")
    assert subject("one", annotations={}) != subject("two", annotations={})


def test_a_rollout_tells_which_revision_went() -> None:
    assert isinstance(told("Scaled down ReplicaSet x (revision 11) from 2 to 0", "rollout-set-to-zero"), Draft)
    current = told("Scaled down ReplicaSet x (revision 12) from 2 to 0", "rollout-set-to-zero")
    assert current == Ignored("scaled_to_zero")
    assert told("Scaled down ReplicaSet x (revision 11) from 3 to 2", "rollout-set-to-zero") == Ignored("not_to_zero")


def test_the_time_is_wherever_it_is() -> None:
    body = json.loads(load_sample("app.sources.kubernetes", "scaled-down-newest-wording").body)
    seen = []
    for gone in ({}, {"series": None}, {"eventTime": None}):
        body |= gone
        drafts = SOURCE.parse(Inbound({}, json.dumps(body).encode()))
        assert isinstance(drafts, list)
        assert drafts[0].occurred_at is not None
        seen.append(iso(to_us(drafts[0].occurred_at))[11:19])
    assert seen == ["09:21:59", "09:21:44", "09:21:44"]


def test_an_event_is_told_by_its_uid_and_count() -> None:
    body = json.loads(load_sample("app.sources.kubernetes", "scaled-down-to-zero").body)
    once = dedupe(Inbound({}, json.dumps(body).encode()))
    assert once == dedupe(Inbound({}, json.dumps(body | {"clusterName": "elsewhere"}).encode())) is not None
    assert once != dedupe(Inbound({}, json.dumps(body | {"count": 2}).encode()))


def test_a_layout_of_ones_own_is_told_to_go() -> None:
    with pytest.raises(BadPayload, match="layout"):
        SOURCE.parse(Inbound({}, b'{"reason": "ScalingReplicaSet", "details": {}}'))


def test_the_tag_of_a_rollout_is_that_of_its_own_image() -> None:
    body = json.loads(load_sample("app.sources.kubernetes", "argo-rollouts-completed").body)
    for images, version in (
        (["r/payments-api:2.8.0", "r/proxy:1.30"], "2.8.0"),
        (["r/one:1", "r/two:1"], "1"),
        (["r/one:1", "r/two:2"], None),
        (["r:5000/payments-api@sha256:" + "a" * 64], None),
        (None, None),
    ):
        body["rollout"]["images"] = images
        drafts = SOURCE.parse(Inbound({}, json.dumps(body).encode()))
        assert isinstance(drafts, list)
        assert drafts[0].fields.get("version") == version


def test_a_rollout_that_begins_and_ends_is_one_thing() -> None:
    found = [SOURCE.parse(Inbound({}, load_sample("app.sources.kubernetes", f"argo-rollouts-{each}").body))
             for each in ("updated", "completed", "aborted")]  # fmt: skip
    drafts = [each[0] for each in found if isinstance(each, list)]
    assert len({draft.subject for draft in drafts}) == 1
    assert [draft.status for draft in drafts] == [None, "succeeded", "failed"]
