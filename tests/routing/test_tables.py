"""The tables `times`, `users`, `messages`, and whom a rule mentions: what may stand there."""

from collections.abc import Callable
from datetime import datetime

import pytest

from app.kernel.clock import to_us
from app.kernel.errors import ConfigErrors
from app.routing import Rulebook

Load = Callable[..., Rulebook]
Problems = Callable[..., list[str]]


def active(book: Rulebook, name: str, moment: str) -> bool:
    return book.times[name].active(to_us(datetime.fromisoformat(moment)))


# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ("nights: {days: [mon]}", "Input should be a valid list"),
        ("nights: []", "'nights' has no span (e.g. [{from: '19:00', to: '07:00'}])"),
        ("nights: [{}]", "0: write when: 'days', 'dates', or 'from' and 'to'"),
        ("nights: [{from: '19:00'}]", "0: 'from' and 'to' go together: write both or neither"),
        ("nights: [{from: 7:00, to: 08:00}]", "0.from: '7:00' is not a time of day: write HH:MM"),
        ("nights: [{from: '24:00', to: '07:00'}]", "0.from: '24:00' is not a time of day"),
        ("nights: [{from: 19, to: '07:00'}]", "0.from: 19 is not a time of day"),
        ("nights: [{days: []}]", "0.days: List should have at least 1 item"),
        ("nights: [{days: [sut]}]", "0.days.0: Input should be 'mon', 'tue'"),
        ("nights: [{day: [sat]}]", "unknown field '0.day'"),
        ("nights: [{on: [sat]}]", "unknown field '0.on'"),
        ("nights: [{dates: ['02-30']}]", "0.dates.0: '02-30' is not a date: write MM-DD or YYYY-MM-DD"),
        ("nights: [{dates: ['2027-02-29']}]", "0.dates.0: '2027-02-29' is not a date"),
        ("nights: [{dates: [12-24, 24.12.]}]", "0.dates.1: '24.12.' is not a date"),
        ("nights: [{days: [sat], timezone: Berlin}]", "0.timezone: 'Berlin' is not a time zone"),
        ("nights: [sat]", "0: Input should be a valid dictionary"),
        ("'all night': [{days: [sat]}]", "'all night' is no name (letters, digits, - and _, at most 63)"),
        ("nights:", "Input should be a valid list"),
    ],
)
def test_times_are_told_with_file_and_line(problems: Problems, times: str, told: str) -> None:
    (found,) = problems(f"times:\n  fine: [{{days: [sun]}}]\n  {times}\n")
    assert found.startswith("01.yaml:3: ")
    assert told in found


def test_each_span_has_its_own_line(problems: Problems) -> None:
    found = problems("times:\n  nights:\n    - {days: [sat]}\n    - {days: [sun],\n       dates: [x]}\n")
    assert found == ["01.yaml:5: 1.dates.0: 'x' is not a date: write MM-DD or YYYY-MM-DD, e.g. 12-24"]


def test_a_time_of_day_needs_no_quotes(with_rules: Load) -> None:
    """YAML 1.1 reads 19:00 as 1140."""
    book = with_rules("times: {nights: [{from: 19:00, to: 07:00}]}")
    assert active(book, "nights", "2026-03-04T19:00:00Z")
    assert not active(book, "nights", "2026-03-04T18:59:59Z")


def test_times_are_read_in_the_default_zone_or_in_their_own(with_rules: Load) -> None:
    book = with_rules(
        "defaults: {timezone: Europe/Berlin}\n"
        "times: {here: [{from: '19:00', to: '20:00'}], there: [{from: '19:00', to: '20:00', timezone: Asia/Kolkata}]}"
    )
    assert [active(book, "here", f"2026-03-04T{hour}:30:00Z") for hour in (13, 18)] == [False, True]
    assert [active(book, "there", f"2026-03-04T{hour}:30:00Z") for hour in (13, 18)] == [True, False]


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-03-28", 1),  # an ordinary night
        ("2026-03-29", 0),  # clocks are put forward over all of it
        ("2026-10-25", 2),  # and back
    ],
)
def test_a_span_that_clocks_are_changed_in_is_no_error(with_rules: Load, day: str, hours: int) -> None:
    book = with_rules("times: {dark: [{from: '02:00', to: '03:00', timezone: Europe/Berlin}]}")
    midnight = to_us(datetime.fromisoformat(f"{day}T00:00:00+00:00")) - 3 * 3600_000_000
    minutes = [book.times["dark"].active(midnight + minute * 60_000_000) for minute in range(9 * 60)]
    assert sum(minutes) == hours * 60


