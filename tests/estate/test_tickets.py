import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.estate.sections import Tickets
from app.estate.tickets import ticket_finder
from app.events import Draft, flat
from tests.estate.conftest import RECEIVED, Make, estate_of

FIND = ticket_finder(Tickets(projects=("SHOP", "PAY")))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("SHOP-12 mend the till", ["SHOP-12"]),
        ("feature/PAY-7-do-thing", ["PAY-7"]),
        ('Revert "SHOP-9"', ["SHOP-9"]),
        ("[PAY-7], SHOP-1 and PAY-7 again", ["PAY-7", "SHOP-1"]),
        ("https://acme.example.com/browse/SHOP-4", ["SHOP-4"]),
        ("UTF-8 SHA-256 CVE-2026-1234 OTHER-1", []),
        ("SHOP-1-2 SHOP-007 SHOP-1.2 xSHOP-1 WEB_SHOP-1 MY-SHOP-1 SHOP-1a", []),
        ("shop-12", []),
    ],
)
def test_only_keys_of_listed_projects_are_found(text: str, keys: list[str]) -> None:
    assert [ticket["key"] for ticket in FIND([text])] == keys


PLAIN = re.compile(r"(?<![A-Za-z0-9_-])(?:SHOP|PAY)-[1-9][0-9]{0,9}(?![A-Za-z0-9_]|-[0-9]|\.[0-9])", re.ASCII)
PIECES = st.sampled_from(["SHOP-", "PAY-", "SHOP-12", "PAY-7", "S", "é", "_", "-", ".", " ", "\n", "0", "1", "x"])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_it_finds_what_the_plain_slow_expression_finds(text: str) -> None:
    assert [ticket["key"] for ticket in FIND([text])] == list(dict.fromkeys(PLAIN.findall(text)))


def test_small_letters_count_when_the_estate_says_so() -> None:
    assert ticket_finder(Tickets(projects=("SHOP",), lower_case=True))(["feature/shop-12"]) == [{"key": "SHOP-12"}]


def test_without_projects_nothing_is_a_ticket() -> None:
    assert ticket_finder(Tickets())(["SHOP-12"]) == []


def test_an_event_carries_its_tickets_with_a_link(make: Make) -> None:
    event = make(texts=("SHOP-2 and", "branch PAY-3"))
    assert [(ticket.key, ticket.url) for ticket in event.tickets] == [
        ("SHOP-2", "https://acme.example.com/browse/SHOP-2"),
        ("PAY-3", "https://acme.example.com/browse/PAY-3"),
    ]


CREATE = "https://acme.example.com/secure/CreateIssueDetails!init.jspa?pid=10001&issuetype=10002"


def test_a_finding_of_security_can_become_a_ticket() -> None:
    estate = estate_of(f"tickets: {{create_url: '{CREATE}'}}")
    found = {
        type_: getattr(
            estate.event(Draft(type=type_, subject="x", identity="x"), source="s", receipt="r", received_at=RECEIVED),
            "new_ticket_url",
            "no such field",
        )
        for type_ in ("security.scan_finished", "security.vulnerability_changed", "deployment.finished")
    }
    assert found == {
        "security.scan_finished": CREATE,
        "security.vulnerability_changed": CREATE,
        "deployment.finished": "no such field",
    }


def test_without_a_setting_there_is_no_such_link(make: Make) -> None:
    assert "new_ticket_url" not in flat(make(type="security.scan_finished", status="finished"))


def test_a_flood_of_keys_is_cut() -> None:
    assert len(FIND([" ".join(f"SHOP-{number}" for number in range(1, 500))])) == 100
