"""The newcomer's walk against a service that runs: send, look, replay, explain."""

import re
from itertools import count
from pathlib import Path

import httpx

from tests.cli.conftest import Shipbell
from tests.running.hooks import build
from tests.running.rules import ONE_SINK, rewrite, sink_rules
from tests.tools.promtool import check_metrics

HEX = re.compile("[0-9a-f]{32}")

_numbers = count(5000)


def send(ask: Shipbell, *words: str) -> dict[str, object]:
    said = ask("send", *words, "--json")
    assert said.code == 0, said.err
    return dict(said.json)


def send_build(ask: Shipbell) -> tuple[str, str]:
    """A failed build that nobody has told of before; its receipt and its event."""
    hook = build(next(_numbers))
    head = "".join(f"{name}: {value}\n" for name, value in hook.headers.items())
    Path("build.http").write_bytes(f"POST {hook.path} HTTP/1.1\n{head}\n".encode() + hook.body)
    sent = send(ask, "build.http")
    return str(sent["receipt"]), sent["events"][0]  # type: ignore[index]


def test_samples_are_listed_and_a_wrong_name_is_told_the_nearest(ask: Shipbell) -> None:
    names = ask("send", "--list").out.split()
    assert {"bitbucket/pipeline-failed", "argocd/deployment-succeeded", "scans/pipeline-scan-failed"} <= set(names)
    assert not [name for name in names if name.startswith("collector/")]  # told inside, by no sender
    assert ask("send", "--json").json == names
    wrong = ask("send", "bitbucket/pipeline-faild")
    assert (wrong.code, "did you mean 'bitbucket/pipeline-failed'?" in wrong.err) == (2, True)


def test_a_sample_goes_through_the_real_door_to_a_card(ask: Shipbell) -> None:
    said = ask("send", "bitbucket/pipeline-failed")
    assert said.code == 0, said.err
    assert said.out.startswith("accepted: receipt ")
    assert "processed" in said.out
    assert "→ platform-deployments (pipeline): " in said.out
    again = ask("send", "bitbucket/pipeline-failed")  # with other times, yet the end of the same build
    assert "→ platform-deployments (pipeline): not sent, same_news" in again.out


def test_news_that_nobody_gets_says_who_dropped_it(ask: Shipbell) -> None:
    assert ask("send", "bitbucket/push").out.rstrip().endswith("→ nobody (rule quiet-news): dropped")


def test_a_sample_of_each_kind_of_door_is_taken(ask: Shipbell) -> None:
    for sample in ("argocd/deployment-succeeded", "scans/pipeline-scan-failed"):
        assert send(ask, sample)["state"] == "processed", sample
    names = ask("send", "--list").out.split()
    in_path = next(name for name in names if name.startswith("sourceclear/"))
    assert send(ask, in_path)["state"] in ("processed", "ignored")


def test_a_sample_is_another_delivery_each_time_wherever_its_vendor_writes_that(ask: Shipbell) -> None:
    for sample in ("gitlab/push", "github/push", "bitbucket-dc/push", "jira/issue-updated"):
        first, again = send(ask, sample, "--as-is"), send(ask, sample, "--as-is")
        assert (first["outcome"], again["outcome"], again["state"]) == ("accepted", "accepted", "processed"), sample
        assert (first["receipt"] != again["receipt"], first["events"] == again["events"]) == (True, True), sample


def test_a_file_of_ones_own_is_sent(ask: Shipbell) -> None:
    Path("own.http").write_bytes(b'POST /hooks/bitbucket HTTP/1.1\nx-event-key: repo:fork\n\n{"own": true}')
    assert send(ask, "own.http")["state"] == "ignored"
    Path("not.http").write_bytes(b"hello")
    assert ask("send", "not.http").code == 1


def test_as_it_is_sent_twice_it_is_told_once(ask: Shipbell) -> None:
    sample = "bitbucket/pull-request-opened"
    first, again = send(ask, sample, "--as-is"), send(ask, sample, "--as-is")
    assert first["events"] == again["events"]
    event = first["events"][0]  # type: ignore[index]
    deliveries = ask("deliveries", "list", "--event", event, "--json").json["items"]
    assert len({each["channel"] for each in deliveries}) == len(deliveries)


def test_what_came_is_listed_and_shown(ask: Shipbell) -> None:
    receipt, event = send_build(ask)
    assert receipt in ask("receipts", "list", "--source", "bitbucket").out
    assert ask("receipts", "show", receipt).json["events"] == [event]
    assert event in ask("events", "list", "--type", "pipeline.finished", "--status", "failed").out
    shown = ask("events", "show", event).json
    assert (shown["id"], shown["routing"]["rev"]) == (event, ask("rules", "check", "--json").json["rev"])
    delivery = ask("deliveries", "list", "--event", event, "--json").json["items"][0]
    assert ask("deliveries", "show", str(delivery["id"])).json["event"] == event
    assert str(delivery["ref"]) in ask("deliveries", "list", "--ref", delivery["ref"]).out
    assert ask("events", "list", "--source", "collector").out.strip() == "No event fits."
    assert ask("events", "list", "--service", "nobody").code == 2