def test_the_same_times_twice_are_refused(problems: Problems, read: Load) -> None:
    assert "not YAML: found duplicate key 'a'" in problems("times: {a: [{days: [sat]}], a: [{days: [sun]}]}")[0]
    with pytest.raises(ConfigErrors, match=r"01.yaml:1: 'a' is defined twice \(first at 00.yaml:1\)"):
        read("times: {a: [{days: [sat]}]}", "times: {a: [{days: [sun]}]}")


# ---------------------------------------------------------------- users


@pytest.mark.parametrize(
    ("users", "told"),
    [
        ("upn_domains: acme.io", "upn_domains: Input should be a valid list"),
        ("upn_domains: [acme]", "upn_domains.0: 'acme' is not a domain: write one like example.com"),
        ("upn_domains: ['@acme.io']", "upn_domains.0: '@acme.io' is not a domain"),
        ("upn_domains: ['*.io']", "upn_domains.0: '*.io' is not a domain"),
        ("aliases: [ada@acme.io]", "aliases: Input should be a valid dictionary"),
        ("aliases: {ada: ada@acme.io}", "'ada' is not an address: write one like ada@example.com"),
        ("aliases: {ada@home.org: ada}", "aliases.ada@home.org: 'ada' is not an address"),
        ("aliases: {ada@home.org: null}", "aliases.ada@home.org: Input should be a valid string"),
        ("aliases: {ada@home.org: <at>ada@acme.io}", "'<at>ada@acme.io' is not an address"),
        ('aliases: {ada@home.org: "ada\\u202e@acme.io"}', r"'ada\u202e@acme.io' is not an address"),
        ('aliases: {ada@home.org: "ada\\u200b@acme.io"}', r"'ada\u200b@acme.io' is not an address"),
        ('aliases: {ada@home.org: "ada\\u0000@acme.io"}', "is not an address"),
        ('aliases: {"ada eve@home.org": ada@acme.io}', "'ada eve@home.org' is not an address"),
        ("aliases: {'[x](https://evil.org)@acme.io': ada@acme.io}", "is not an address"),
        ("aliases: {ada@home.org: a@b@acme.io}", "'a@b@acme.io' is not an address"),
        ("aliases: {Ada@home.org: ada@acme.io, ada@home.org: eve@acme.io}", "are the same address"),
        ("never_mention: ceo@acme.io", "never_mention: Input should be a valid list"),
        ("never_mention: [ceo]", "never_mention.0: 'ceo' is not an address"),
        ("never_mentoin: [ceo@acme.io]", "unknown field 'never_mentoin' (did you mean 'never_mention'?)"),
    ],
)
def test_users_are_addresses_and_domains(problems: Problems, users: str, told: str) -> None:
    (found,) = problems(f"users:\n  {users}\n")
    assert found.startswith("01.yaml:")
    assert told in found


def test_a_hostile_name_is_told_in_one_short_line(problems: Problems) -> None:
    (found,) = problems(f"users: {{never_mention: ['{'<at>x</at>' * 1000}@acme.io']}}")
    assert len(found) < 200
    assert "\n" not in found


def test_the_tables_of_several_files_are_one(read: Load) -> None:
    book = read("users: {upn_domains: [ACME.io]}", "users: {aliases: {Ada@Home.org: Ada@Acme.io}}")
    assert book.people.domains == {"acme.io"}
    assert book.people.aliases == {"ada@home.org": "ada@acme.io"}
    assert book.people.never == frozenset()


