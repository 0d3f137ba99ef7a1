import pytest

from app.events.cdevents.names import named, source_uri, uri
from tests.events.cdevents.views import view


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://ci.example.com/a/home#!/results/4", "https://ci.example.com/a/home#!/results/4"),
        ("https://ci.example.com/ä{b}?c=[d]&e=%2F#f#g", "https://ci.example.com/%C3%A4%7Bb%7D?c=%5Bd%5D&e=%2F#f%23g"),
        ("https://ci.example.com/100%", "https://ci.example.com/100%25"),
        ("https://ci.example.com/%zz", "https://ci.example.com/%25zz"),
        ("https://[::1]/a", None),
        ("", None),
        (None, None),
    ],
)
def test_a_link_is_written_as_a_uri(url: str | None, written: str | None) -> None:
    assert uri(url) == written


def test_a_source_is_its_room_and_installation() -> None:
    assert source_uri(view("deployment.finished", instance=None)) == "/shipbell/argocd"
    assert source_uri(view("deployment.finished", instance="a/b?")) == "/shipbell/argocd/a%2Fb%3F"
    assert source_uri({}) == "/shipbell"


def test_a_place_that_nobody_named_has_no_name() -> None:
    assert named(view("deployment.finished", environment=None, original={"environment": "x"}), "environment") is None
    assert named(view("deployment.finished", environment="unmapped"), "environment") is None
