"""`shipbell check` and `shipbell channels test`: the configuration, before anything runs."""

from pathlib import Path

import pytest

from tests.cli.conftest import Shipbell
from tests.running.rules import shipped_rules

SECRET = {"SHIPBELL_SECRET_BITBUCKET": "CANARY-0123456789"}
URL = "https://prod-01.westeurope.logic.azure.com/workflows/CANARY/triggers/manual/paths/invoke?sig=CANARY-0123456789"


def test_it_says_what_is_open_what_is_shut_and_what_to_do(shipbell: Shipbell) -> None:
    said = shipbell("check", **SECRET)
    assert said.code == 0
    assert "shut: no secret" in said.out
    assert "set SHIPBELL_SECRET_ARGOCD" in said.out
    assert "prints to the console until TEAMS_PLATFORM_URL is set" in said.out
    assert said.out.endswith("The configuration is right.\n")
    assert "CANARY" not in said.out + said.err


def test_it_answers_programs_too(shipbell: Shipbell) -> None:
    found = shipbell("check", "--json", TEAMS_PLATFORM_URL=URL, **SECRET)
    assert "CANARY" not in found.out
    doors = {each["name"]: each["door"] for each in found.json["sources"]}
    assert (doors["argocd"], doors["bitbucket"], doors["scans"]) == ("shut: no secret", "open", "api")
    sends = {each["name"]: each["sends"] for each in found.json["channels"]}
    assert sends["platform-deployments"] == "yes"
    assert found.json["counts"]["tokens"] == 0


def test_a_variable_that_nobody_reads_is_a_warning_with_the_nearest_name(shipbell: Shipbell) -> None:
    said = shipbell("check", SHIPBELL_DATABSE_URL="CANARY")
    assert said.code == 0
    assert "SHIPBELL_DATABSE_URL is set, but nobody reads it (did you mean 'SHIPBELL_DATABASE_URL'?)" in said.out
    assert "CANARY" not in said.out
    assert shipbell("check", "--json", SHIPBELL_PROT="1").json["warnings"]


def test_all_that_is_wrong_is_told_at_once(shipbell: Shipbell, broken_rules: Path) -> None:
    wrong = {
        "SHIPBELL_RULES_DIR": str(broken_rules),
        "SHIPBELL_SECRET_ARGOCD": "",
        "SHIPBELL_SECRET_BITBUCKET": "env:X",
        "SHIPBELL_API_TOKENS": "a:fly:CANARY b:read:",
        "SHIPBELL_HOST": "0.0.0.0",
        "SHIPBELL_DATABASE_URL": "mysql://u:CANARY@h/d",
    }
    said = shipbell("check", **wrong)
    assert said.code == 1
    for word in ("SECRET_ARGOCD", "SECRET_BITBUCKET", "entry 1", "entry 2", "routes.yaml", "channels.yaml", "mysql"):
        assert word in said.err, word
    assert "CANARY" not in said.err
    assert len(shipbell("check", "--json", **wrong).json["problems"]) == 7


@pytest.mark.parametrize("file", [False, True])
def test_a_url_that_cannot_be_is_a_fault_that_does_not_show_it(shipbell: Shipbell, file: bool) -> None:
    variables = {"TEAMS_PLATFORM_URL": "http://CANARY.example.com/x?sig=CANARY"}
    if file:
        Path("url").write_text(variables.pop("TEAMS_PLATFORM_URL"), encoding="utf-8")
        variables["TEAMS_PLATFORM_URL_FILE"] = "url"
    said = shipbell("check", **variables)
    assert (said.code, "platform-deployments" in said.err) == (1, True)
    assert "sig=CANARY" not in said.err


def test_a_test_card_goes_through_a_channel_without_a_service(shipbell: Shipbell) -> None:
    said = shipbell("channels", "test", "security")
    assert said.code == 0
    assert said.out.startswith("── security ──\n")
    assert "a test card for the channel security" in said.out
    assert "the other side took it" in said.out


def test_a_test_card_that_does_not_arrive_is_1_with_the_reason(shipbell: Shipbell) -> None:
    here = {"SHIPBELL_EXTRA_CHANNEL_HOSTS": "127.0.0.1:1", "TEAMS_SECURITY_URL": "http://127.0.0.1:1/x?sig=CANARY"}
    said = shipbell("channels", "test", "security", **here)
    assert (said.code, said.err) == (1, "error: security: retry: connect\n")
    assert shipbell("channels", "test", "security", "--json", **here).json["reason"] == "connect"


def test_an_unknown_channel_is_2_with_the_nearest_name(shipbell: Shipbell) -> None:
    said = shipbell("channels", "test", "securty")
    assert (said.code, "did you mean 'security'?" in said.err) == (2, True)


def test_a_registry_is_shown_with_where_it_is_and_its_token(shipbell: Shipbell, tmp_path: Path) -> None:
    folder = shipped_rules(tmp_path / "rules")
    section = """upstreams:
  registries:
    images.example.com: {user: ci, token_env: IMAGES_TOKEN}
    public.example.com: {url: "https://mirror.example.com/"}
    docker.io: {}
"""
    (folder / "upstreams.yaml").write_text(section, encoding="utf-8")
    found = shipbell("check", "--json", SHIPBELL_RULES_DIR=str(folder), IMAGES_TOKEN="CANARY-0123456789")
    assert "CANARY" not in found.out
    shown = {each["name"]: (each["url"], each["token"]) for each in found.json["upstreams"]}
    assert shown == {
        "registry images.example.com": ("https://images.example.com", "IMAGES_TOKEN is set"),
        "registry public.example.com": ("https://mirror.example.com", "none"),
        "registry docker.io": ("https://registry-1.docker.io", "none"),
    }
