"""The page of a preview: what it says of a card, that nothing of a card gets out of its place, and its policy."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import orjson
import pytest

from app.cards import CardContext, Cards, Rendered
from app.cards.preview import Choices, Renderer, Shown, page
from tests.cards.preview.hostile import ALL, OWNED, hostile_card, raw_card
from tests.cards.sample_events import EVENTS

DRAWS = Renderer(("var markdownit;", "var AdaptiveCards = '<!-- </script> <script>';"))
CARD = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "wrap": True, "text": "Hello"}]}


class Elements(HTMLParser):
    """Every element with its attributes, and the text that stands in those with an id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self._open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "rect"):
            self._open.append((tag, dict(attrs).get("id") or ""))
        if tag in self.inline:
            self.inline[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag != "rect" and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            self.texts[name] = self.texts.get(name, "") + data
        if self._open and self._open[-1][0] in self.inline:
            self.inline[self._open[-1][0]][-1] += data


def shown(rendered: Rendered) -> Shown:
    return Shown("deployment", "argocd/synced", rendered)


def read(rendered: Rendered, renderer: Renderer | None = DRAWS) -> Elements:
    return Elements(page(shown(rendered), renderer).html)


def test_it_says_what_is_shown_and_how_large_it_is(built_in: Cards) -> None:
    rendered = built_in.render("deployment", CardContext(EVENTS["deployment-succeeded"]))
    found = read(rendered)
    assert f"{rendered.size:,} bytes of 28,000" in found.texts["size"]
    assert "the aim is 24,576" in found.texts["size"]
    assert found.texts["summary"] == rendered.summary
    assert orjson.loads(found.texts["json"]) == rendered.card
    assert "payments-api" in found.texts["text"]
    assert "nothing that Teams would drop" in found.texts["lint"]


def test_there_are_four_views_light_and_dark_on_desktop_and_phone() -> None:
    found = read(Rendered(CARD, "", 90))
    views = [attributes["data-view"] for _, attributes in found.found if "data-view" in attributes]
    assert views == ["light-desktop", "light-phone", "dark-desktop", "dark-phone"]
    data = orjson.loads(found.texts["data"])
    assert data["card"] == CARD
    assert data["hosts"].keys() == set(views)


@pytest.mark.parametrize(
    ("rendered", "state", "words"),
    [
        (Rendered(CARD, "", 90), "fits", "The whole card."),
        (Rendered(CARD, "", 90, missing=3), "fits", "The whole card; 3 values that it prints are not in this event."),
        (Rendered(CARD, "", 24_577), "tight", "The whole card."),
        (Rendered(CARD, "", 24_000, shortened=True), "tight", "Shortened to fit."),
        (
            Rendered(CARD, "", 90, fell_back="template_error", problem="KeyError: 'x'"),
            "fallen",
            "Fell back to the minimal card: template_error (KeyError: 'x').",
        ),
        (Rendered(CARD, "", 90, fell_back="too_large"), "fallen", "Fell back to the minimal card: too_large."),
    ],
)
def test_it_says_what_became_of_the_card(rendered: Rendered, state: str, words: str) -> None:
    found = read(rendered)
    assert found.texts["state"] == words
    assert ("div", {"class": f"size {state}", "id": "size"}) in found.found


def test_the_bar_ends_where_teams_does() -> None:
    bars = {a["class"]: a for tag, a in read(Rendered(CARD, "", 30_000)).found if tag == "rect"}
    assert (bars["all"]["width"], bars["used"]["width"], bars["aim"]["x"]) == ("28000", "28000", "24576")


def test_what_lint_finds_is_listed_with_its_place() -> None:
    body = [{"type": "TextBlock", "text": "cut"}, {"type": "Table"}]
    found = read(Rendered({**CARD, "body": body}, "", 90))
    assert "body.0: TextBlock without `wrap: true` is cut on a phone" in found.texts["lint"]
    assert "body.1: 'Table' cannot be used (phones leave it blank" in found.texts["lint"]
    assert [a["class"] for tag, a in found.found if tag == "li"] == ["warning", "problem"]


def test_only_a_card_of_full_width_takes_all_of_a_desktop() -> None:
    def classes(card: dict[str, object]) -> set[str | None]:
        return {a["class"] for _, a in read(Rendered(card, "", 90)).found if "data-view" in a}

    assert classes(CARD) == {"card"}
    assert classes({**CARD, "msteams": {"width": "Full"}}) == {"card full"}


def test_without_the_renderer_it_is_text_and_says_so(built_in: Cards) -> None:
    found = read(built_in.render("deployment", CardContext(EVENTS["deployment-succeeded"])), None)
    assert "make preview" in found.texts["no-renderer"]
    assert "payments-api" in found.texts["text"]
    assert found.inline["script"] == []
    assert "script-src" not in page(shown(Rendered(CARD, "", 90)), None).policy


def test_without_a_card_there_are_choices_and_a_note() -> None:
    choices = Choices(["a", "b"], {"Samples": [("x/y", "x/y")]})
    found = Elements(page(None, DRAWS, choices, "Nothing <yet>").html)
    assert found.texts["note"] == "Nothing <yet>"
    assert [a.get("value") for tag, a in found.found if tag == "option"] == [None, None, "x/y"]
    assert found.inline["script"] == []


def test_what_is_shown_is_what_is_chosen() -> None:
    choices = Choices(["deployment", "pipeline"], {"Samples": [("argocd/synced", "s"), ("argocd/other", "o")]})
    found = Elements(page(shown(Rendered(CARD, "", 90)), DRAWS, choices).html)
    assert [a.get("value") for tag, a in found.found if tag == "option" and "selected" in a] == [None, "argocd/synced"]


def test_no_text_of_a_card_gets_out_of_its_place(built_in: Cards) -> None:
    for rendered in (hostile_card(built_in), raw_card(), Rendered(CARD, ALL, 90, fell_back="lint", problem=ALL)):
        choices = Choices([ALL], {ALL: [(ALL, ALL)]})
        found = Elements(page(Shown(ALL, ALL, rendered), DRAWS, choices, ALL).html)
        tags = {tag for tag, _ in found.found}
        assert not tags & {"img", "a", "iframe", "at"}
        assert [tag for tag, _ in found.found].count("script") == len(DRAWS.scripts) + 2
        assert [name for _, attributes in found.found for name in attributes if name.startswith("on")] == []
        assert orjson.loads(found.texts["data"])["card"] == rendered.card
        assert OWNED not in "".join(found.inline["script"][1:])


def test_every_script_and_the_style_are_in_the_policy_by_their_digest_and_nothing_else_is() -> None:
    made = page(shown(raw_card()), DRAWS)
    found = Elements(made.html)
    rules = dict(rule.split(" ", 1) for rule in made.policy.split("; "))

    def digests(texts: list[str]) -> str:
        return " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts)

    assert rules == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "style-src": digests(found.inline["style"]),
        "script-src": digests(found.inline["script"][1:]),  # the first is data, which no policy is asked about
    }
    assert len(found.inline["script"]) == len(DRAWS.scripts) + 2


def test_the_page_says_its_policy_itself_but_for_what_only_a_server_may_say() -> None:
    made = page(shown(Rendered(CARD, "", 90)), DRAWS, Choices([], {}))
    (said,) = (a["content"] for _, a in Elements(made.html).found if a.get("http-equiv") == "Content-Security-Policy")
    assert made.policy == f"{said}; frame-ancestors 'none'"
    assert "form-action 'self'" in made.policy
    assert made.html.index("Content-Security-Policy") < made.html.index("<style>")


def test_it_loads_nothing() -> None:
    html = page(shown(Rendered(CARD, "", 90)), DRAWS).html
    assert re.findall(r"<[^>]+\s(?:src|href|srcset|action)=", html) == []
    assert "@import" not in html
    assert "url(" not in html


def test_a_script_that_holds_html_stays_one_script() -> None:
    scripts = read(Rendered(CARD, "", 90)).inline["script"]
    assert scripts[2] == r"var AdaptiveCards = '\x3C!-- \x3C/script> \x3Cscript>';"
