"""The page of cards: the language, the elements, the cards that are shipped."""

import inspect
from pathlib import Path
from types import FunctionType
from typing import get_args

from app.cards import compile as directives
from app.cards import filters, language, mentions, render, vocabulary, words
from app.cards.context import FellBack
from app.cards.load import DIGEST, MINIMAL
from app.events.fields import field_catalogue
from docs.pages.markdown import code, codes, first_line, table

ORIGIN = "app/cards/ and rules/cards/"
SHIPPED = Path(__file__).parents[2] / "rules" / "cards"

_INTRO = """# Cards

A card is a file `rules/cards/<name>.yaml` with a `summary` (one line, for lists and notifications) and a `card`: a
YAML tree in the shape of an [Adaptive Card](https://adaptivecards.io/explorer/) {version}. Look at one with
`shipbell cards preview`, check all with `shipbell cards lint`.

```yaml
summary: "{{{{ icon }}}} {{{{ service }}}}: {{{{ e.status }}}}"
card:
  type: AdaptiveCard
  version: "{version}"
  body:
    - {{type: TextBlock, wrap: true, text: "**{{{{ service }}}}** is {{{{ e.status }}}}"}}
    - type: FactSet
      facts:
        - {{title: Commit, $when: e.commit.sha, value: "{{{{ e.commit.sha | sha | link(e.commit.url) }}}}"}}
```
"""

_LANGUAGE = """## The language

Every text may hold [Jinja](https://jinja.palletsprojects.com/en/stable/templates/) expressions `{{ … }}`, `{% if
%}` and `{% for %}`, in a closed sandbox: no `set`, no macros, no includes, no calls but `range(n)` and
`{…}.get(key, otherwise)`. What an event does not say is empty and false, never an error. Values are escaped by
where they stand: Markdown in a TextBlock or a fact, an https URL in a link, plain text elsewhere.
"""

_DIRECTIVES = (
    ("$when", "an expression; the element is left out when it is false, empty or absent"),
    (
        "$each",
        "`{name: expression}`: the element once for each item; "
        f"at most `$limit`, {directives.DEFAULT_LIMIT} if not said, {directives.HIGHEST_LIMIT} at most",
    ),
    ("$limit", "how many items `$each` shows"),
    ("$of", "how many there are in all, where the list was cut before: `$of: e.digest.count`; for `and 120 more`"),
    ("$drop", f"1 to {directives.HIGHEST_DROP}: left out when the card is too large, 1 first"),
)
_NAMES = {
    "e": "the event's [flat view](fields.md): `e.build.number`",
    "icon": "one sign for what came of it: ✅, ❌, …",
    "service": "our name of the service; the vendor's own when the estate does not know it",
    "environment": "our name of the environment, likewise",
    "mentions": "who is mentioned, ready to print",
    "easter_egg": "a line for a good day, most often empty",
}

_PEOPLE = """## Mentions

`{{{{ mentions }}}}` names the people whom a rule's `mention` found in the user table; Teams notifies those of whom it
knows an address, {people} at most. Print it in a TextBlock: what a card does not print, or loses when it is shortened,
stands below it. Nobody else is ever notified: `<at>` in what an event says is taken apart, and a card that holds one
does not load.

## Messages

`{{{{ easter_egg }}}}` is the text of the message that fits (`messages` in the rule book), {words} characters at most.
The text is in the same language, with `e`, `icon`, `service` and `environment`: `Build {{{{ e.build.number }}}}.` It is
shown as plain text, and not at all when it would print what the event does not say. Which one fits is decided when the
event is routed: a retry shows the same.

## Digests and summaries

A digest (`group`, `hold`, a budget that was used up) is an event of the type `shipbell.digest`, a rule with a
`schedule` makes one of the type `shipbell.summary`. Their cards read `e.digest.…` and `e.summary.…`:
"""


def pages() -> dict[str, str]:
    """`cards.md`."""
    parts = [
        _INTRO.format(version=vocabulary.SCHEMA_VERSION),
        _LANGUAGE,
        table(["name", "what it is"], [(code(name), text) for name, text in names()]),
        "## Directives\n\nKeys that begin with `$` are for Shipbell, in any element or fact.",
        table(["key", "what it takes"], [(code(name), text) for name, text in _DIRECTIVES]),
        f"## Filters\n\n{_filters()}",
        f"## Elements\n\n{_elements()}",
        _PEOPLE.format(people=mentions.MAX_PEOPLE, words=words.MAX_WORDS),
        _told_together(),
        f"## When a card cannot be sent\n\n{_fallback()}",
        f"## Shipped cards\n\n{_shipped()}",
    ]
    return {"cards.md": "\n\n".join(part.rstrip() for part in parts) + "\n"}


def names() -> list[tuple[str, str]]:
    """What a card may use by name. Raises KeyError for a name that nobody described here."""
    return [(name, _NAMES[name]) for name in sorted(language.NAMES)]


def _filters() -> str:
    ours = {name: getattr(filters, name, None) for name in filters.ALLOWED}
    own = {name: found for name, found in ours.items() if isinstance(found, FunctionType)}
    rows = [(code(name + _arguments(found)), first_line(found)) for name, found in own.items()]
    rest = [name for name in filters.ALLOWED if name not in own]
    return f"{table(['filter', 'gives'], rows)}\n\nOf Jinja's own: {codes(rest)}."


def _arguments(filter_: FunctionType) -> str:
    """What stands in the brackets behind the filter's name, defaults shown."""
    given = list(inspect.signature(filter_).parameters.values())[1:]
    shown = [one.name if one.default is one.empty else f"{one.name}={one.default!r}" for one in given]
    return f"({', '.join(shown)})" if shown else ""


def _elements() -> str:
    rows = [
        (
            code(kind),
            codes(sorted(vocabulary.REQUIRED[kind])),
            codes(sorted(known - vocabulary.REQUIRED[kind] - {"type"})),
        )
        for kind, known in vocabulary.PROPERTIES.items()
    ]
    refused = "\n".join(
        f"- {code(kind + '…' if kind.endswith('.') else kind)}: {why}" for kind, why in vocabulary.REFUSED.items()
    )
    return (
        f"{table(['element', 'must have', 'may have'], rows)}\n\n"
        f"At most {vocabulary.MAX_ACTIONS} actions. Other hosts of Adaptive Cards know more; Teams by webhook does "
        f"not:\n\n{refused}"
    )


def _told_together() -> str:
    """The fields of digests and summaries."""
    found = field_catalogue(["shipbell.digest", "shipbell.summary"])
    rows = [
        (code(f"e.{path}"), field.kind, field.description or "")
        for path, field in found.items()
        if path.startswith(("digest.", "summary."))
    ]
    return table(["field", "is", "meaning"], rows)


def _fallback() -> str:
    return (
        f"Above {render.AIM // 1024} KiB a card is shortened: lists first, then what says `$drop`, then long texts. "
        f"What still does not fit into {render.HARD} bytes, or fails, is replaced by a card that is made without a "
        "template: the minimal one, one line and a link; of a digest the built-in `digest`, one line for each event. "
        f"It is counted in `card_fallbacks_total` with the reason: {codes(get_args(FellBack))}. A rule may also ask "
        f"for them: `card: {MINIMAL}`, and `card: {DIGEST}` where the folder has no card of that name."
    )


def _shipped() -> str:
    files = sorted(SHIPPED.glob("*.yaml"))
    rows = [(code(file.stem), file.read_text("utf-8").split("\n")[0].lstrip("# ")) for file in files]
    return table(["card", "shows"], rows)
