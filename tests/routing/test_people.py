"""Who is mentioned: people of our own table, and nobody else."""

from collections.abc import Callable
from typing import Any

import pytest

from app.routing import Rulebook, route
from app.routing.people import People, Person

Load = Callable[..., Rulebook]

USERS = """
users:
  upn_domains: [acme.io, Example.COM]
  aliases: {ada@users.noreply.bitbucket.org: Ada@acme.io, Boss@home.org: ceo@acme.io, ada@home.org: ada@acme.io}
  never_mention: [ceo@acme.io, Quiet@acme.io, Ada@home.org]
teams:
  web: {services: [basket], on_failure_mention: [lead@acme.io, second@acme.io]}
  all: {services: '*', on_failure_mention: ops@acme.io}
"""


@pytest.fixture
def people(with_rules: Load) -> People:
    return with_rules(USERS).people


def author(email: str | None, name: str | None = None, **more: Any) -> dict[str, Any]:
    return {"author": {"email": email, "name": name, **more}}


@pytest.fixture
def mentions(with_rules: Load) -> Callable[..., list[tuple[str, str | None]]]:
    """Name and address of everybody whom a rule mentions that says this."""

    def ask(says: str, **view: Any) -> list[tuple[str, str | None]]:
        rule = f"{{name: it, match: {{}}, to: [deployments], card: deployment, mention: {says}}}"
        event = {"type": "deployment.finished", "service": "basket", "received_at": "2026-03-04T10:00:00Z"} | view
        send = route(with_rules(f"{USERS}rules: [{rule}]"), event).sends[0]
        return [(person.name, person.address) for person in send.mentions]

    return ask


Mentions = Callable[..., list[tuple[str, str | None]]]


@pytest.mark.parametrize(
    ("email", "address"),
    [
        ("eve@acme.io", "eve@acme.io"),
        ("Eve@ACME.io", "eve@acme.io"),
        ("eve@example.com", "eve@example.com"),  # a domain, too, is read in lower case
        ("ada@users.noreply.bitbucket.org", "ada@acme.io"),
        ("ADA@users.noreply.bitbucket.org", "ada@acme.io"),
        ("ceo@acme.io", None),
        ("CEO@acme.io", None),
        ("quiet@acme.io", None),
        ("boss@home.org", None),  # an alias of somebody who is never mentioned
        ("ada@home.org", None),  # never by this address; by the other she is
        ("eve@sub.acme.io", None),
        ("eve@acme.io.evil.org", None),
        ("eve@evil.org", None),
        ("acme.io", None),
        ("@acme.io", None),
        ("<at>eve</at>@acme.io", None),
        ("eve@evil.org@acme.io", None),
        ("eve\u202e@acme.io", None),
        ("eve [eve](https://evil.org)@acme.io", None),
        ("@acme.io.", None),
        ("", None),
    ],
)
def test_an_address_comes_from_the_table_alone(people: People, email: str, address: str | None) -> None:
    assert people.address(email) == address


def test_without_a_table_nobody_has_an_address(with_rules: Load) -> None:
    assert with_rules("").people.address("ada@acme.io") is None


def test_who_has_no_name_is_called_by_what_stands_before_the_at(people: People) -> None:
    assert people.person("eve@acme.io", "Eve") == Person("Eve", "eve@acme.io")
    assert people.person("eve@acme.io", "  ") == Person("eve", "eve@acme.io")
    assert people.person("stranger@evil.org") == Person("stranger", None)


def test_the_author_is_mentioned(mentions: Mentions) -> None:
    assert mentions("{who: author}", commit=author("eve@acme.io", "Eve")) == [("Eve", "eve@acme.io")]


def test_who_is_unknown_or_never_mentioned_is_named_only(mentions: Mentions) -> None:
    assert mentions("{who: author}", commit=author("x@evil.org", "Mallory")) == [("Mallory", None)]
    assert mentions("{who: author}", commit=author("ceo@acme.io", "The Boss")) == [("The Boss", None)]
    assert mentions("{who: author}", commit=author(None, "Nameless")) == [("Nameless", None)]


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"commit": None},
        {"commit": {}},
        {"commit": {"author": None}},
        {"commit": author(None)},
        {"commit": author("", "")},
        {"commit": author(None, "   ")},
        {"commit": author("@acme.io", "")},
        {"commit": author("renovate[bot]@acme.io", "Renovate", kind="bot")},
        {"commit": author("ci@acme.io", "Pipelines", kind="system")},
    ],
)
def test_where_nobody_wrote_it_nobody_is_mentioned(mentions: Mentions, view: dict[str, Any]) -> None:
    assert mentions("{who: [author, authors]}", **view) == []


