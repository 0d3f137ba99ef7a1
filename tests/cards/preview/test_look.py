"""The page in a real browser: the card is drawn as Teams draws it, and what is hostile in it stays text."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from app.cards import CardContext, Cards, Rendered
from app.cards.preview import Shown, page
from tests.cards.preview.hostile import OWNED, TEXTS, hostile_card, raw_card
from tests.cards.preview.test_page import Elements
from tests.cards.sample_events import EVENTS
from tests.tools.chromium import dom, screenshot
from tests.tools.png import read_png
from tests.tools.renderer import renderer

VIEWS = ("light-desktop", "light-phone", "dark-desktop", "dark-phone")
WIDTH, HEIGHT = 1240, 900
Write = Callable[[Rendered], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(rendered: Rendered) -> Path:
        file = tmp_path / "page.html"
        file.write_text(page(Shown("deployment", "argocd/synced", rendered), renderer()).html, "utf-8")
        return file

    return write


def views(html: str) -> dict[str, str]:
    """What was drawn in each view, as HTML."""
    parts = re.split(r'<div class="[^"]*" data-view="([a-z-]+)">', html)
    return {name: part.partition("</section>")[0] for name, part in zip(parts[1::2], parts[2::2], strict=True)}


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_the_card_is_drawn_in_every_view(write: Write, built_in: Cards) -> None:
    rendered = built_in.render("deployment-failed", CardContext(EVENTS["deployment-failed"]))
    found = views(dom(write(rendered)))
    assert tuple(found) == VIEWS
    for html in found.values():
        said = text_of(html)
        for words in ("payments-api 2.7.1", "What did not come up", "one or more objects failed to apply", "Pipeline"):
            assert words in said
        assert 'href="https://git.example.com/acme/payments/commits/4f1c0de"' in html
        assert html.count('class="ac-pushButton') == len(rendered.card["actions"])


def test_hostile_text_stays_text_and_only_our_mention_is_one(write: Write, built_in: Cards) -> None:
    html = dom(write(hostile_card(built_in)))
    found = Elements(html)
    assert [title for title in re.findall(r"<title>(.*?)</title>", html) if "owned" in title] == []
    links = {a.get("href") or "" for tag, a in found.found if tag == "a"}
    assert {link.split("/")[2] for link in links} == {"git.example.com", "tickets.example.com"}
    for drawn in views(html).values():
        assert re.findall(r'<span class="at">(.*?)</span>', drawn) == ["Grace"]
        assert OWNED in text_of(drawn)


def test_even_a_card_that_nobody_escaped_runs_nothing(write: Write) -> None:
    html = dom(write(raw_card()))
    found = Elements(html)
    assert "<title>deployment · Shipbell preview</title>" in html
    assert [(tag, a) for tag, a in found.found if tag in ("img", "svg", "iframe") and "viewbox" not in a] == []
    assert {name for _, a in found.found for name in a if name.startswith("on")} == set()
    # These are links for Teams, too, so a reader has to see them; a script or a picture they are not.
    links = {"https://evil.example/1", "https://evil.example/4.png"}
    assert {a["href"] for tag, a in found.found if tag == "a"} == links
    assert {a["rel"] for tag, a in found.found if tag == "a"} == {"noopener noreferrer"}
    for drawn in views(html).values():
        assert text_of(drawn).count("everyone") == 3
        assert "<at>everyone</at>" in text_of(drawn)
        assert 'class="at"' not in drawn
        assert TEXTS[0] in text_of(drawn)


def test_a_script_that_is_not_ours_does_not_run(write: Write) -> None:
    file = write(raw_card())
    planted = f"<script>{OWNED}</script><img src='data:,' onerror={OWNED}></body>"
    file.write_text(file.read_text("utf-8").replace("</body>", planted), "utf-8")
    html = dom(file)
    assert "<title>deployment · Shipbell preview</title>" in html
    assert len(views(html)) == len(VIEWS)


def test_no_more_than_six_actions_are_shown(write: Write) -> None:
    html = dom(write(raw_card(actions=8)))
    for drawn in views(html).values():
        assert drawn.count('class="ac-pushButton') == 6
        assert "Open 5" in drawn
        assert "Open 6" not in drawn
    assert "8 actions: Teams shows 6" in html


def test_what_the_renderer_does_not_know_is_told(write: Write) -> None:
    html = dom(write(raw_card({"type": "Badge", "text": "New"})))
    assert "The renderer says: " in text_of(html)
    assert "Badge" in text_of(html).split("The renderer says: ", 1)[1]


def test_it_looks_like_light_and_dark(write: Write, built_in: Cards) -> None:
    rendered = built_in.render("deployment-failed", CardContext(EVENTS["deployment-failed"]))
    file = write(rendered)
    # Side by side, so that one picture holds both themes; the policy knows only its own style, so it goes too.
    html = file.read_text("utf-8").replace("</style>", ".phone { display: none } </style>")
    file.write_text(re.sub(r"<meta http-equiv[^>]*>", "", html), "utf-8")
    picture = read_png(screenshot(file, WIDTH, HEIGHT))
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)
    light, dark = picture.colours(30, 600), picture.colours(640, 1200)
    assert len(light) > 100  # letters have many shades: an empty page has a handful
    assert len(dark) > 100
    assert light.get(b"\xff\xff\xff", 0) > 50_000
    assert light.get(b"\xfd\xf3\xf4", 0) > 10_000  # the head of a card that tells of a failure
    assert dark.get(b"\x29\x29\x29", 0) > 50_000
    assert dark.get(b"\x3b\x14\x18", 0) > 10_000
