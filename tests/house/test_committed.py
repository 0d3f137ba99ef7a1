"""Nothing that is committed tells where it was made: no machine's paths, no registry's address, no secret."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.house.checkout import ROOT, committed

# Written in two pieces, so that this file does not find itself.
REGISTRIES = ("pypi." + "org", "files.python" + "hosted.org", "registry.npm" + "js.org", "deb.debian" + ".org")
BESIDE = re.compile(r"\.\./" + "shared")
MACHINE = re.compile(r"(?<![\w.~-])/(?:" + "wor" + r"k|home/\w+|Users/\w+|opt/" + r"(?:wheels|pypi))\b")
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b|\bxox[bp]-[0-9A-Za-z-]{20}"
    r"|[?&]sig=[A-Za-z0-9_-]{40}"
)
MAY_NAME_WHAT_LIES_BESIDE = (".ci/", "tests/conformance/")


def texts() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text("utf-8", "replace") for path in committed()}


def _configured_hosts() -> set[str]:
    """The hosts of the package indexes of this machine, if it has any of its own."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    named = [os.environ.get(name, "") for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL")]
    return {
        host
        for url in re.findall(r"https?://[^\s'\"]+", " ".join([listed, *named]))
        if (host := urlsplit(url).hostname)
    }


def test_no_registry_is_named() -> None:
    hosts = {*REGISTRIES, *_configured_hosts()} - {"localhost", "127.0.0.1"}
    found = {name: host for name, text in texts().items() for host in hosts if host in text}
    assert found == {}


def test_no_path_of_a_machine() -> None:
    assert {name: match[0] for name, text in texts().items() if (match := MACHINE.search(text))} == {}


def test_what_lies_beside_the_checkout_is_named_by_ci_alone() -> None:
    found = {name for name, text in texts().items() if BESIDE.search(text)}
    assert {name for name in found if not name.startswith(MAY_NAME_WHAT_LIES_BESIDE)} == set()


def test_no_secret_is_committed() -> None:
    assert {name: match[0][:20] for name, text in texts().items() if (match := SECRET.search(text))} == {}
    assert not [name for name in texts() if Path(name).name in (".env", "shipbell.db")]


def test_git_ignores_what_a_run_leaves_behind() -> None:
    renderer = "app/cards/preview/renderer/adaptivecards.min.js"
    left = [
        renderer,
        ".env",
        "shipbell.db",
        "shipbell.db-wal",
        "shipbell.db.lock",
        ".venv/x",
        ".peers/x",
        "site/index.html",
    ]
    command = ["git", "check-ignore", *left]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == left