def test_why_a_card_came_is_explained(ask: Shipbell) -> None:
    _, event = send_build(ask)
    said = ask("rules", "explain", event, "--channel", "platform-deployments")
    assert (said.code, "failed-pipelines" in said.out) == (0, True)
    assert ask("rules", "explain", event, "--json").json["event"] == event


def test_a_stored_event_is_explained_by_the_rules_of_a_folder(ask: Shipbell, tmp_path: Path) -> None:
    _, event = send_build(ask)
    rewrite(sink_rules(tmp_path / "new") / "routes.yaml", ONE_SINK.replace("name: builds", "name: brand-new"))
    said = ask("rules", "explain", event, "--rules", "new")
    assert (said.code, "+ brand-new" in said.out, "failed-pipelines" in said.out) == (0, True, False)


def test_a_card_is_previewed_on_a_stored_event(ask: Shipbell) -> None:
    _, event = send_build(ask)
    assert ask("cards", "preview", "pipeline", "--event", event, "--json").json["type"] == "AdaptiveCard"


def test_receipts_are_read_anew_some_or_all(ask: Shipbell) -> None:
    receipt, _ = send_build(ask)
    assert ask("replay", receipt, "--reason", "a test").out == "1 receipts are read anew\n"
    dry = ask("replay", "--source", "bitbucket", "--all", "--dry-run", "--json").json
    assert receipt in dry["receipts"]
    assert (dry["next"], dry["dry_run"]) == (None, True)
    assert ask("replay", "--source", "bitbucket", "--dry-run").out.endswith("receipts would be read anew\n")
    gone = ask("replay", receipt, "0" * 32, "--dry-run")
    assert (gone.code, gone.out, "0" * 32 in gone.err) == (1, "1 receipts would be read anew\n", True)
    nothing = ask("replay")
    assert (nothing.code, "say which" in nothing.err) == (2, True)


def test_a_delivery_that_arrived_cannot_be_retried(ask: Shipbell) -> None:
    _, event = send_build(ask)
    number = ask("deliveries", "list", "--event", event, "--json").json["items"][0]["id"]
    said = ask("deliveries", "retry", str(number))
    assert (said.code, said.err.startswith("error: 409 ")) == (1, True)


def test_the_channels_are_listed(ask: Shipbell) -> None:
    said = ask("channels", "list")
    assert (said.code, "platform-deployments" in said.out, "closed" in said.out) == (0, True, True)
    assert {each["kind"] for each in ask("channels", "list", "--json").json["items"]} == {"teams"}


def test_the_demo_tells_its_story_to_the_end(ask: Shipbell) -> None:
    said = ask("demo", "--pause", "0")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    scenes = [line for line in lines if re.match(r" ?\d+\. ", line)]
    assert len(scenes) >= 10
    assert all(line.endswith((", processed", ", ignored")) for line in scenes), scenes
    assert not [line for line in scenes if line.endswith("ignored")]
    cards = said.out.partition("\nCards\n")[2]
    for shown in (
        "delivered", "deployment-failed", "security", "waits until", "mentions ines@acme.io",
        "mentions payments-lead@acme.io", "message hundredth-pull-request",
    ):  # fmt: skip
        assert shown in cards, shown
    assert "bundles list --state open" in cards
    assert "dropped" not in cards


def test_the_demo_tells_what_failed_before_what_mended_it(ask: Shipbell) -> None:
    assert ask("demo", "--pause", "0").code == 0
    of = (
        "--service",
        "payments-api",
        "--environment",
        "prod",
        "--type",
        "deployment.finished",
        "--limit",
        "1",
        "--json",
    )
    (failed,), (mended,) = (
        ask("events", "list", "--status", status, *of, "--json").json["items"] for status in ("failed", "succeeded")
    )
    assert failed["occurred_at"] < mended["started_at"]


def test_requests_are_counted_by_route_and_not_by_what_was_asked(ask: Shipbell, live: dict[str, str]) -> None:
    ask("events", "show", "0" * 32)
    httpx.get(f"{live['SHIPBELL_URL']}/evil-path", trust_env=False)
    text = httpx.get(f"{live['SHIPBELL_URL']}/metrics", trust_env=False).text
    assert 'http_requests_total{handler="/api/v1/events/{event_id}",method="GET",status="4xx"}' in text
    assert "evil-path" not in text
    assert not HEX.search(text)
    assert check_metrics(text) == ""
