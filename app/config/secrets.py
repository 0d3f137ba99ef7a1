"""The secrets of sources and the tokens of the API. Absent means shut; empty means a mistake."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.config.names import secret_name
from app.config.settings import PREFIX, read
from app.ingest.door import OpenSource
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.secrets import Secret
from app.kernel.tokens import SCOPES, Token
from app.sources import Source

OPEN_TO_ALL = "auth:none"
_LOOKS_UNRESOLVED = ("env:", "file:", "${", "$(", "vault:", "secret:")


def open_sources(sources: Mapping[str, Source], environ: Mapping[str, str]) -> dict[str, OpenSource]:
    """The sources that have secrets, by name and alias: `SHIPBELL_SECRET_<SOURCE>`. Raises ConfigErrors."""
    found: dict[str, OpenSource] = {}
    problems: list[ConfigError] = []
    for source in sources.values():
        if source.door != "hook":
            continue
        try:
            words = secret_words(environ, source)
        except ConfigErrors as error:
            problems += error.problems
            continue
        if words:
            door = OpenSource(source, tuple(word.encode() for word in words), open_to_all=words == [OPEN_TO_ALL])
            found.update(dict.fromkeys((source.name, *source.aliases), door))
    if problems:
        raise ConfigErrors(problems)
    return found


def secret_words(environ: Mapping[str, str], source: Source) -> list[str]:
    """The secrets of a source, by its name and aliases, and in its file; all are valid, the first one signs.

    Raises ConfigErrors.
    """
    variables = [secret_name(name) for name in (source.name, *source.aliases)]
    found = [word for variable in variables for word in _words(variable, read(environ, variable))]
    if source.secret_file is not None:
        said = f"secret.file of the source {source.name!r}"
        found += _words(said, _in_file(said, source.secret_file))
    return found


def _in_file(said: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise ConfigErrors([ConfigError(f"{said} cannot be read: {type(error).__name__}", file=file)]) from None


def _words(variable: str, value: str | None) -> list[str]:
    """The secrets in what a variable, or a file by another name, holds."""
    if value is None:
        return []
    words = value.split()
    if not words:
        raise ConfigErrors(
            [ConfigError(f"{variable} is empty", hint=f"give a secret, or write {OPEN_TO_ALL!r} to let everybody in")]
        )
    for word in words:
        if word.startswith(_LOOKS_UNRESOLVED):
            raise ConfigErrors(
                [
                    ConfigError(
                        f"{variable} looks like a reference that nobody resolved",
                        hint="give the value itself, or use the _FILE twin",
                    )
                ]
            )
        Secret(word)
    if OPEN_TO_ALL in words and len(words) > 1:
        raise ConfigErrors([ConfigError(f"{variable} has {OPEN_TO_ALL!r} beside secrets", hint="keep one of the two")])
    return words


def read_tokens(words: Iterable[str]) -> tuple[Token, ...]:
    """The API's tokens from `name:scope+scope:token`. Raises ConfigErrors, never with the token in it."""
    tokens, problems = [], []
    for number, word in enumerate(words, 1):
        name, _, rest = word.partition(":")
        scopes, _, value = rest.partition(":")
        if not name or not value or set(scopes.split("+")) - SCOPES:
            problems.append(
                ConfigError(
                    f"{PREFIX}API_TOKENS: entry {number} is not name:scope+scope:token",
                    hint=f"scopes: {', '.join(sorted(SCOPES))}",
                )
            )
            continue
        Secret(value)
        tokens.append(Token(name, frozenset(scopes.split("+")), hashlib.sha256(value.encode()).digest()))
    if problems:
        raise ConfigErrors(problems)
    return tuple(tokens)
