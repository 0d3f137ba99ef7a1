"""How rules name what is kept elsewhere: by the variable that holds it."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


def _name(value: object) -> object:
    """Raises ValueError, which never shows the value: who writes no name there has likely written the secret."""
    if isinstance(value, str) and not _NAME.fullmatch(value):
        raise ValueError("takes the name of a variable, such as TEAMS_PLATFORM_URL; what it holds never stands here")
    return value


Variable = Annotated[str, BeforeValidator(_name), Field(pattern=f"^{_NAME.pattern}$")]
"""The name of an environment variable, or of its `_FILE` twin without that ending."""
