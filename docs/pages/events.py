"""The pages of events: the types, and the flat view that rules and cards read."""

from app.events import EVENT_TYPES
from app.events.envelope import Envelope
from app.events.event import EVENT_MODELS
from app.events.fields import Field, field_catalogue
from docs.pages.markdown import code, codes, first_line, table

ORIGIN = "app/events/"

_TYPES = """# Event types

What happened, in our words: closed lists of types and statuses, the same for every source. What the vendor called
it stands beside it in `original`. Rules match on these, cards print them, the API answers them. The envelope and
every field: [the flat view](fields.md).

| type | status | what it says beside the envelope |
| --- | --- | --- |
"""

_FIELDS = """# Fields of the flat view

Rules and cards read one flat view of an event: a rule names a path (`build.number`), a card writes
`e.build.number`. Unknown is absent, never invented; **a field that is missing never matches**. Text is bounded (a
line 300 characters, a message 8 KB, a list 100 items), links are https or absent, times are ISO text in UTC.

Paths with `[]` are parts of a list's items: cards loop over them, rules cannot name them. `labels.<any>` is a text.
"""


def pages() -> dict[str, str]:
    """`events.md` and `fields.md`."""
    return {"events.md": _types(), "fields.md": _fields()}


def _types() -> str:
    lines, models = [], []
    for model in EVENT_MODELS:
        names = [name for name, owner in EVENT_TYPES.items() if owner is model]
        status = field_catalogue(names).get("status")
        body = [name for name in model.model_fields if name not in Envelope.model_fields]
        for name in names:
            lines.append(f"| {code(name)} | {codes(status.enum or ()) if status else '–'} | {codes(body) or '–'} |")
        models.append(f"- {codes(names)}: {first_line(model)}")
    return _TYPES + "\n".join(lines) + "\n\n## In a sentence each\n\n" + "\n".join(models) + "\n"


def _fields() -> str:
    catalogue = field_catalogue()
    every = len(EVENT_TYPES)
    envelope = [field for field in catalogue.values() if len(field.types) == every]
    bodies = [field for field in catalogue.values() if len(field.types) < every]
    headings = ["path", "kind", "values", "meaning"]
    parts = [
        _FIELDS,
        "## The envelope: every event",
        table(headings, [_row(field) for field in envelope]),
        "## The bodies: events of some types",
        table([*headings, "types"], [(*_row(field), _types_of(field)) for field in bodies]),
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _row(field: Field) -> tuple[str, str, str, str]:
    kind = f"list of {field.items}s" if field.kind == "list" else field.kind
    values = "" if field.path == "type" else codes(field.enum or ())
    return code(field.path), kind, values, field.description


def _types_of(field: Field) -> str:
    """The types that have it; of a whole family, its name."""
    texts = []
    for family in dict.fromkeys(name.partition(".")[0] for name in field.types):
        members = [name for name in EVENT_TYPES if name.startswith(f"{family}.")]
        mine = [name for name in field.types if name in members]
        texts += [f"{family}.*"] if len(mine) == len(members) and len(members) > 1 else mine
    return codes(texts)
