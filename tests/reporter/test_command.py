import threading
import time
from pathlib import Path

import pytest

from app.kernel.links import NO_URL
from app.reporter.command import run
from app.reporter.options import EXAMPLES, KINDS, OPTIONS, parser
from tests.reporter.conftest import BITBUCKET, Service


def told(*words: str, **variables: str) -> list[str]:
    said: list[str] = []
    assert run(words, variables, write=said.append, budget=60) == 0
    return said


def test_a_report_is_sent_with_its_key_and_the_token(service: Service, settings: dict[str, str]) -> None:
    assert told("deployment", **BITBUCKET, **settings) == ["shipbell report: deployment.started reported"]
    ((path, headers, body),) = service.heard
    assert (path, headers["authorization"]) == ("/api/v1/reports", "Bearer secret-token-0123")
    assert (headers["x-shipbell-report"][:11], int(headers["content-length"])) == ("deployment:", len(body))
    assert "x-hub-signature" not in headers


def test_without_a_token_it_is_signed(service: Service) -> None:
    told("pipeline", **BITBUCKET, SHIPBELL_URL=service.url, SHIPBELL_SECRET_REPORTS="of-reports older-one")
    ((path, headers, _),) = service.heard
    assert (path, headers["x-hub-signature"][:7], "authorization" in headers) == ("/hooks/reports", "sha256=", False)


def test_files_need_the_token(service: Service) -> None:
    said = told("tests", "--status=failed", **BITBUCKET, SHIPBELL_URL=service.url, SHIPBELL_SECRET_REPORTS="of-reports")
    assert said == ["shipbell report: results are not reported until SHIPBELL_URL and SHIPBELL_TOKEN are set"]
    assert service.heard == []


def test_files_go_as_they_are_and_a_last_word_ends_the_run(service: Service, settings: dict[str, str]) -> None:
    for name in ("a", "b"):
        Path(f"junit-{name}.xml").write_text(f"<testsuite name='{name}'/>", "utf-8")
    said = told("tests", "junit-*.xml", "missing.xml", "--suite", "unit", **BITBUCKET, **settings)
    assert [line.removeprefix("shipbell report: ") for line in said] == [
        "no file here fits missing.xml",
        "junit-a.xml reported",
        "junit-b.xml reported",
        "what came of the tests reported",
    ]
    assert [body for _, _, body in service.heard] == [b"<testsuite name='a'/>", b"<testsuite name='b'/>", b""]
    assert [path.partition("?")[0] for path, _, _ in service.heard] == ["/api/v1/tests/results"] * 3


def test_where_nobody_answers_one_file_is_enough(settings: dict[str, str]) -> None:
    for name in "abc":
        Path(f"{name}.sarif").write_text("{}", "utf-8")
    said = told("security", **BITBUCKET, **{**settings, "SHIPBELL_URL": "http://127.0.0.1:9"})
    assert said == [
        "shipbell report: a.sarif not reported: no answer: ConnectionRefusedError",
        "shipbell report: 2 more not reported",
    ]


def test_a_file_that_is_refused_stops_no_other(service: Service, settings: dict[str, str]) -> None:
    service.mode = "422"
    for name in "ab":
        Path(f"{name}.sarif").write_text("{}", "utf-8")
    said = told("security", **BITBUCKET, **settings)
    assert [line.partition(" (")[0] for line in said] == [
        f"shipbell report: {name}.sarif not reported: the service answered 422" for name in "ab"
    ]
    assert len(service.heard) == 2


def test_a_failure_of_the_service_is_tried_three_times_with_one_key(service: Service, settings: dict[str, str]) -> None:
    service.mode = "503"
    told("deployment", **BITBUCKET, **settings)
    assert len(service.heard) == 3
    assert len({headers["x-shipbell-report"] for _, headers, _ in service.heard}) == 1


