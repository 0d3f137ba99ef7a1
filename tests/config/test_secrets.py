"""The secrets of sources and the tokens of the API."""

import hashlib
from pathlib import Path

import pytest

import app.sources
from app.config.names import secret_name, unknown_names
from app.config.secrets import open_sources, read_tokens
from app.kernel.discover import rooms
from app.kernel.errors import ConfigErrors

SOURCES = rooms(app.sources, "SOURCE")


def test_a_source_without_a_secret_has_no_door() -> None:
    assert open_sources(SOURCES, {}) == {}


def test_several_secrets_are_all_valid_and_the_aliases_share_the_door(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("third-secret\n", encoding="utf-8")
    environ = {
        "SHIPBELL_SECRET_BITBUCKET": "first-secret second-secret\n",
        "SHIPBELL_SECRET_VERACODE_FILE": str(tmp_path / "secret"),
    }
    doors = open_sources(SOURCES, environ)
    assert doors["bitbucket"].secrets == (b"first-secret", b"second-secret")
    assert doors["sourceclear"] is doors["veracode"]
    assert doors["veracode"].secrets == (b"third-secret",)
    assert not doors["bitbucket"].open_to_all
    assert set(doors) == {"bitbucket", "sourceclear", "veracode"}


def test_a_source_that_the_api_feeds_never_has_a_door() -> None:
    assert open_sources(SOURCES, {"SHIPBELL_SECRET_SCANS": "a-secret-0123"}) == {}


def test_a_door_is_open_to_all_only_when_it_is_written_out() -> None:
    assert open_sources(SOURCES, {"SHIPBELL_SECRET_ARGOCD": "auth:none"})["argocd"].open_to_all
    with pytest.raises(ConfigErrors, match="beside secrets"):
        open_sources(SOURCES, {"SHIPBELL_SECRET_ARGOCD": "auth:none a-secret-0123"})


@pytest.mark.parametrize("value", ["", "  \n", "env:X", "file:/x", "${SECRET}", "$(cat x)", "vault:kv/x", "secret:x"])
def test_F28_an_empty_or_unresolved_secret_stops_the_start(value: str) -> None:
    with pytest.raises(ConfigErrors, match="SHIPBELL_SECRET_BITBUCKET") as caught:
        open_sources(SOURCES, {"SHIPBELL_SECRET_BITBUCKET": value})
    assert not value.strip() or value.strip() not in str(caught.value)


def test_F28_an_empty_file_is_an_empty_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    with pytest.raises(ConfigErrors, match="SHIPBELL_SECRET_BITBUCKET is empty"):
        open_sources(SOURCES, {"SHIPBELL_SECRET_BITBUCKET_FILE": str(tmp_path / "secret")})


def test_the_faults_of_all_sources_are_told_at_once() -> None:
    with pytest.raises(ConfigErrors) as caught:
        open_sources(SOURCES, {"SHIPBELL_SECRET_BITBUCKET": "", "SHIPBELL_SECRET_ARGOCD": "env:X"})
    assert len(caught.value.problems) == 2


def test_tokens_are_kept_as_digests() -> None:
    (token,) = read_tokens(["ci:ingest+read:s3cr:et"])
    assert (token.name, token.scopes) == ("ci", {"ingest", "read"})
    assert token.digest == hashlib.sha256(b"s3cr:et").digest()
    assert "s3cr" not in repr(token)


@pytest.mark.parametrize("word", ["CANARY", "a:CANARY", "a:read:", ":read:CANARY", "a::CANARY", "a:read+fly:CANARY"])
def test_a_malformed_token_is_told_by_its_number_and_not_shown(word: str) -> None:
    with pytest.raises(ConfigErrors, match="entry 2 is not name:scope") as caught:
        read_tokens(["a:read:b", word])
    assert "CANARY" not in str(caught.value)


def test_a_variable_that_nobody_reads_is_noticed() -> None:
    read = {
        "SHIPBELL_PORT": "1", "SHIPBELL_PORT_FILE": "x", "SHIPBELL_SECRET_VERACODE": "x", "SHIPBELL_TOKEN_FILE": "x",
        "SHIPBELL_URL": "x", "SHIPBELL_SAMPLES": "x", "SHIPBELL_TEAMS_URL": "x", secret_name("argocd"): "x",
    }  # fmt: skip
    assert unknown_names(read, SOURCES, {"SHIPBELL_TEAMS_URL"}) == []
    assert unknown_names({"SHIPBELL_TEAMS_URL": "x"}, SOURCES, ()) != []
    (warning,) = unknown_names({"SHIPBELL_SECRET_BITBUKET_FILE": "CANARY"}, SOURCES, ())
    assert warning.startswith("SHIPBELL_SECRET_BITBUKET_FILE is set, but nobody reads it")
    assert "did you mean 'SHIPBELL_SECRET_BITBUCKET'?" in warning
    assert "CANARY" not in warning
