"""How long, as people write it: `90s`, `10m`, `24h`, `7d`."""

import re

from app.kernel.clock import DAY, HOUR, MINUTE, SECOND

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"([0-9]{1,9})([smhd])")
LONGEST = 3650 * DAY


def parse_duration(text: str) -> int:
    """Microseconds. Raises ValueError for anything but a whole number with s, m, h or d, or more than ten years."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a duration: write a number with s, m, h or d, e.g. 10m")
    us = int(found[1]) * _UNITS[found[2]]
    if us > LONGEST:
        raise ValueError(f"{text!r} is more than ten years")
    return us
