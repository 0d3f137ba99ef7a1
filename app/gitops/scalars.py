"""What a plain YAML scalar is to kustomize, which reads YAML 1.1 with Go's rules for numbers.

Only what it takes for text may be a tag: an unquoted `1e10`, `0123`, `1.10` or `yes` it refuses.
https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
"""

import math
import re
from typing import Literal

Kind = Literal["text", "number", "bool", "null"]

_WORDS = ("y", "n", "yes", "no", "on", "off", "true", "false")
_BOOLS = {form for word in _WORDS for form in (word, word.title(), word.upper())}
_NULLS = {"", "~", "null", "Null", "NULL"}
_NOT_FINITE = {f"{sign}{word}" for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")} | {
    ".nan",
    ".NaN",
    ".NAN",
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_INTEGER = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)", re.ASCII)
_STRAY = re.compile(r"(?<![0-9])_|_(?![0-9])")
_BASES = {"x": 16, "o": 8, "b": 2}


def plain_kind(text: str) -> Kind:
    """What an unquoted scalar is; dates and times are text, as kustomize leaves them."""
    if text in _NULLS:
        return "null"
    if text in _BOOLS:
        return "bool"
    if text in _NOT_FINITE:
        return "number"
    if text[0] not in "+-.0123456789":
        return "text"
    if text[0] == "." and _STRAY.search(text):  # Go's own reader of fractions is stricter with underscores
        return "text"
    digits = text.replace("_", "")
    return "number" if _is_integer(digits) or _is_float(digits) else "text"


def _is_integer(digits: str) -> bool:
    """Whether it is one of 64 bits: larger ones are no integers, and in another base than ten no numbers."""
    found = _INTEGER.fullmatch(digits)
    if not found:
        return False
    value = found[2].lower()
    base = _BASES.get(value[1:2], 8 if value.startswith("0") else 10)
    if base == 10 and len(value) > 20:  # what Go refuses by its size: a float then
        return False
    number = int(value.lstrip("0").lstrip("xob") or "0", base)
    return number <= 1 << 63 if found[1] == "-" else number < 1 << 64


def _is_float(digits: str) -> bool:
    return _FLOAT.fullmatch(digits) is not None and math.isfinite(float(digits))
