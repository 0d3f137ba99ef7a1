"""The room's door: event keys, the test button, and how a repository is called and known."""

import pytest

from app.kernel.errors import BadPayload
from app.sources import Ignored, Inbound
from app.sources.bitbucket_dc import SOURCE, parse
from tests.sources.bitbucket_dc.conftest import ZEROS, A, Send

MOVED = [{"ref": {"displayId": "main", "type": "BRANCH"}, "fromHash": ZEROS, "toHash": A}]


@pytest.mark.parametrize("body", [b'{"test":true}', b'{"eventKey":"diagnostics:ping","repository":{}}'])
def test_the_test_button_is_a_ping_whatever_is_in_it(body: bytes) -> None:
    assert parse(Inbound({"x-event-key": "diagnostics:ping"}, body)) == Ignored("ping")


@pytest.mark.parametrize("key", ["pr:comment:added", "pr:reviewer:approved", "mirror:repo_synchronized", "repo:push"])
def test_unused_event_is_ignored(send: Send, key: str) -> None:
    assert send(key) == Ignored("unused_type")


def test_message_without_event_key_is_refused() -> None:
    with pytest.raises(BadPayload) as refusal:
        parse(Inbound({}, b'{"eventKey":"repo:refs_changed"}'))
    assert refusal.value.path == "headers.x-event-key"


def test_delivery_is_known_by_its_request_id() -> None:
    assert SOURCE.dedupe(Inbound({"x-request-id": "r-1"}, b"")) == "r-1"
    assert SOURCE.dedupe(Inbound({}, b"")) is None


@pytest.mark.parametrize(
    "links", [{}, {"self": []}, {"self": [{"href": "https://git.example.com/projects/~INES/repos/x/browse"}]}]
)
def test_links_may_be_absent_and_change_nothing_of_what_it_is(send: Send, links: dict[str, object]) -> None:
    mine = {"id": 7, "slug": "x", "project": {"key": "~INES"}, "links": links}
    drafts = send("repo:refs_changed", changes=MOVED, repository=mine)
    assert isinstance(drafts, list)
    assert drafts[0].subject == "branch:7:main"
    assert drafts[0].hints.service == (("repository", "~INES/x"),)
    page = drafts[0].fields["repository"]["url"]
    assert page == ("https://git.example.com/projects/~INES/repos/x" if links.get("self") else None)
    assert drafts[0].instance == ("git.example.com" if page else None)
