"""Reading rule books: every problem is named, with file, line and remedy."""

from collections.abc import Callable

import pytest

from app.kernel.errors import ConfigErrors
from app.routing import Rulebook

Load = Callable[..., Rulebook]
Problems = Callable[..., list[str]]

RULE = "- {name: a, match: {type: deployment.finished}, to: [deployments], card: deployment}"


def test_sections_may_be_spread_over_files_and_are_joined_in_the_order_of_their_names(read: Load) -> None:
    book = read(
        "channels: {one: {kind: teams}}\nrules: [{name: a, match: {}, to: [p], card: generic}]",
        "channels: {two: {kind: console}}\npurposes: {p: [one, two]}\ndefaults: {timezone: Europe/Berlin}",
        "rules: [{name: b, match: {}, to: [p], card: generic}]\ndefaults: {fallback: two}",
    )
    assert [rule.name for rule in book.rules] == ["a", "b"]
    assert (list(book.channels), book.fallback, book.timezone) == (["one", "two"], ("two",), "Europe/Berlin")


def test_the_revision_knows_the_content_and_neither_comments_nor_files(read: Load) -> None:
    channels, rules = "channels: {one: {kind: teams}}\n", "rules: [{name: a, match: {}, drop: true}]\n"
    assert read(channels, rules).rev == read(f"# a comment\n{rules}\n\n{channels}").rev


def test_another_content_is_another_revision(with_rules: Load) -> None:
    one = with_rules(f"rules:\n{RULE}\n")
    two = with_rules(f"rules:\n{RULE.replace('finished', 'started')}\n")
    assert one.rev != two.rev
    assert len(one.rev) == 12


def test_an_empty_rule_book_is_allowed(read: Load) -> None:
    assert read("").rules == ()
    assert read().fallback == ()


def test_sections_of_others_are_passed_over_and_unknown_ones_are_not(read: Load) -> None:
    assert read("services: {checkout: {}}", foreign_sections=["services"]).rules == ()
    with pytest.raises(ConfigErrors) as caught:
        read("servces: {}\nrule: []", foreign_sections=["services"])
    assert [str(one) for one in caught.value.problems] == [
        "00.yaml:1: unknown section 'servces' (did you mean 'services'?)",
        "00.yaml:2: unknown section 'rule' (did you mean 'rules'?)",
    ]


