"""What the button "Create Jira story" fills in: a line for each finding, and a link that can be clicked."""

from urllib.parse import parse_qs, urlsplit

from app.cards import CardContext
from tests.cards.sample_events import EVENTS

REPORT = "https://scans.example.com/payments/99"


def test_a_line_that_is_cut_still_ends_and_the_link_stands_alone(built_in):
    long = {"severity": "high", "title": "Elements of a command that nobody neutralised " * 5, "where": "a/b.java:7"}
    event = EVENTS["scan-failed"] | {"worst": [long, {"severity": "low"}], "report_url": REPORT}
    (button,) = (
        action
        for action in built_in.render("security", CardContext(event)).card["actions"]
        if action["title"] == "Create Jira story"
    )
    (text,) = parse_qs(urlsplit(button["url"]).query)["description"]
    lines = text.split("\n")
    assert lines[0] == "1 critical, 3 high"
    assert lines[1].startswith("* high Elements of a command")
    assert len(lines[1]) < 120
    assert lines[2:] == ["* low without a title", REPORT]
