"""Numbers as a person reads them in a terminal: durations, shares, and a line of bars."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_NONE = "·"
_SIZES = ((86_400 * 2, 86_400, "d"), (5_400, 3_600, "h"), (90, 60, "min"), (0, 1, "s"))


def sparkline(values: Sequence[float | None]) -> str:
    """One bar a value, from 0 to the largest; what there is no data for is a dot."""
    most = max((value for value in values if value is not None), default=0)
    return "".join(_NONE if value is None else _BARS[_height(value, most)] for value in values)


def _height(value: float, most: float) -> int:
    return 0 if most <= 0 else min(int(value / most * len(_BARS)), len(_BARS) - 1)


def number(value: float | None, unit: str) -> str:
    """A value of a measure; none is a dash."""
    if value is None:
        return "–"
    if unit == "ratio":
        return f"{value * 100:.1f} %"
    if unit == "seconds":
        return duration(value)
    return f"{value:,.0f}" if value == int(value) else f"{value:.3g}"


def duration(seconds: float) -> str:
    """Seconds in the largest unit that leaves some figures: `18.8 h`."""
    for least, size, unit in _SIZES:
        if seconds >= least:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
