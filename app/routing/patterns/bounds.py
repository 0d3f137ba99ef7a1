"""How large a pattern may be. It is measured before it is read, without recursion, so aliases cannot explode."""

import json
import math
from typing import Any

from app.routing.patterns.mistakes import PatternError

MAX_CHARACTERS = 4096
MAX_DEPTH = 32
MAX_ALTERNATIVES = 1000
_MAX_BITS = 10_000


def check_size(pattern: Any) -> None:
    """Raises PatternError when the pattern as compact JSON has more than 4,096 characters."""
    size, waiting = 0, [pattern]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            size += 2 + max(0, 2 * len(value) - 1) + sum(map(_text, value))
            waiting.extend(value.values())
        elif isinstance(value, list):
            size += 2 + max(0, len(value) - 1)
            waiting.extend(value)
        else:
            size += _text(value)
        if size > MAX_CHARACTERS:
            raise PatternError(f"longer than {MAX_CHARACTERS:,} characters of JSON")


def _text(value: Any) -> int:
    if isinstance(value, str):
        return len(json.dumps(value, ensure_ascii=False))
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return math.ceil(value.bit_length() * math.log10(2))  # Python refuses to write out very large numbers
    return len(repr(value)) if isinstance(value, int | float) else 4