def test_debug_says_more_and_no_secret(service: Service, settings: dict[str, str]) -> None:
    service.mode = "422"
    quiet, loud = (told("deployment", **BITBUCKET, **settings, **more) for more in ({}, {"DEBUG": "true"}))
    assert len(quiet) == 1
    assert any("surroundings: " in line and "acme/checkout" in line for line in loud)
    assert any("the answer: 422" in line for line in loud)
    assert "because of [secret]" in "\n".join(loud)
    assert "secret-token-0123" not in "\n".join([*quiet, *loud])


def test_a_secret_that_is_typed_is_not_printed_either(settings: dict[str, str]) -> None:
    (said,) = told("deployment", "--token", "secret-token-0123", **settings)
    assert "unrecognized arguments: --token [secret]" in said


@pytest.mark.parametrize("token", ["line\nbreak-in-it", "€" * 20, "\udc80" * 8], ids=["newline", "euro", "bytes"])
def test_a_token_that_cannot_be_sent_is_a_line(service: Service, token: str) -> None:
    (said,) = told("deployment", **BITBUCKET, SHIPBELL_URL=service.url, SHIPBELL_TOKEN=token)
    assert "not reported" in said
    assert service.heard == []


@pytest.mark.parametrize("url", ["http://[", "https://x:port/", "http://a b/", "http://127.0.0.1:9/\r\nX: 1"])
def test_an_address_that_is_none_is_a_line(url: str) -> None:
    (said,) = told("deployment", **BITBUCKET, SHIPBELL_URL=url, SHIPBELL_TOKEN="a-token")
    assert said == f"shipbell report: nothing was reported: {NO_URL}"


def test_wrong_usage_is_a_line_with_our_name_once() -> None:
    (line,) = told("deployment", "--status", "fine")
    assert line.startswith("shipbell report: nothing was reported: argument --status: 'fine' is none of started")


def test_whatever_goes_wrong_inside_is_a_line_and_no_failure() -> None:
    def broken(*_: object) -> list[str]:
        raise RuntimeError("a text with secret-token-0123")

    said: list[str] = []
    assert run(["deployment", "--direct"], {**BITBUCKET}, write=said.append, direct=broken) == 0
    assert said == ["shipbell report: nothing was reported: RuntimeError"]


def test_what_never_comes_back_is_left_behind() -> None:
    over = threading.Event()

    def stuck(*_: object) -> list[str]:
        over.wait(120)
        return []

    said: list[str] = []
    began = time.monotonic()
    assert run(["deployment", "--direct"], {**BITBUCKET}, write=said.append, direct=stuck, budget=0.2) == 0
    over.set()
    assert time.monotonic() - began < 2
    assert said == ["shipbell report: not reported: the 0.2 s are over, the pipeline goes on"]


def test_the_final_step_names_the_step_that_failed(service: Service, settings: dict[str, str]) -> None:
    variables = {**BITBUCKET, **settings, "BITBUCKET_TOKEN": "repository-token"}
    assert run(["pipeline", "--final"], variables, write=lambda _: None, bitbucket=service.url) == 0
    assert (service.event["status"], service.event["failed_step"]) == ("failed", "Unit tests")


@pytest.mark.parametrize("name", ["../../users", "acme/checkout/../../x", "acme", "acme/check?out"])
def test_the_final_step_asks_nothing_for_a_name_that_is_none(
    settings: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reporter.final.get", lambda *_: pytest.fail("asked"))
    variables = {**BITBUCKET, **settings, "BITBUCKET_REPO_FULL_NAME": name, "BITBUCKET_TOKEN": "repository-token"}
    said: list[str] = []
    run(["pipeline", "--final"], variables, write=said.append, budget=2)
    assert "what came of the pipeline is not known" in said[0]


def test_every_option_may_be_empty() -> None:
    for kind in KINDS:
        words = [f"--{option.name}=" for option in OPTIONS if kind in option.kinds and not option.flag]
        assert vars(parser().parse_args([kind, *words]))["kind"] == kind


def test_every_kind_has_an_example_and_help_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in KINDS:
        assert told(kind, "--help") == []
        assert all(line in capsys.readouterr().out for line in EXAMPLES[kind][:1])
