"""The page of the rule book: sections, keys, operators."""

from typing import get_args

from pydantic import BaseModel

from app.estate import sections as estate
from app.routing import entries, rule_entries
from app.routing.match import How
from app.routing.operators import EVERY_KIND, OPERATORS, Operator
from app.routing.schedule import ScheduleEntry
from app.routing.times import SpanEntry
from docs.pages.markdown import code, codes, first_line, model_table, table

ORIGIN = "app/routing/ and app/estate/sections.py"

_INTRO = """# The rule book

`rules/*.yaml` (YAML 1.2) holds the sections below; how they are spread over the files is up to you, and a name is
defined once. Everything is strict: an unknown key, field, value, channel or card is an error with file, line and a
suggestion; so is a failing test. A changed rule book is taken within a second, or refused whole while the old one
stays in force.

How rules decide: [routing](../explanation/routing.md). Fields to match on: [the flat view](fields.md).
"""

_MATCH = """## What a match may say

A match is a map, and all of it must hold. `field: value` asks for that value, `field: [a, b]` for any of the list,
and `field: {operator: …}` for what the operator says; several operators of one field must all hold. A missing field
never matches: only `exists: false`, `not` and `none` hold for it.
"""

_SECTIONS: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("defaults", "", entries.DefaultsEntry),
    ("channels", "by name; what else a channel may say depends on its [kind](channels.md)", entries.ChannelEntry),
    ("connections", "by name", entries.ConnectionEntry),
    ("purposes", "by name: a channel or a list of them", entries.PurposeEntry),
    ("teams", "by name", entries.TeamEntry),
    ("times", "by name: a list of spans, of which one must hold", SpanEntry),
    ("users", "", entries.UsersEntry),
    ("rules", "a list, in order", rule_entries.RuleEntry),
    ("messages", "a list, in order", entries.MessageEntry),
    ("tests", "a list", entries.TrialEntry),
    ("environments", "by name, in the order of promotion", estate.EnvironmentEntry),
    ("services", "by name; an entry may be empty", estate.ServiceEntry),
    ("tickets", "", estate.Tickets),
    ("labels", "", estate.Labels),
)
_PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("dedupe", entries.DedupeEntry),
    ("rules[].group", rule_entries.GroupEntry),
    ("rules[].coalesce", rule_entries.CoalesceEntry),
    ("rules[].mute", rule_entries.MuteEntry),
    ("rules[].mention", rule_entries.MentionEntry),
    ("rules[].schedule", ScheduleEntry),
    ("teams.*.channels.*", entries.OverrideEntry),
    ("tests[].expect", entries.ExpectEntry),
)


def pages() -> dict[str, str]:
    """`rules.md`."""
    parts = [_INTRO, _MATCH, _operators(), "## Sections"]
    for name, how, model in _SECTIONS:
        parts.append(f"### {code(name)}\n\n{first_line(model)}" + (f"\n\nA map {how}." if how[:2] == "by" else ""))
        if model is not entries.PurposeEntry:
            parts.append(model_table(model))
    parts.append(_names())
    for name, model in _PARTS:
        parts += [f"### In {code(name)}\n\n{first_line(model)}", model_table(model)]
    parts.append("The section `gates` says what is asked before a deployment: [gates](gates.md).")
    return {"rules.md": "\n\n".join(part.rstrip() for part in parts) + "\n"}


def _operators() -> str:
    rows = [("a value or a list", "text, number, flag", "equals the value, or one of the list")]
    rows += [(code(name), _kinds(operator), operator.title) for name, operator in OPERATORS.items()]
    rows += [(code("not"), "as what stands in it", "the opposite of a value, a list, or a map of operators")]
    rows += [(code(name), "a list of maps", f"{name} of the maps must hold") for name in get_args(How)]
    return table(["operator", "of a field that is", "holds when the field"], rows)


def _kinds(operator: Operator) -> str:
    return "anything" if operator.kinds == EVERY_KIND else ", ".join(sorted(operator.kinds))


def _names() -> str:
    kinds = codes(get_args(estate.HintKind))
    return (
        f"### `names`\n\nWhat names outside look like, by kind of name: {kinds}. Each is a text or a list of them with "
        '`{service}`, `{environment}` or both in it, and globs around: `application: "*-{service}-{environment}"`. '
        "The first that fits counts, after the entries' own names."
    )