def test_all_problems_are_told_at_once(problems: Problems) -> None:
    found = problems(
        "version: 2\n"
        "channels:\n"
        "  web: {kind: temas, connection: notfy}\n"
        "  'a b': {kind: teams}\n"
        "connections:\n"
        "  slow: {posts: 0, per: 10, when_full: drop}\n"
        "purposes:\n"
        "  qa: [platfrom]\n"
        "teams:\n"
        "  web: {services: [], channels: {deploymnts: {add: [web], replace: [web]}}}\n"
        "rules:\n"
        "  - {name: a, match: {type: deployment.finished}, to: [deployment], card: deploment}\n"
        "  - {name: b, match: {type: deployment.finished}, to: [platform], card: deployment}\n"
        "  - {name: c, match: {type: deployment.finished}, too: [deployments], card: deployment}\n"
        "  - just text\n"
    )
    told = "\n".join(found)
    for piece in [
        "01.yaml:1: version 2 is not known",
        "01.yaml:3: unknown kind of channel 'temas' (did you mean 'teams'?)",
        "01.yaml:3: unknown connection 'notfy' (did you mean 'notify'?)",
        "01.yaml:4: 'a b' is no name",
        "01.yaml:6: posts:",
        "01.yaml:6: per: 10 is not a duration",
        "01.yaml:6: when_full: Input should be 'digest' or 'wait'",
        "01.yaml:8: unknown channel 'platfrom' (did you mean 'platform'?)",
        "01.yaml:10: services:",
        "01.yaml:10: channels.deploymnts: write either 'add' or 'replace'",
        "01.yaml:12: unknown purpose 'deployment' (did you mean 'deployments'?)",
        "01.yaml:12: unknown card 'deploment' (did you mean 'deployment'?)",
        "01.yaml:13: 'platform' is a channel: a rule names purposes",
        "01.yaml:14: unknown field 'too' (did you mean 'to'?)",
        "01.yaml:15: a rule is a map",
    ]:
        assert piece in told
    assert found == sorted(found, key=lambda one: int(one.split(":")[1]))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("channels:\n  platform: {kind: teams}\n", "01.yaml:2: 'platform' is defined twice (first at 00.yaml:4)"),
        ("purposes: {security: [platform]}\n", "01.yaml:1: 'security' is defined twice (first at 00.yaml:11)"),
        ("defaults: {fallback: security}\n", "01.yaml:1: 'fallback' is defined twice (first at 00.yaml:2)"),
        (f"rules:\n{RULE}\n{RULE}\n", "01.yaml:3: 'a' is defined twice (first at 01.yaml:2)"),
    ],
)
def test_a_name_is_defined_once(problems: Problems, text: str, told: str) -> None:
    assert problems(text) == [told]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{name: a, match: {}, to: [deployments]}", "write 'to' and 'card', or 'drop: true'"),
        ("{name: a, match: {}, to: [], card: deployment}", "write 'to' and 'card', or 'drop: true'"),
        ("{name: a, match: {}, drop: true, card: deployment}", "a rule that drops has no"),
        ("{name: a, match: {}, drop: false, to: [deployments], card: deployment}", "drop: Input should be True"),
        ("{name: a, to: [deployments], card: deployment}", "write 'match', 'pattern' or 'schedule'"),
        ("{match: {}, drop: true}", "'name' is missing"),
        ("{name: no rule, match: {}, drop: true}", "name: String should match"),
        ("{name: a, match: [], drop: true}", "expected a map of fields"),
        ("{name: a, match: {}, drop: true, dedupe: {by: [status], window: 5m}}", "a rule that drops has no"),
    ],
)
def test_a_rule_sends_or_drops_and_says_when(problems: Problems, rule: str, told: str) -> None:
    assert any(told in problem for problem in problems(f"rules:\n  - {rule}\n"))


@pytest.mark.parametrize(
    ("dedupe", "told"),
    [
        ("{by: [enviroment], window: 5m}", "unknown field 'enviroment' (did you mean 'environment'?)"),
        ("{by: [findings.high], window: 5m}", "events of deployment.finished have no field 'findings.high'"),
        ("{by: [commit], window: 5m}", "'commit' is a part"),
        ("{by: [], window: 5m}", "dedupe.by:"),
        ("{by: [status], window: 5}", "5 is not a duration"),
        ("{by: [status], window: 0s}", "must be longer than nothing"),
        ("{by: [status]}", "'dedupe.window' is missing"),
        ("true", "dedupe:"),
    ],
)
def test_what_dedupe_may_say(problems: Problems, dedupe: str, told: str) -> None:
    text = f"rules:\n  - {RULE[2:-1]}, dedupe: {dedupe}}}\n"
    found = problems(text)
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize("zone", ["Berlin", "Europe", "../etc/passwd", ""])
def test_a_zone_must_exist(read: Load, zone: str) -> None:
    with pytest.raises(ConfigErrors, match="is not a time zone"):
        read(f"defaults: {{timezone: '{zone}'}}")


def test_channels_are_handed_on_as_written_for_the_room_to_read(with_rules: Load) -> None:
    channel = with_rules("").channels["platform"]
    assert (channel.kind, channel.connection) == ("teams", "notify")
    assert channel.settings == {"kind": "teams", "url_env": "TEAMS_PLATFORM_URL", "connection": "notify"}
    assert channel.document.line((*channel.path, "url_env")) == 4


def test_connections_are_typed(with_rules: Load) -> None:
    book = with_rules("connections: {slow: {posts: 1, per: 5m}}")
    notify, slow = book.connections["notify"], book.connections["slow"]
    assert (notify.posts, notify.per_seconds, notify.when_full) == (25, 300, "digest")
    assert (slow.posts, slow.per_seconds, slow.when_full) == (1, 300, "wait")


