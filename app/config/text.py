"""Text that a person wrote into a file: UTF-8, and said where it is not."""

from pathlib import Path

from app.kernel.errors import ConfigError, ConfigErrors


def read_text(path: Path, file: str) -> str:
    """What the file holds; problems call it `file`. Raises ConfigErrors with the line that is wrong."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:  # it holds the whole file
        line, byte = error.object.count(b"\n", 0, error.start) + 1, error.object[error.start]
        problem = ConfigError(f"the byte 0x{byte:02x} is no UTF-8", file=file, line=line, hint="save the file as UTF-8")
    except OSError as error:
        problem = ConfigError(f"cannot be read: {error.strerror}", file=file)
    raise ConfigErrors([problem])
