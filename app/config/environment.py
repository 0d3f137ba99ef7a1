"""The environment of this process: variables, and the `.env` beside it that the first run writes."""

import os
import secrets
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from app.config.names import secret_name
from app.config.settings import read
from app.config.text import read_text
from app.kernel.errors import ConfigError

FILE = Path(".env")


def read_environment(file: Path = FILE) -> dict[str, str]:
    """The variables of the process; those of `.env` stand behind them. Raises ConfigErrors."""
    beside = dotenv_values(stream=StringIO(read_text(file, str(file))), interpolate=False) if file.is_file() else {}
    return {**{name: value for name, value in beside.items() if value is not None}, **os.environ}


def is_first_run(environ: Mapping[str, str]) -> bool:
    """Whether nobody has set a secret or a token yet, and no `.env` is there."""
    return not FILE.exists() and not any(
        name.startswith(("SHIPBELL_SECRET_", "SHIPBELL_API_TOKENS")) for name in environ
    )


def write_first_environment(sources: list[str], file: Path = FILE) -> Path:
    """Write `.env` with a random secret for every source and a token for this machine; readable by its owner alone.

    Raises ConfigError when it cannot be written; a file that is there is never touched.
    """
    lines = [
        "# Written by the first run of Shipbell. Keep it out of version control.",
        *(f"{secret_name(name)}={secrets.token_urlsafe(32)}" for name in sources),
        f"SHIPBELL_API_TOKENS=local:read+operate+ingest:{secrets.token_urlsafe(32)}",
    ]
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        hint = "set SHIPBELL_API_TOKENS and a SHIPBELL_SECRET_… for each source yourself"
        raise ConfigError(f"the first run cannot write {file}: {type(error).__name__}", hint=hint) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return file.resolve()


class FileTwins(Mapping[str, str]):
    """An environment in which `NAME` is also found in the file that `NAME_FILE` names."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        value = read(self._environ, name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)
