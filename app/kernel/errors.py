"""The errors that Shipbell raises on purpose. Whatever else escapes is a defect."""


class ShipbellError(Exception):
    """Base of all errors that we raise ourselves."""


class Unauthorized(ShipbellError):
    """A request did not prove who sent it. Carries no reason: the answer is the same for all."""


class BadPayload(ShipbellError):
    """A body cannot be understood. `path` is the first place that did not fit, e.g. `push.changes[0].new`."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class Overloaded(ShipbellError):
    """More work waits than we accept: the caller is told 503 and may try again."""


class StoreUnavailable(ShipbellError):
    """The database did not take the write; nothing was stored, or nobody knows: told 503."""


class ValueRefused(ShipbellError):
    """The database refuses a value that it was given: this one write fails, its neighbours need not."""


class ConfigError(ShipbellError):
    """Something that a person wrote is wrong: one problem with its place and, if we can, the remedy."""

    def __init__(self, message: str, *, file: str = "", line: int = 0, hint: str = "") -> None:
        self.message, self.file, self.line, self.hint = message, file, line, hint
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}" + (f" ({self.hint})" if self.hint else "")


class ConfigErrors(ShipbellError):
    """All problems of one load, so that a person mends them in one go."""

    def __init__(self, problems: list[ConfigError]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