@pytest.mark.parametrize("commit", [None, {}, author(None), author("bot@acme.io", "Bot", kind="bot")])
def test_a_pull_request_says_who_wrote_it_where_the_commit_does_not(
    mentions: Mentions, commit: dict[str, Any] | None
) -> None:
    request = author("eve@acme.io", "Eve")
    assert mentions("{who: author}", commit=commit, pull_request=request) == [("Eve", "eve@acme.io")]
    mine = author("ada@acme.io", "Ada")
    assert mentions("{who: author}", commit=mine, pull_request=request) == [("Ada", "ada@acme.io")]


def test_authors_are_those_of_all_commits_each_once(mentions: Mentions) -> None:
    commits = [author("ada@acme.io", "Ada"), author("ADA@users.noreply.bitbucket.org", "A. L."), {}, author("x@y.org")]
    view = {"commit": author("eve@acme.io", "Eve"), "commits": commits}
    assert mentions("{who: authors}", **view) == [("Eve", "eve@acme.io"), ("Ada", "ada@acme.io"), ("x", None)]
    assert mentions("{who: author}", **view) == [("Eve", "eve@acme.io")]


def test_the_team_is_who_its_services_name(mentions: Mentions) -> None:
    assert mentions("{who: [team]}") == [
        ("lead", "lead@acme.io"),
        ("second", "second@acme.io"),
        ("ops", "ops@acme.io"),
    ]
    assert mentions("{who: [team]}", service="ledger") == [("ops", "ops@acme.io")]


def test_somebody_may_be_named_in_the_rule(mentions: Mentions) -> None:
    assert mentions("{who: 'user:Grace@Acme.io'}") == [("grace", "grace@acme.io")]


def test_they_come_in_the_order_of_the_rule_and_each_once(mentions: Mentions) -> None:
    who = "{who: ['user:lead@acme.io', author, team]}"
    assert mentions(who, commit=author("ops@acme.io", "Olga")) == [
        ("lead", "lead@acme.io"),
        ("Olga", "ops@acme.io"),
        ("second", "second@acme.io"),
    ]


def test_there_are_twenty_at_most(mentions: Mentions) -> None:
    commits = [author(f"p{number}@acme.io") for number in range(30)]
    found = mentions("{who: [authors, team]}", commits=commits)
    assert [name for name, _ in found] == [f"p{number}" for number in range(20)]


def test_a_mention_may_be_for_some_events_only(mentions: Mentions) -> None:
    says = "{who: author, match: {status: failed, any: [{environment: prod}, {type: tests.finished}]}}"
    eve = author("eve@acme.io", "Eve")
    assert mentions(says, commit=eve, status="failed", environment="prod") != []
    assert mentions(says, commit=eve, status="failed", environment="qa") == []
    assert mentions(says, commit=eve, status="succeeded", environment="prod") == []
    assert mentions(says, commit=eve, status="failed", type="tests.finished") != []


def test_a_mention_for_one_type_is_for_no_other(mentions: Mentions) -> None:
    says = "{who: author, match: {type: tests.finished}}"
    assert mentions(says, commit=author("eve@acme.io")) == []


HOSTILE = "<at>Everyone</at> [x](https://evil.org)\u202e"


def test_a_hostile_name_mentions_nobody(mentions: Mentions) -> None:
    """The name goes on as it is; what is shown of it is for the cards to say."""
    assert mentions("{who: author}", commit=author("<at>eve@acme.io</at>", HOSTILE)) == [(HOSTILE, None)]
    assert mentions("{who: author}", commit=author(HOSTILE, None)) == [(HOSTILE, None)]


def test_what_is_not_as_the_models_have_it_mentions_nobody(mentions: Mentions) -> None:
    for odd in ("text", 7, ["a"], {"author": "text"}, {"author": ["a"]}):
        assert mentions("{who: [author, authors]}", commit=odd, commits=[odd]) == []


def test_every_channel_of_a_rule_mentions_the_same_and_the_record_tells(with_rules: Load) -> None:
    rule = "{name: it, match: {}, to: [deployments, security], card: deployment, mention: {who: author}}"
    book = with_rules(f"{USERS}rules: [{rule}]")
    view = {"type": "deployment.finished", "received_at": "2026-03-04T10:00:00Z"}
    routing = route(book, view | {"commit": author("x@evil.org", "Mallory")})
    assert [send["mentions"] for send in routing.record()["sends"]] == [["Mallory"], ["Mallory"]]
    assert "mentions" not in route(book, view).record()["sends"][0]
