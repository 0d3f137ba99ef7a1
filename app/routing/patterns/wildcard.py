"""`wildcard`: `*` is any text. One pass over the text, whatever the pattern: nothing is ever tried twice."""

from collections.abc import Callable


def compile_wildcard(pattern: str) -> Callable[[str], bool]:
    r"""A test whether a whole text fits. `\*` is a star and `\\` a backslash.

    Raises ValueError for two stars together and for any other escape.
    """
    first, *rest = _pieces(pattern)
    if not rest:
        return lambda text: text == first
    *middle, last = rest
    least = len(first) + len(last)

    def fits(text: str) -> bool:
        if len(text) < least or not text.startswith(first) or not text.endswith(last):
            return False
        start, end = len(first), len(text) - len(last)
        for piece in middle:  # the leftmost place of each leaves the most room for those after it
            found = text.find(piece, start, end)
            if found < 0:
                return False
            start = found + len(piece)
        return True

    return fits


def _pieces(pattern: str) -> list[str]:
    """What stands between the stars."""
    pieces, escaped = [""], False
    for index, char in enumerate(pattern):
        if escaped:
            if char not in "*\\":
                raise ValueError(f"\\{char} is no escape: only \\* and \\\\ are")
            pieces[-1] += char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "*":
            if pattern[index + 1 : index + 2] == "*":
                raise ValueError("two stars together")
            pieces.append("")
        else:
            pieces[-1] += char
    if escaped:
        raise ValueError("a backslash at the end escapes nothing")
    return pieces
