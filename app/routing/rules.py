"""Reads the defaults and the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.routing.clauses import ALL_TYPES, narrow, read_match
from app.routing.entries import DedupeEntry, DefaultsEntry
from app.routing.known import Known
from app.routing.match import Match
from app.routing.patterned import met, read_pattern
from app.routing.quiet import read_coalesce, read_group, read_mute, read_paths
from app.routing.rule_entries import RuleEntry
from app.routing.rulebook import Dedupe, Rule
from app.routing.schedule import Schedule
from app.routing.sections import Sections
from app.routing.tables import read_mention
from app.routing.times import Times
from app.routing.written import Problems, Written


@dataclass(frozen=True, slots=True)
class Around:
    """What a rule is read with."""

    sections: Sections
    known: Known
    times: Mapping[str, Times]
    timezone: str
    dedupe: Dedupe | None
    """The default."""
    problems: Problems


def read_defaults(sections: Sections, problems: Problems) -> tuple[DefaultsEntry, Dedupe | None]:
    """The defaults, and the default dedupe ready for use."""
    entry = DefaultsEntry()
    places = sections.maps["defaults"]
    for key, place in places.items():  # one by one, because each may stand in another file
        one = Written({key: place.value}, place.document, place.path[:-1]).read_as(DefaultsEntry, problems)
        if one is not None:
            entry = entry.model_copy(update={key: getattr(one, key)})
    if "fallback" in places:
        places["fallback"].check_names("channel", entry.fallback, sections.maps["channels"], problems)
    return entry, _dedupe(entry.dedupe, places.get("dedupe"), problems, ALL_TYPES)


def read_rules(around: Around) -> tuple[Rule, ...]:
    """All rules in their order; what is wrong with them goes to `problems`."""
    rules = (_read_rule(written, around) for written in around.sections.lists["rules"])
    return tuple(rule for rule in rules if rule is not None)


def _read_rule(written: Written, around: Around) -> Rule | None:
    problems, sections = around.problems, around.sections
    if not isinstance(written.value, dict):
        problems.append(written.problem("a rule is a map", "start it with '- name: …'"))
        return None
    off = written.value.get("dedupe") is False
    entry = (written.without("dedupe") if off else written).read_as(RuleEntry, problems)
    asked = written.at("match")
    match = read_match(asked, around.known, problems) if asked.value is not None else Match()
    if entry is None:
        return None
    _check_purposes(written.at("to"), entry.to, sections, problems)
    if entry.card is not None:
        written.at("card").check_names("card", [entry.card], around.known.cards, problems)
    pattern = read_pattern(entry.pattern, written.at("pattern"), around.known, problems)
    types = met(pattern, narrow(match.clauses)) or ALL_TYPES
    own = _dedupe(entry.dedupe, written.at("dedupe"), problems, types)
    group = read_group(entry.group, written.at("group"), around.known, problems, types)
    return Rule(
        entry.name,
        match,
        tuple(dict.fromkeys(entry.to)),
        entry.card or (group.card if group else ""),
        bool(entry.drop),
        None if off or entry.drop or entry.schedule else own or around.dedupe,
        written.file,
        written.line,
        pattern=pattern,
        group=group,
        coalesce=read_coalesce(entry.coalesce, written.at("coalesce"), problems, types),
        mute=read_mute(entry.mute, written.at("mute"), around.times, sections, problems),
        mention=read_mention(entry.mention, written.at("mention"), around.known, problems, types),
        schedule=Schedule.of(entry.schedule, around.timezone) if entry.schedule else None,
    )


def _check_purposes(written: Written, names: Sequence[str], sections: Sections, problems: Problems) -> None:
    purposes, channels = sections.maps["purposes"], sections.maps["channels"]
    strange = [name for name in names if name in channels and name not in purposes]
    if strange:
        problems.append(written.problem(f"{strange[0]!r} is a channel: a rule names purposes", "add it to `purposes`"))
    else:
        written.check_names("purpose", names, purposes, problems)


def _dedupe(
    entry: DedupeEntry | None, written: Written | None, problems: Problems, types: tuple[str, ...]
) -> Dedupe | None:
    if entry is None or written is None:
        return None
    return Dedupe(tuple(entry.by), read_paths(entry.by, written.at("by"), problems, types), entry.window)