@pytest.mark.parametrize(
    ("alerts_to", "told"),
    [
        ("web", "a channel that is broken cannot tell so itself (name another one)"),
        ("platfrom", "unknown channel 'platfrom' (did you mean 'platform'?)"),
        ("[platform]", "alerts_to: Input should be a valid string"),
    ],
)
def test_a_channel_alerts_another_one(problems: Problems, alerts_to: str, told: str) -> None:
    assert problems(f"channels:\n  web: {{kind: teams,\n        alerts_to: {alerts_to}}}\n") == [f"01.yaml:3: {told}"]


def test_a_team_has_services_of_the_estate(problems: Problems) -> None:
    team = "teams:\n  a:\n    services:\n      - checkot\n      - pay*\n      - unmapped\n    channels: {}\n"
    assert problems(team) == ["01.yaml:4: unknown service 'checkot' (did you mean 'checkout'?)"]


def test_two_channels_may_look_after_each_other(with_rules: Load) -> None:
    book = with_rules("channels: {a: {kind: console, alerts_to: b}, b: {kind: teams, alerts_to: a}}")
    assert (book.channels["a"].alerts_to, book.channels["b"].alerts_to) == ("b", "a")
    assert book.channels["platform"].alerts_to is None


@pytest.mark.parametrize(
    "text",
    [
        "times: {a: [{days: [sat], days: [sun]}]}",
        "users: {aliases: {a@b.io: c@d.io, a@b.io: e@f.io}}",
        "messages: [{name: a, name: b, text: A, match: {version: x}}]",
        "rules:\n  - {name: a, match: {}, to: [deployments], group: {wait: 1m, wait: 2m, card: generic}}",
    ],
)
def test_F47_a_key_that_is_written_twice_is_refused_in_every_section(problems: Problems, text: str) -> None:
    (found,) = problems(text)
    assert "not YAML: found duplicate key" in found
    assert found.startswith("01.yaml:")


@pytest.mark.parametrize("section", ["times", "users", "messages"])
def test_F47_exploding_aliases_are_refused_in_every_section(problems: Problems, section: str) -> None:
    lines = [f"{section}:", "  a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (found,) = problems("\n".join(lines))
    assert "more than 50000 values" in found


def test_what_yaml_1_1_would_have_read_otherwise_is_a_name(with_rules: Load) -> None:
    book = with_rules(
        "times: {on: [{from: 19:00, to: 07:00}], no: [{days: [sun]}]}\n"
        "messages: [{name: yes, during: on, text: off}]\n"
        "rules: [{name: off, match: {version: no}, to: [deployments], card: generic, mute: {during: no}}]\n"
    )
    assert list(book.times) == ["on", "no"]
    assert (book.messages[0].name, book.messages[0].texts) == ("yes", ("off",))
    assert book.rules[0].mute is not None
    assert book.rules[0].mute.during.name == "no"


@pytest.mark.parametrize("where", ["match", "message", "mention"])
def test_F52_a_regex_that_re2_does_not_know_is_refused_wherever_it_stands(problems: Problems, where: str) -> None:
    match = "match: {commit.message: {regex: '(?=(a+)+)b'}}"
    rule = "name: a, to: [deployments], card: generic"
    text = {
        "match": f"rules: [{{{rule}, {match}}}]",
        "message": f"messages: [{{name: a, {match}, text: A}}]",
        "mention": f"rules: [{{{rule}, match: {{}}, mention: {{who: author, {match}}}}}]",
    }[where]
    (found,) = problems(text)
    assert "cannot be used as a pattern" in found


@pytest.mark.parametrize("section", ["times", "users", "messages", "rules", "tests", "channels", "teams", "defaults"])
@pytest.mark.parametrize(
    "value", ["null", "7", "text", "[]", "{}", "[null]", "{a: null}", "{a: 7}", "[[]]", "[{name: [a]}]"]
)
def test_F47_whatever_stands_in_a_section_is_read_or_told(read: Load, section: str, value: str) -> None:
    asks = "tests: [{name: x, event: {type: tests.finished}, expect: {dropped_by: a, message: a}}]\n"
    try:
        read(f"{section}: {value}", "" if section == "tests" else asks)
    except ConfigErrors as told:
        assert all(problem.file and problem.line for problem in told.problems)  # noqa: PT017
