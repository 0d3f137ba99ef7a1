"""Reads the defaults and the rules."""

from collections.abc import Sequence

from app.routing.clauses import ALL_TYPES, find_path, narrow, read_match
from app.routing.entries import DedupeEntry, DefaultsEntry, RuleEntry
from app.routing.known import Known
from app.routing.rulebook import Dedupe, Rule
from app.routing.sections import Sections
from app.routing.written import Problems, Written

NOT_YET = ("group", "coalesce", "mute", "mention", "schedule")


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


def read_rules(sections: Sections, known: Known, default: Dedupe | None, problems: Problems) -> tuple[Rule, ...]:
    """All rules in their order; what is wrong with them goes to `problems`."""
    rules = (_read_rule(written, sections, known, default, problems) for written in sections.lists["rules"])
    return tuple(rule for rule in rules if rule is not None)


def _read_rule(
    raw: Written, sections: Sections, known: Known, default: Dedupe | None, problems: Problems
) -> Rule | None:
    written = raw.refuse_not_yet(NOT_YET, problems)
    if not isinstance(written.value, dict):
        problems.append(written.problem("a rule is a map", "start it with '- name: …'"))
        return None
    off = written.value.get("dedupe") is False
    entry = (written.without("dedupe") if off else written).read_as(RuleEntry, problems)
    if "match" not in written.value:
        return None
    match = read_match(written.at("match"), known, problems)
    if entry is None:
        return None
    _check_purposes(written.at("to"), entry.to, sections, problems)
    if entry.card is not None:
        written.at("card").check_names("card", [entry.card], known.cards, problems)
    own = _dedupe(entry.dedupe, written.at("dedupe"), problems, narrow(match.clauses) or ALL_TYPES)
    dedupe = None if off or entry.drop else own or default
    to, drop = tuple(dict.fromkeys(entry.to)), bool(entry.drop)
    return Rule(entry.name, match, to, entry.card or "", drop, dedupe, written.file, written.line)


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
    keys = []
    for path in entry.by:
        found = find_path(path, written.at("by"), problems, types)
        if found is not None and found.kind in ("part", "map"):
            problems.append(written.at("by").problem(f"{path!r} is a {found.kind}", "name one of its fields"))
        elif found is not None:
            keys.append(found.keys)
    return Dedupe(tuple(entry.by), tuple(keys), entry.window)
