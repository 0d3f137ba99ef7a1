"""The room's door: which words are read, and that partial tickets are not."""

import orjson
import pytest

from app.kernel.errors import BadPayload
from app.sources import Ignored, Inbound
from app.sources.jira import SOURCE, parse

UNUSED = ["comment_created", "comment_updated", "jira:version_created", "jira:version_unreleased", "sprint_started",
          "issuelink_created", "worklog_created"]  # fmt: skip


@pytest.mark.parametrize("kind", UNUSED)
def test_other_words_are_ignored_with_all_that_they_bring(kind: str) -> None:
    partial = {"id": "1", "key": "SHOP-1", "fields": {"summary": "x"}}
    assert parse(Inbound({}, orjson.dumps({"webhookEvent": kind, "issue": partial}))) == Ignored("unused_type")


@pytest.mark.parametrize("body", [b"{}", b'{"webhookEvent":null}', b'{"webhookEvent":7}'])
def test_message_without_its_kind_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload) as refusal:
        parse(Inbound({}, body))
    assert refusal.value.path == "webhookEvent"


def test_delivery_is_known_by_its_identifier() -> None:
    assert SOURCE.dedupe(Inbound({"x-atlassian-webhook-identifier": "w-1"}, b"")) == "w-1"
    assert SOURCE.dedupe(Inbound({}, b"")) is None


def test_a_version_that_is_released_is_named() -> None:
    version = {"id": "10200", "name": "2026.47", "self": "https://acme.atlassian.net/rest/api/2/version/10200"}
    drafts = parse(Inbound({}, orjson.dumps({"webhookEvent": "jira:version_released", "version": version})))
    assert isinstance(drafts, list)
    (draft,) = drafts
    assert (draft.type, draft.subject) == ("version.released", "version:jira:acme.atlassian.net:10200")
    assert draft.fields["version"] == "2026.47"
