"""The room's door: event keys, the delivery's name, and the vendor's own signature."""

import pytest

from app.kernel.errors import BadPayload, Unauthorized
from app.sources import Ignored, Inbound
from app.sources.bitbucket import SOURCE
from tests.conformance.folder import captured_folder
from tests.sources.bitbucket.conftest import Send

SIGNED = "bitbucket/repo.push--jenkinsci_bitbucket-branch-source-plugin--signed-branch-create.json"


@pytest.mark.parametrize("event_key", ["issue:created", "repo:fork", "pullrequest:approved", "diagnostics:ping", "x"])
def test_unused_event_is_ignored(send: Send, event_key: str) -> None:
    assert send(event_key) == Ignored("unused_type")


@pytest.mark.parametrize("headers", [{}, {"x-event-key": ""}])
def test_message_without_event_key_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadPayload) as refusal:
        SOURCE.parse(Inbound(headers, b"{}"))
    assert refusal.value.path == "headers.x-event-key"


@pytest.mark.parametrize("name", ["checkout", "acme/", "/checkout", "acme/check out", "a/b/c", "acme/\x00", None, 7])
def test_path_that_is_none_is_refused(send: Send, name: object) -> None:
    with pytest.raises(BadPayload) as refusal:
        send("repo:push", repository={"full_name": name}, push={"changes": []})
    assert refusal.value.path == "repository.full_name"


def test_delivery_is_known_by_its_request_uuid() -> None:
    assert SOURCE.dedupe(Inbound({"x-request-uuid": "r-1"}, b"")) == "r-1"
    assert SOURCE.dedupe(Inbound({}, b"")) is None


def test_signature_that_bitbucket_made_opens() -> None:
    """A delivery whose secret was published with it; without it, our own signature of the same form."""
    folder = captured_folder()
    secret, body = b"Gkvl$k$wyNpQAF42", b'{"push":{}}'
    signature = SOURCE.scheme.sign(body, secret)["x-hub-signature"]
    if folder and (folder / SIGNED).exists():
        body = (folder / SIGNED).read_bytes()
        signature = "sha256=f205c729821c6954aff2afe72b965c34015b4baf96ea8ddc2cc44999c014a035"
    assert SOURCE.scheme.verify({"x-hub-signature": signature}, body, "", [b"other", secret]) == 1
    with pytest.raises(Unauthorized):
        SOURCE.scheme.verify({"x-hub-signature": signature}, body + b"\n", "", [secret])
