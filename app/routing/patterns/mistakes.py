"""What is wrong with a pattern, and where in it."""

Place = tuple[str | int, ...]
"""The keys and positions that lead to a value in the pattern as it was written."""


class PatternError(ValueError):
    """A pattern that cannot be used. `path` leads to what is wrong in it; `hint` is the remedy, or empty."""

    def __init__(self, message: str, path: Place = (), hint: str = "") -> None:
        super().__init__(message)
        self.message, self.path, self.hint = message, path, hint
