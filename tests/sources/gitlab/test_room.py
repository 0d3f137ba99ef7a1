"""The room's door: kinds, the delivery's name, and which proof counts."""

import pytest

from app.kernel.errors import BadPayload
from app.sources import Ignored, Inbound
from app.sources.gitlab import SOURCE
from tests.sources.gitlab.conftest import KEY, Send


@pytest.mark.parametrize("kind", ["Release Hook", "Note Hook", "System Hook", "push hook", "x"])
def test_unused_event_is_ignored(send: Send, kind: str) -> None:
    assert send(kind) == Ignored("unused_type")


def test_message_without_its_kind_is_refused() -> None:
    with pytest.raises(BadPayload) as refusal:
        SOURCE.parse(Inbound({}, b"{}"))
    assert refusal.value.path == "headers.x-gitlab-event"


@pytest.mark.parametrize("path", ["checkout", "acme/", "/checkout", "acme//x", "acme/check out", None, 7])
def test_path_that_is_none_is_refused(send: Send, path: object) -> None:
    with pytest.raises(BadPayload) as refusal:
        send("Push Hook", ref="refs/heads/main", project={"id": 1, "path_with_namespace": path})
    assert refusal.value.path == "project.path_with_namespace"


def test_the_signed_id_names_the_delivery_and_the_events_own_does_not() -> None:
    shared = {"x-gitlab-event-uuid": "shared-by-hooks"}
    assert SOURCE.dedupe(Inbound({**shared, "idempotency-key": "k", "webhook-id": "w"}, b"")) == "w"
    assert SOURCE.dedupe(Inbound({**shared, "idempotency-key": "k"}, b"")) == "k"
    assert SOURCE.dedupe(Inbound(shared, b"")) is None


def test_installations_count_their_projects_apart(send: Send) -> None:
    def subject(url: str | None) -> str:
        project = {"id": 412, "path_with_namespace": "acme/shop/checkout", "web_url": url}
        drafts = send("Push Hook", project=project, ref="refs/heads/main", after="a" * 40)
        assert isinstance(drafts, list)
        return drafts[0].subject

    assert subject("https://GitLab.example.com/acme/shop/checkout") == f"branch:{KEY}:main"
    assert subject("https://gitlab.com:8443/acme") == "branch:gitlab.com:8443/412:main"
    assert subject(None) == "branch:412:main"