# ---------------------------------------------------------------- messages


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("{text: A, match: {version: x}}", "'name' is missing"),
        ("{name: a b, text: A, match: {version: x}}", "name: String should match"),
        ("{name: one, text: A}", "it would be on every card: write 'match' or 'during'"),
        ("{name: one, match: {}, text: A}", "it would be on every card: write 'match' or 'during'"),
        ("{name: one, match: {version: x}}", "write either 'text' or 'by_user'"),
        ("{name: one, text: A, by_user: {ada@acme.io: B}}", "write either 'text' or 'by_user'"),
        ("{name: one, by_user: {}}", "by_user:"),
        ("{name: one, by_user: {ada: A}}", "'ada' is not an address"),
        ("{name: one, by_user: {ada@acme.io: A, Ada@acme.io: B}}", "are the same address"),
        ("{name: one, by_user: {ada@acme.io: []}}", "by_user.ada@acme.io: Value should have at least 1 item"),
        ("{name: one, match: {version: x}, text: []}", "text: Value should have at least 1 item"),
        ("{name: one, match: {version: x}, text: ['']}", "text.0: String should have at least 1 character"),
        ("{name: one, match: {version: x}, text: 42}", "text: Input should be a valid list"),
        (f"{{name: one, match: {{version: x}}, text: {'x' * 301}}}", "text.0: String should have at most 300"),
        ("{name: one, match: {verison: x}, text: A}", "unknown field 'verison' (did you mean 'version'?)"),
        ("{name: one, match: {environment: production}, text: A}", "'production' is not in the estate"),
        ("{name: one, match: {build.number: '42'}, text: A}", "build.number is a number, not '42'"),
        ("{name: one, match: version, text: A}", "match: Input should be a valid dictionary"),
        ("{name: one, during: night, text: A}", "unknown times 'night' (did you mean 'nights'?)"),
        ("{name: one, during: [nights], text: A}", "during: Input should be a valid string"),
        ("{name: one, match: {version: x}, texts: A}", "unknown field 'texts'"),
        ("just text", "Input should be a valid dictionary"),
    ],
)
def test_a_message_is_told_with_its_place(problems: Problems, message: str, told: str) -> None:
    found = problems(f"times: {{nights: [{{days: [sat]}}]}}\nmessages:\n  - {message}\n")
    assert any(problem.startswith("01.yaml:3: ") and told in problem for problem in found), found


def test_messages_are_a_list_and_each_name_is_given_once(problems: Problems) -> None:
    assert problems("messages: {one: {text: A}}") == [
        "01.yaml:1: 'messages' is a list (start each entry with '- name: …')"
    ]
    one = "  - {name: one, match: {version: x}, text: A}\n"
    assert problems(f"messages:\n{one}{one}") == ["01.yaml:3: 'one' is defined twice (first at 01.yaml:2)"]


# ---------------------------------------------------------------- mention


@pytest.mark.parametrize(
    ("mention", "told"),
    [
        ("author", "mention: Input should be a valid dictionary"),
        ("{}", "'mention.who' is missing"),
        ("{who: []}", "mention.who: Value should have at least 1 item"),
        ("{who: [auther]}", "mention.who.0: 'auther' is nobody: write author, authors, team or user:<address>"),
        ("{who: ['user:']}", "mention.who.0: '' is not an address"),
        ("{who: 'user:ada'}", "mention.who.0: 'ada' is not an address: write one like ada@example.com"),
        ("{who: ['user:<at>all</at>@acme.io']}", "is not an address"),
        ("{who: [ada@acme.io]}", "'ada@acme.io' is nobody"),
        ("{who: [1]}", "mention.who.0: Input should be a valid string"),
        ("{who: author, match: failed}", "mention.match: Input should be a valid dictionary"),
        ("{who: author, match: {statsu: failed}}", "unknown field 'statsu' (did you mean 'status'?)"),
        ("{who: author, match: {verdict: failed}}", "events of deployment.finished have no field 'verdict'"),
        ("{who: author, when: {status: failed}}", "unknown field 'mention.when'"),
    ],
)
def test_a_mention_is_told_with_its_place(problems: Problems, mention: str, told: str) -> None:
    rule = "rules:\n  - name: it\n    match: {type: deployment.finished}\n    to: [deployments]\n    card: deployment\n"
    (found,) = problems(f"{rule}    mention: {mention}\n")
    assert found.startswith("01.yaml:6: ")
    assert told in found
