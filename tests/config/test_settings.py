"""Settings from the environment, by value or by file; what is wrong is named and never shown."""

from pathlib import Path

import pytest

from app.config.environment import FileTwins, is_first_run, read_environment, write_first_environment
from app.config.settings import PREFIX, Settings, read, read_settings
from app.kernel.clock import DAY, SECOND
from app.kernel.errors import ConfigError, ConfigErrors


def test_nothing_is_needed() -> None:
    settings = read_settings({})
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, "sqlite:///shipbell.db")
    assert (settings.api_tokens, settings.public_url, settings.retention) == ((), "", 400 * DAY)


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert len(field.description or "") > 15, name


def test_every_setting_is_read_from_its_variable_and_from_its_file(tmp_path: Path) -> None:
    values = {
        "host": "::1", "port": "8001", "database_url": "postgresql://db/x", "rules_dir": "elsewhere",
        "cache_dir": "cache",
        "public_url": "https://shipbell.example.com", "roles": "ingest process", "api_tokens": "a:read:b c:operate:d",
        "sqs_queue_url": "https://sqs.eu-west-1.amazonaws.com/111122223333/shipbell",
        "extra_channel_hosts": "a.example.com:443,127.0.0.1:80", "log_level": "debug", "log_format": "json",
        "max_body_bytes": "2048", "max_scan_bytes": "4096", "report_hosts": "a.example.com b.example.com",
        "receive_timeout": "3s", "drain": "5s",
        "disk_reserve_bytes": "0", "retention": "30d", "attempt_retention": "24h",
        "ticket_metrics": "true",
    }  # fmt: skip
    assert values.keys() == Settings.model_fields.keys()
    by_value = read_settings({PREFIX + name.upper(): value for name, value in values.items()})
    files = {}
    for name, value in values.items():
        (tmp_path / name).write_text(f"{value}\n", encoding="utf-8")
        files[f"{PREFIX}{name.upper()}_FILE"] = str(tmp_path / name)
    assert read_settings(files) == by_value
    assert by_value.roles == ("ingest", "process")
    assert by_value.api_tokens == ("a:read:b", "c:operate:d")
    assert by_value.extra_channel_hosts == ("a.example.com:443", "127.0.0.1:80")
    assert (by_value.receive_timeout, by_value.attempt_retention) == (3 * SECOND, DAY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"), ("PORT", ""), ("ROLES", "rule"), ("LOG_LEVEL", "loud"), ("RETENTION", "forever"),
        ("RETENTION", "-1d"), ("DRAIN", "5"), ("MAX_BODY_BYTES", "1"), ("PUBLIC_URL", "http://CANARY"),
        ("SQS_QUEUE_URL", "CANARY"), ("ROLES", ""), ("RETENTION", "0s"), ("ATTEMPT_RETENTION", "23h"),
        ("RECEIVE_TIMEOUT", "0s"), ("EXTRA_CHANNEL_HOSTS", "canary.example.com"), ("EXTRA_CHANNEL_HOSTS", "https://CANARY"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ConfigErrors, match=PREFIX + name) as caught:
        read_settings({PREFIX + name: value})
    assert "CANARY" not in str(caught.value)


def test_a_host_that_channels_may_reach_is_written_as_one_likes() -> None:
    hosts = "Sink.Example.com:443 [::1]:80"
    assert read_settings({"SHIPBELL_EXTRA_CHANNEL_HOSTS": hosts}).extra_channel_hosts == tuple(hosts.lower().split())


def test_all_bad_values_are_told_at_once() -> None:
    with pytest.raises(ConfigErrors) as caught:
        read_settings({"SHIPBELL_PORT": "CANARY", "SHIPBELL_DRAIN": "CANARY", "SHIPBELL_LOG_LEVEL": "CANARY"})
    assert len(caught.value.problems) == 3
    assert "CANARY" not in str(caught.value)


def test_both_a_value_and_a_file_are_a_fault() -> None:
    with pytest.raises(ConfigErrors, match="both SHIPBELL_PORT and SHIPBELL_PORT_FILE"):
        read_settings({"SHIPBELL_PORT": "1", "SHIPBELL_PORT_FILE": "/nothing"})


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "port"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigErrors, match="SHIPBELL_PORT_FILE cannot be read") as caught:
        read({"SHIPBELL_PORT_FILE": str(path)}, "SHIPBELL_PORT")
    assert str(path) in str(caught.value)


def test_variables_win_over_the_file_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = tmp_path / ".env"
    beside.write_text("SHIPBELL_PORT=1\nSHIPBELL_HOST=$HOME\nEMPTY\n", encoding="utf-8")
    monkeypatch.setenv("SHIPBELL_PORT", "2")
    monkeypatch.delenv("SHIPBELL_HOST", raising=False)
    environ = read_environment(beside)
    assert (environ["SHIPBELL_PORT"], environ["SHIPBELL_HOST"]) == ("2", "$HOME")  # a secret may hold a dollar
    assert "EMPTY" not in environ
    assert read_environment(tmp_path / "none")["SHIPBELL_PORT"] == "2"


def test_a_file_beside_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    beside = tmp_path / ".env"
    beside.write_bytes(b"SHIPBELL_PORT=1\nSHIPBELL_API_TOKENS=gr\xfcn\n")
    with pytest.raises(ConfigErrors, match=r"\.env:2: the byte 0xfc is no UTF-8"):
        read_environment(beside)


def test_the_first_run_never_touches_a_file_that_is_there(tmp_path: Path) -> None:
    beside = tmp_path / ".env"
    beside.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="FileExistsError"):
        write_first_environment(["bitbucket"], beside)
    assert beside.read_text(encoding="utf-8") == "mine"


def test_it_is_no_first_run_where_somebody_has_set_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_first_run({"SHIPBELL_PORT": "1"})
    assert not is_first_run({"SHIPBELL_SECRET_ARGOCD": ""})
    assert not is_first_run({"SHIPBELL_API_TOKENS_FILE": "x"})
    (tmp_path / ".env").touch()
    assert not is_first_run({})


def test_a_twin_is_found_where_the_name_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("https://example.com/x\n", encoding="utf-8")
    twins = FileTwins({"TEAMS_URL_FILE": str(tmp_path / "url"), "OTHER": "y"})
    assert (twins["TEAMS_URL"], twins["OTHER"], twins.get("NONE")) == ("https://example.com/x", "y", None)
    assert len(twins) == len(list(twins)) == 2
