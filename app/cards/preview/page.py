"""Builds the page of a preview: one file that loads nothing, and the policy that a browser holds it to."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from app.cards.context import Rendered
from app.cards.lint import lint
from app.cards.plain import plain
from app.cards.preview.renderer import Renderer
from app.cards.preview.teams import DEVICES, THEMES, host_config
from app.cards.render import AIM, HARD

_PACKAGE = "app.cards.preview"
_ENDS_A_SCRIPT = re.compile(r"<(?=!--|/?script)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A card by its name, what it was rendered `on` (an event's id or `source/sample`), and what came of it."""

    card: str
    on: str
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may choose from: cards, and events as (value, words) under headings."""

    cards: Sequence[str]
    events: Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Page:
    """HTML, and its Content-Security-Policy: exactly its own scripts and its own style, and no connection at all."""

    html: str
    policy: str


def page(shown: Shown | None, renderer: Renderer | None, choices: Choices | None = None, note: str = "") -> Page:
    """The page of a card, with `choices` as a form above it; without a card only those and the `note`."""
    style = _text("page.css")
    scripts = [_inline(each) for each in (*renderer.scripts, _text("page.js"))] if renderer and shown else []
    policy = _policy(style, scripts, form=choices is not None)
    html = _template().render(
        shown=shown,
        choices=choices,
        note=note,
        policy=policy,
        style=Markup(style),  # noqa: S704  ours
        scripts=[Markup(script) for script in scripts],  # noqa: S704  ours and the renderer's, bound by the policy
        **(_told(shown) if shown else {}),
    )
    return Page(html, f"{policy}; frame-ancestors 'none'")  # what a file cannot say of itself


def _told(shown: Shown) -> dict[str, Any]:
    """What the template says of a card."""
    rendered = shown.rendered
    card = rendered.card
    views = [{"id": f"{theme}-{device}", "theme": theme, "device": device} for theme in THEMES for device in DEVICES]
    return {
        "size": _size(rendered),
        "state": _state(rendered),
        "findings": list(_findings(card)),
        "views": views,
        "full": str(card.get("msteams", {}).get("width", "")).lower() == "full",
        "text": plain(card),
        "json": orjson.dumps(card, option=orjson.OPT_INDENT_2).decode(),
        "data": {"card": card, "hosts": {view["id"]: host_config(view["theme"], view["device"]) for view in views}},
    }


def _size(rendered: Rendered) -> dict[str, Any]:
    tight = rendered.shortened or rendered.size > AIM
    state = "fallen" if rendered.fell_back else "tight" if tight else "fits"
    text = f"{rendered.size:,} bytes of {HARD:,} that Teams takes ({rendered.size / HARD:.0%}); the aim is {AIM:,}"
    return {"used": rendered.size, "aim": AIM, "hard": HARD, "state": state, "text": text}


def _state(rendered: Rendered) -> str:
    if rendered.fell_back:
        why = f" ({rendered.problem})" if rendered.problem else ""
        return f"Fell back to the minimal card: {rendered.fell_back}{why}."
    whole = "Shortened to fit" if rendered.shortened else "The whole card"
    missing = f"; {rendered.missing} values that it prints are not in this event" if rendered.missing else ""
    return f"{whole}{missing}."


def _findings(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for finding in lint(card):
        place = ".".join(str(step) for step in finding.path) or "card"
        hint = f" ({finding.hint})" if finding.hint else ""
        yield {"warning": finding.warning, "text": f"{place}: {finding.message}{hint}"}


def _policy(style: str, scripts: Sequence[str], *, form: bool) -> str:
    """By digests and not by a nonce: the page is the same in a file, and what is not in it does not run."""
    parts = ["default-src 'none'", f"style-src {_digest(style)}", "base-uri 'none'"]
    if scripts:
        parts.append(f"script-src {' '.join(map(_digest, scripts))}")
    parts.append("form-action 'self'" if form else "form-action 'none'")
    return "; ".join(parts)


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _inline(script: str) -> str:
    """A script as it may stand in HTML: what would end it there is written so that it means the same in JavaScript."""
    return _ENDS_A_SCRIPT.sub(r"\\x3C", script)


@lru_cache(maxsize=1)
def _template() -> Template:
    made = Environment(autoescape=True, undefined=StrictUndefined, loader=PackageLoader(_PACKAGE, ""), trim_blocks=True)
    return made.get_template("page.html")


@lru_cache(maxsize=4)
def _text(name: str) -> str:
    return (resources.files(_PACKAGE) / name).read_text(encoding="utf-8")
