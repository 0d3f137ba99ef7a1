"""The container image and the Compose file, as far as they can be held to something without an engine."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.config.settings import read_settings
from tests.house.checkout import ROOT

Step = tuple[str, str]


def steps() -> list[Step]:
    """The Dockerfile as (instruction, argument)."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if line)]


def stage(name: str) -> list[Step]:
    """A stage by its name; the last one, which is what runs, has none."""
    starts = [index for index, (word, _) in enumerate(steps()) if word == "FROM"]
    names = [steps()[start][1].partition(" AS ")[2] for start in starts]
    number = names.index(name)
    return steps()[starts[number] : [*starts, None][number + 1]]


def environment() -> dict[str, str]:
    """What ENV of the last stage sets."""
    (text,) = (rest for word, rest in stage("") if word == "ENV")
    return dict(pair.split("=", 1) for pair in shlex.split(text))


def health_command() -> list[str]:
    (text,) = (rest for word, rest in stage("") if word == "HEALTHCHECK")
    command: list[str] = json.loads(text.partition("CMD ")[2])
    return command


def test_three_stages_and_what_fetches_and_builds_stays_behind() -> None:
    assert [word for word, _ in steps()].count("FROM") == 3
    assert "pip" in " ".join(rest for word, rest in stage("build") if word == "RUN")
    ran = " ".join(rest for word, rest in stage("") if word == "RUN")
    assert "pip" not in ran
    assert "renderer" not in ran
    assert next(rest for word, rest in stage("") if word == "COPY").startswith("--from=build ")


def test_no_root_one_volume_a_signal_and_a_port() -> None:
    said = dict(stage(""))
    assert (said["USER"], said["VOLUME"], said["WORKDIR"]) == ("10001:10001", "/data", "/data")
    assert (said["STOPSIGNAL"], said["EXPOSE"]) == ("SIGTERM", "8000")
    words = [word for word, _ in stage("")]
    assert words.index("USER") > max(index for index, word in enumerate(words) if word in ("RUN", "COPY"))


def test_its_settings_are_settings_and_hold_no_secret() -> None:
    ours = {name: value for name, value in environment().items() if name.startswith("SHIPBELL_")}
    settings = read_settings(ours)
    assert (settings.host, settings.port, str(settings.rules_dir)) == ("0.0.0.0", 8000, "/app/rules")
    assert settings.api_tokens == ()
    # What it sets could not be given by a file any more: nothing that may be secret is set.
    assert not {"SHIPBELL_DATABASE_URL", "SHIPBELL_API_TOKENS"} & ours.keys()


def test_only_what_it_is_made_of_is_sent_to_the_engine() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert lines[1] == "*"
    copied = {
        path.removeprefix("./")
        for word, rest in steps()
        if word == "COPY" and "--from" not in rest
        for path in rest.split()[:-1]
    }
    assert copied == allowed


def test_the_renderer_is_put_where_the_package_looks_for_it() -> None:
    (command,) = (rest for word, rest in stage("renderer") if word == "RUN")
    assert command == "sh renderer.sh /renderer"
    found = [rest for word, rest in stage("build") if word == "COPY" and "--from=renderer" in rest]
    assert found == ["--from=renderer /renderer ./app/cards/preview/renderer"]
    words = [rest for word, rest in stage("build") if word in ("COPY", "RUN")]
    assert words.index(found[0]) < next(index for index, rest in enumerate(words) if "pip install" in rest)


def test_compose_waits_for_the_database_and_reads_secrets_from_files() -> None:
    whole = YAML(typ="safe", pure=True).load(ROOT / "deploy" / "compose.yaml")
    ours = whole["services"]["shipbell"]
    assert ours["read_only"] is True
    assert ours["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert all(name.endswith("_FILE") for name in ours["environment"])
    named = {Path(path).name for path in ours["environment"].values()}
    assert named == set(ours["secrets"]) <= whole["secrets"].keys()


def installed(tmp_path: Path) -> Path:
    """The build stage's own steps, in a virtual environment of this machine."""
    source, target = tmp_path / "source", tmp_path / "venv"
    shutil.copytree(ROOT / "app", source / "app", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("constraints.txt", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source / name)
    for command in (rest for word, rest in stage("build") if word == "RUN"):
        words = shlex.split(command.replace("/opt/shipbell", str(target)))
        words[0] = sys.executable if words[0] == "python" else words[0]
        done = subprocess.run(words, cwd=source, capture_output=True, text=True, timeout=500, check=False)
        if any(
            sign in done.stderr
            for sign in ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "ProxyError")
        ):
            pytest.skip("no package index can be reached")
        assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.mark.slow
def test_what_the_build_stage_installs_serves_from_a_read_only_place_and_is_healthy(tmp_path: Path) -> None:
    target, data, rules = installed(tmp_path), tmp_path / "data", tmp_path / "rules"
    data.mkdir()
    shutil.copytree(ROOT / "rules", rules)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("SHIPBELL_", "PYTHON"))}
    environ |= environment() | {
        "PATH": f"{target / 'bin'}:{os.environ['PATH']}",
        "SHIPBELL_PORT": str(port),
        "SHIPBELL_RULES_DIR": str(rules),
        "SHIPBELL_API_TOKENS": "ops:read+operate+ingest:" + "t" * 32,
    }
    health = [str(target / "bin" / "python"), *health_command()[1:]]
    before = set((target / "bin").iterdir())
    with subprocess.Popen(
        [target / "bin" / "shipbell", "serve"], cwd=data, env=environ, stderr=subprocess.PIPE
    ) as server:
        try:
            until = time.monotonic() + 30
            while subprocess.run(health, env=environ, capture_output=True, check=False).returncode != 0:
                assert server.poll() is None, server.stderr and server.stderr.read().decode()
                assert time.monotonic() < until
                time.sleep(0.2)
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=40) in (0, -signal.SIGTERM)
    assert {path.name.partition(".db")[0] for path in data.iterdir()} == {"shipbell"}
    assert set((target / "bin").iterdir()) == before
    assert subprocess.run(health, env=environ, capture_output=True, check=False).returncode != 0
