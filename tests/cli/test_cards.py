"""`shipbell cards preview` on a folder, without a service."""

from pathlib import Path

import orjson
import pytest

from app.cli import cards
from tests.cli.conftest import Shipbell


def test_a_card_is_text_or_json_and_no_file(shipbell: Shipbell) -> None:
    said = shipbell("cards", "preview", "pipeline", "--event", "bitbucket/pipeline-failed", "--text")
    assert (said.code, "checkout" in said.out, " bytes" in said.out) == (0, True, True)
    assert shipbell("cards", "preview", "pipeline", "--json").json["type"] == "AdaptiveCard"
    assert list(Path().glob("*.html")) == []


def test_a_page_is_written_and_named(shipbell: Shipbell) -> None:
    said = shipbell("cards", "preview", "pipeline")
    assert (said.code, said.out.splitlines()[0]) == (0, "preview-pipeline.html")
    page = Path("preview-pipeline.html").read_text("utf-8")
    assert '<meta http-equiv="Content-Security-Policy"' in page
    assert "checkout" in page


def test_a_card_is_shown_on_an_event_in_a_file(shipbell: Shipbell) -> None:
    digest = {"how": "group", "by": "together", "count": 7, "failed": 0, "counts": [], "services": [], "items": []}
    event = {"type": "shipbell.digest", "service": "unmapped", "digest": digest, "occurred_at": "2026-11-22T10:00:00Z"}
    Path("digest.json").write_bytes(orjson.dumps(event))
    said = shipbell("cards", "preview", "digest", "--event", "digest.json", "--text")
    assert (said.code, "7" in said.out.splitlines()[0]) == (0, True), said
    for nothing in (b"[]", b"{", b'"\xfc"'):
        Path("digest.json").write_bytes(nothing)
        wrong = shipbell("cards", "preview", "digest", "--event", "digest.json")
        assert (wrong.code, wrong.err.startswith("error: digest.json holds no event")) == (1, True)
    missing = shipbell("cards", "preview", "digest", "--event", "nothing.json")
    assert (missing.code, missing.err) == (1, "error: nothing.json cannot be read: No such file or directory\n")


@pytest.mark.parametrize("option", ["--html", "-o"])
def test_the_page_is_written_where_it_is_wanted(shipbell: Shipbell, option: str) -> None:
    said = shipbell("cards", "preview", "pipeline", "--event", "bitbucket/pipeline-succeeded", option, "here.html")
    assert (said.code, said.out.splitlines()[0]) == (0, "here.html")
    assert "bitbucket/pipeline-succeeded" in Path("here.html").read_text("utf-8")


def test_a_place_that_cannot_be_written_is_1_and_a_sentence(shipbell: Shipbell) -> None:
    said = shipbell("cards", "preview", "pipeline", "--html", "no/such/folder.html")
    assert (said.code, said.err) == (1, "error: no/such/folder.html cannot be written: No such file or directory\n")


def test_without_the_renderer_it_says_how_to_get_it(shipbell: Shipbell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "find_renderer", lambda: None)
    said = shipbell("cards", "preview", "pipeline")
    assert (said.code, "make preview" in said.out) == (0, True)
    assert 'id="no-renderer"' in Path("preview-pipeline.html").read_text("utf-8")


def test_a_preview_that_cannot_be_is_2_with_the_nearest_name(shipbell: Shipbell) -> None:
    wrong = shipbell("cards", "preview", "pipelin")
    assert (wrong.code, "did you mean 'pipeline'?" in wrong.err) == (2, True)
    silent = shipbell("cards", "preview", "pipeline", "--event", "bitbucket/push-no-change")
    assert (silent.code, "says nothing" in silent.err) == (2, True)
    unknown = shipbell("cards", "preview", "pipeline", "--event", "nobody/push")
    assert (unknown.code, "no sample" in unknown.err) == (2, True)
    assert list(Path().glob("*.html")) == []
