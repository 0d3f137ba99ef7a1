"""What git may know of the machine that it runs on: how to reach hosts and whom to trust, and nothing else."""

from collections.abc import Callable, Mapping

from app.kernel.secrets import Secret

ALLOWED = (
    *("PATH", "HOME", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)
"""The variables that git is given; those of proxies also under their names in capitals."""

# Under which other names the same is told: git does not look at those of OpenSSL, nor curl at HTTP_PROXY.
_OTHERWISE = {"GIT_SSL_CAINFO": "SSL_CERT_FILE", "GIT_SSL_CAPATH": "SSL_CERT_DIR"}
_HERE = "localhost,127.0.0.1,::1"


def surroundings(told: Callable[[str], str | None]) -> dict[str, str]:
    """Of the variables that `told` knows those which git may have. A proxy with a password is a secret from then on.

    https://git-scm.com/docs/git-config#Documentation/git-config.txt-httpproxy
    """
    found = {name: value for name in ALLOWED if (value := told(name) or told(_other(name)))}
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        if "@" in found.get(name, ""):
            Secret(found[name])
            Secret(found[name].rpartition("@")[0].rpartition(":")[2])
    if any(name.endswith("_proxy") for name in found):  # what is served on this machine is behind no proxy
        found["no_proxy"] = ",".join(filter(None, (found.get("no_proxy"), _HERE)))
    return found


def ssh_command(environment: Mapping[str, str]) -> str:
    """How git calls ssh: as the operator says, else so that it never asks and never waits for long."""
    return environment.get("GIT_SSH_COMMAND") or "ssh -oBatchMode=yes -oConnectTimeout=20"


def _other(name: str) -> str:
    return _OTHERWISE.get(name, name.upper())
