"""How we prove to an API who we are: an access token, or an account and its token."""

import base64
from dataclasses import dataclass

from app.kernel.secrets import Secret


@dataclass(frozen=True, slots=True)
class Bearer:
    """An access token: Bitbucket's repository, project and workspace tokens, Argo CD, Jira Data Center's PAT."""

    token: Secret

    def header(self) -> str:
        """The value of `Authorization`. It is a secret."""
        return f"Bearer {self.token.reveal()}"


@dataclass(frozen=True, slots=True)
class Basic:
    """An account's e-mail address and its API token: Jira Cloud, and Bitbucket's API tokens."""

    user: str
    token: Secret

    def header(self) -> str:
        """The value of `Authorization`. Logs know it as a secret from now on."""
        pair = Secret(base64.b64encode(f"{self.user}:{self.token.reveal()}".encode()).decode())
        return f"Basic {pair.reveal()}"


@dataclass(frozen=True, slots=True)
class Keyed:
    """A key under a word of the vendor's own: Opsgenie's `GenieKey …`, PagerDuty's `Token token=…`."""

    word: str
    token: Secret

    def header(self) -> str:
        """The value of `Authorization`. It is a secret."""
        return f"{self.word}{self.token.reveal()}"


Auth = Bearer | Basic | Keyed
