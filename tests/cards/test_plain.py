"""A card as a terminal shows it."""

from app.cards import CardContext, plain
from tests.cards.sample_events import EVENTS


def test_a_deployment_in_a_terminal(built_in):
    card = built_in.render("deployment-failed", CardContext(EVENTS["deployment-failed"], footer="ref 7Q3K")).card
    assert plain(card).split("\n") == [
        "❌ payments-api 2.7.1 · PROD",
        "failed after 4 min 32 s and 2 retries",
        "  one or more objects failed to apply",
        "  Deployment payments: timed out",
        "What did not come up",
        "  Deployment  payments: Degraded, 0 of 3 are ready",
        "  Job         payments-migrate",
        "  Commit      4f1c0de (https://git.example.com/acme/payments/commits/4f1c0de) PAY-7 round the cents",
        "  Author      Grace Hopper",
        "  Started by  grace",
        "  Tickets     PAY-7 (https://tickets.example.com/browse/PAY-7) PAY-8",
        "  Build       #128 (https://git.example.com/acme/payments/builds/128)",
        "  Image       registry.example.com/acme/payments:2.7.1",
        "  Image       registry.example.com/acme/proxy:1.0",
        "  Runs on     eu-1 / payments",
        "ref 7Q3K",
        "  → Argo CD: https://argocd.example.com/applications/payments-prod",
        "  → Pipeline: https://git.example.com/acme/payments/builds/128",
        "  → Test results: https://reports.example.com/payments/128",
    ]


def test_columns_stand_beside_each_other(built_in):
    shown = plain(built_in.render("security", CardContext(EVENTS["scan-failed"])).card)
    assert "1 critical | 3 high | 12 medium | 40 low" in shown
    assert "critical SQL injection (CWE-89) in dao.py:41. Fix: bind it" in shown


def test_text_from_outside_reads_as_it_was_sent(built_in):
    message = "a_b *c* [d](https://evil.example) <at>Bob</at> `e`"
    event = {**EVENTS["push"], "commit": {"message": message}}
    assert f"  Commit      {message}\n" in plain(built_in.render("generic", CardContext(event)).card)


def test_who_is_mentioned_is_told_from_who_is_only_named():
    assert plain({"body": [{"type": "TextBlock", "text": "<at>Ada</at>, Eve"}]}) == "@Ada, Eve"


def test_no_control_sequence_reaches_a_terminal():
    block = {"type": "TextBlock", "text": "\x1b]0;owned\x07red\x9b31m"}
    run = {"type": "RichTextBlock", "inlines": ["\x1b[31mred"]}
    action = {"type": "Action.OpenUrl", "title": "\x1b[1m", "url": "https://example.com"}
    shown = plain({"body": [block, run], "actions": [action]})
    assert all(char.isprintable() or char == "\n" for char in shown)


def test_an_empty_card_is_empty():
    assert plain({}) == ""
