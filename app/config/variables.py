"""The bare variables of this process, for what may not wait until settings are read: the reporter in a step."""

import os
from collections.abc import Mapping
from pathlib import Path

_SECRETS = ("SHIPBELL_TOKEN", "SHIPBELL_SECRET_REPORTS")


def read_variables() -> Mapping[str, str]:
    """The variables as they are, bytes that are no text included; a secret is also found in the file of its twin."""
    found = dict(os.environ)
    for name in _SECRETS:
        file = found.get(f"{name}_FILE", "")
        if file and not found.get(name):
            try:
                found[name] = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, ValueError):  # then it is not there: the reporter says what is missing
                continue
    return found
