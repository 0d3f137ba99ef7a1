"""What the reporter prints into a pipeline's log: no secret in it, nothing that a terminal obeys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.reporter.sending import Answer
from app.reporter.surroundings import one_line

NAME = "shipbell report"
_SECRETS = ("SHIPBELL_TOKEN", "SHIPBELL_SECRET_REPORTS", "BITBUCKET_TOKEN")
_SHORTEST = 6
"""Characters of a value that is masked: shorter ones would blank ordinary words."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Prints. `verbose` is `DEBUG=true`; a secret is masked wherever it comes from, a service's answer included."""

    write: Callable[[str], None]
    secrets: tuple[str, ...] = field(default=(), repr=False)
    verbose: bool = False

    def line(self, text: str) -> None:
        """One line with our name before it."""
        self.write(f"{NAME}: {one_line(self._masked(text), 1000)}")

    def debug(self, text: str) -> None:
        """One line for whoever asked for more."""
        if self.verbose:
            self.line(text)

    def text(self, text: str) -> None:
        """Several lines as they are, for a dry run."""
        self.write(self._masked(text))

    def answered(self, what: str, answer: Answer) -> None:
        """What became of one request: why not, where the service says it; all that it said with `DEBUG=true`."""
        if answer.taken:
            self.line(f"{what} reported")
        elif answer.status > 0:
            self.line(f"{what} not reported: the service answered {answer.status} {_reason(answer.text)}")
        else:
            self.line(f"{what} not reported: {'no answer: ' if answer.status == 0 else ''}{answer.text}")
        if answer.status > 0:
            self.debug(f"the answer: {answer.status} {answer.text}")

    def _masked(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "[secret]")
        return text


def open_speech(variables: Mapping[str, str], write: Callable[[str], None]) -> Speech:
    """By what the variables say."""
    words = {word for name in _SECRETS for word in (variables.get(name, "").strip(), *variables.get(name, "").split())}
    words |= {value for name, value in variables.items() if name.startswith("TEAMS_") and "://" in value}
    found = tuple(sorted((word for word in words if len(word) >= _SHORTEST), key=len, reverse=True))
    return Speech(write, found, variables.get("DEBUG", "").strip().lower() == "true")


def _reason(text: str) -> str:
    """The sentence of a problem in JSON; nothing of any other answer, which may be a page of a proxy."""
    import json  # here: most reports are taken

    try:
        said = json.loads(text)
        return f"({said['detail'] if said.get('detail') else said['title']})"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
