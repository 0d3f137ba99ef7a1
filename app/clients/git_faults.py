"""What can go wrong with git, in the words of the APIs, told from what git wrote; without URLs' secrets."""

import re
from typing import Literal

from app.kernel.errors import ShipbellError
from app.kernel.secrets import scrub
from app.kernel.text import visible

Kind = Literal[
    "unreachable", "rate_limited", "auth_error", "forbidden", "not_found", "integration_error", "cache_broken"
]
"""`cache_broken`: our copy cannot be read; the next fetch makes a new one."""
LONGEST_DETAIL = 300

_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_SAYINGS: tuple[tuple[Kind, str], ...] = (
    (
        "auth_error",
        r"authentication failed|could not read (username|password)|permission denied \(|host key verif|: 401",
    ),
    ("forbidden", r"returned error: 403"),
    ("rate_limited", r"returned error: 429"),
    ("not_found", r"couldn't find remote ref|not found|returned error: (404|30\d)|not appear to be a git|redirection"),
    ("unreachable", r"could not resolve host|connect to|connection (refused|reset)|timed out|returned error: 5"),
    ("unreachable", r"rpc failed|early eof|hung up|empty reply|too slow|certificate|ssl_|gnutls|openssl"),
)


class GitFault(ShipbellError):
    """Git gave no usable answer. `detail` may be shown."""

    def __init__(self, kind: Kind, detail: str) -> None:
        self.kind = kind
        self.detail = scrub(visible(_USERINFO.sub("", detail), ""))[:LONGEST_DETAIL]
        super().__init__(f"git: {kind}: {self.detail}")


def fault_of(stderr: str) -> GitFault:
    """What a fetch that failed says; `cache_broken` when none of the known sayings of the other side is in it."""
    said = stderr.lower()
    for kind, saying in _SAYINGS:
        if re.search(saying, said):
            nobody = "; there is no token, or it is refused" if "could not read username" in said else ""
            return GitFault(kind, _told(stderr) + nobody)
    return GitFault("cache_broken", _told(stderr))


def _told(stderr: str) -> str:
    """The lines that tell what is wrong; git prints hints and progress beside them."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    wrong = [line for line in lines if line.startswith(("fatal:", "error:", "remote:", "ssh:"))]
    return " ".join(wrong or lines[-2:]) or "git ended without a word"
