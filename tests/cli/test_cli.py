"""What every command has in common: help with an example, exit codes, sentences instead of tracebacks."""

from collections.abc import Iterator
from importlib.metadata import version

import httpx
import pytest
import typer

from app.cli import cli, remote
from app.kernel.links import NO_URL
from app.reporter.options import KINDS
from tests.cli.conftest import Shipbell
from tests.running.rules import SHIPPED

REMOTE = (
    ("receipts", "list"), ("receipts", "show", "0" * 32), ("events", "list"), ("events", "show", "0" * 32),
    ("deliveries", "list"), ("deliveries", "show", "1"), ("deliveries", "retry", "1"), ("channels", "list"),
    ("bundles", "list"), ("where",), ("where", "checkout", "--between", "qa,prod"),
    ("replay", "--state", "ignored"), ("rules", "explain", "0" * 32), ("demo",),
    ("cards", "preview", "pipeline", "--event", "0" * 32),
)  # fmt: skip


def commands() -> Iterator[tuple[str, ...]]:
    """Every command of the tree."""

    def walk(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield words
            return
        for name, each in inner.items():
            yield from walk(each, (*words, name))

    yield from walk(typer.main.get_command(cli()), ())


def test_every_command_has_help_with_an_example(shipbell: Shipbell) -> None:
    for words in commands():
        said = shipbell(*words, "--help")
        assert said.code == 0, words
        assert "xample" in said.out, words
        assert f"shipbell {' '.join(words)}" in " ".join(said.out.split()), words


def test_every_command_that_lists_knows_json(shipbell: Shipbell) -> None:
    without = {("serve",), ("demo",), ("rules", "schema"), ("db", "upgrade"), ("db", "backup"), ("db", "check"),
               ("facts", "rebuild"), ("receipts", "show"), ("events", "show"), ("deliveries", "show"),
               *(("report", kind) for kind in KINDS)}  # fmt: skip
    assert {words for words in commands() if "--json" not in shipbell(*words, "--help").out} == without


def test_the_version_is_told(shipbell: Shipbell) -> None:
    said = shipbell("--version")
    assert (said.code, said.out) == (0, f"shipbell {version('shipbell')}\n")


def test_the_root_says_what_the_exit_codes_mean_and_offers_no_completion(shipbell: Shipbell) -> None:
    said = shipbell("--help")
    assert "3 no service answers" in " ".join(said.out.split())
    assert "completion" not in said.out


def test_wrong_usage_is_2(shipbell: Shipbell) -> None:
    for words in (("bogus",), ("receipts", "list", "--limit", "0"), ("deliveries", "show", "x"), ("db", "backup"),
                  ("cards", "preview", "pipelin"), ("send", "bitbucket/no"), ("channels", "test", "no")):  # fmt: skip
        said = shipbell(*words)
        assert said.code == 2, words
        assert said.err, words


@pytest.mark.parametrize("words", REMOTE)
def test_a_service_that_does_not_answer_is_3_and_says_what_to_do(shipbell: Shipbell, words: tuple[str, ...]) -> None:
    said = shipbell(*words, SHIPBELL_SECRET_BITBUCKET="secret-0123456789")
    assert said.code == 3
    assert said.err.startswith("error: no service answers at http://127.0.0.1:1: start it with 'shipbell serve'")


def test_a_bad_setting_is_1_and_a_sentence_for_every_command(shipbell: Shipbell) -> None:
    for words in (("serve",), ("check",), ("events", "list"), ("rules", "check"), ("db", "check"), ("db", "upgrade")):
        said = shipbell(*words, SHIPBELL_PORT="CANARY", SHIPBELL_RULES_DIR="rules")
        if words != ("rules", "check"):
            assert (said.code, "SHIPBELL_PORT" in said.err) == (1, True), words
        assert "CANARY" not in said.err + said.out
        assert "Traceback" not in said.err


@pytest.mark.parametrize("url", ["http://[::1", "foo", "http://", "ftp://x", "http://x:99999", "https://a..b", "://"])
def test_an_address_that_is_none_is_2_for_whoever_asks_and_3_for_a_gate(shipbell: Shipbell, url: str) -> None:
    for words in (("events", "list"), ("send", "bitbucket/pull-request-opened"), ("demo",)):
        said = shipbell(*words, SHIPBELL_URL=url)
        assert (said.code, said.err) == (2, f"error: {NO_URL}\n"), words
    asked = ("gate", "all", "--service", "checkout", "--environment", "qa", "--rules", str(SHIPPED))
    said = shipbell(*asked, SHIPBELL_URL=url, SHIPBELL_TOKEN="token")
    assert (said.code, said.err, said.out) == (3, f"error: {NO_URL}\n", "")


def test_a_service_on_the_other_loopback_is_asked_there(shipbell: Shipbell) -> None:
    said = shipbell("events", "list", SHIPBELL_HOST="::1")
    assert (said.code, "no service answers at http://[::1]:1:" in said.err) == (3, True)


def test_an_address_that_is_anothers_is_1_and_a_sentence(shipbell: Shipbell, monkeypatch: pytest.MonkeyPatch) -> None:
    first = remote.Service.__init__
    page = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>another service</html>"))
    monkeypatch.setattr(remote.Service, "__init__", lambda self: first(self, page))
    said = shipbell("events", "list", SHIPBELL_TOKEN="tökén")
    assert (said.code, said.err) == (1, "error: what answers at http://127.0.0.1:1 is no Shipbell\n")


def test_a_wrong_token_is_1_and_says_which_variable(ask: Shipbell) -> None:
    said = ask("events", "list", SHIPBELL_TOKEN="wrong")
    assert (said.code, "SHIPBELL_TOKEN" in said.err) == (1, True)


def test_a_name_that_nobody_knows_is_2_with_the_nearest_one(ask: Shipbell) -> None:
    for words in (("dora", "show"), ("events", "list"), ("where", "--on", "2026-10-01")):
        said = ask(*words, "--team", "storefrond")
        assert (said.code, "did you mean 'storefront'?" in said.err) == (2, True), words
    assert ask("dora", "show", "--service", "checkout").code == 0


def test_what_is_not_there_is_1(ask: Shipbell) -> None:
    for words in (("receipts", "show", "0" * 32), ("events", "show", "0" * 32), ("deliveries", "show", "999999"),
                  ("deliveries", "retry", "999999"), ("rules", "explain", "0" * 32), ("where", "moon"),
                  ("receipts", "show", "../events"), ("dora", "explain", "../events")):  # fmt: skip
        said = ask(*words)
        assert (said.code, said.err.startswith("error: 404 ")) == (1, True), words
