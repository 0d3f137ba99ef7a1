"""What git is told of the machine: enough to come out, by ssh too, and no secret of the service."""

from pathlib import Path

from app.clients.opening import Clients, open_clients
from app.clients.surroundings import surroundings
from app.clients.upstreams import GitOpsEntry, Upstreams
from app.kernel.secrets import scrub
from tests.tools.repository import Repository


def opened(folder: Path, url: str, **variables: str) -> Clients:
    return open_clients(Upstreams(gitops=GitOpsEntry(repository=url)), variables.get, folder / "copies")


async def test_a_repository_by_ssh_is_read_with_the_operators_command(tmp_path: Path) -> None:
    """What stands for ssh notes how it was called, and runs git-upload-pack here."""
    repository = Repository(tmp_path / "acme" / "gitops.git")
    sha = repository.commit({"a": "b"})
    called, program = tmp_path / "called", tmp_path / "ssh"
    steps = [f"env > {called}.env", f'echo "$*" > {called}', "for last; do :; done", 'eval "set -- $last"']
    lines = ["#!/bin/sh", *steps, f'exec git upload-pack {tmp_path}"$2"']
    program.write_text("\n".join(lines))
    program.chmod(0o755)
    known = {"GIT_SSH_COMMAND": str(program), "SSH_AUTH_SOCK": "/run/agent", "HOME": str(tmp_path)}
    clients = opened(tmp_path, "ssh://git@git.example.com/acme/gitops.git", **known, SHIPBELL_JIRA_TOKEN="CANARY")
    assert clients.gitops is not None
    assert await clients.gitops.mirror.resolve("main") == sha
    assert "git@git.example.com git-upload-pack '/acme/gitops.git'" in called.read_text()
    seen = Path(f"{called}.env").read_text()
    assert "SSH_AUTH_SOCK=/run/agent" in seen
    assert "CANARY" not in seen


def test_proxies_and_certificates_by_whatever_name_they_have() -> None:
    known = {
        "HTTP_PROXY": "http://proxy.example.com:3128",
        "NO_PROXY": "git.example.com",
        "https_proxy": "http://bell:prxy-CANARY-0815@proxy.example.com",
        "HTTPS_PROXY": "http://other.example.com",
        "SSL_CERT_FILE": "/etc/acme.pem",
        "GIT_DIR": "/nowhere",
        "GIT_CONFIG_COUNT": "1",
        "AWS_SECRET": "x",
    }
    assert surroundings(known.get) == {
        "http_proxy": "http://proxy.example.com:3128",
        "https_proxy": "http://bell:prxy-CANARY-0815@proxy.example.com",
        "no_proxy": "git.example.com,localhost,127.0.0.1,::1",
        "GIT_SSL_CAINFO": "/etc/acme.pem",
    }
    assert "CANARY" not in scrub("fatal: unable to access: http://bell:prxy-CANARY-0815@proxy.example.com refused")
    own = {"GIT_SSL_CAINFO": "/etc/git.pem", "SSL_CERT_FILE": "/etc/acme.pem"}
    assert surroundings(own.get) == {"GIT_SSL_CAINFO": "/etc/git.pem"}
    assert surroundings({}.get) == {}
