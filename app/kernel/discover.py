"""Finds the rooms of a corridor by their being there: each carries one marker."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from app.kernel.errors import ConfigError


def rooms(corridor: ModuleType, marker: str) -> dict[str, Any]:
    """The marker of every room (folder or file) of a corridor, by name.

    A broken room stops the start loudly: its ImportError passes through; a room without the
    marker, or with a name that is not its folder's, is a ConfigError.
    """
    found: dict[str, Any] = {}
    for info in sorted(pkgutil.iter_modules(corridor.__path__), key=lambda room: room.name):
        module = importlib.import_module(f"{corridor.__name__}.{info.name}")
        room = getattr(module, marker, None)
        if room is None:
            raise ConfigError(f"the room {module.__name__} has no {marker}", hint=f"define {marker} in its __init__.py")
        if room.name.replace("-", "_") != info.name:
            raise ConfigError(f"the room {module.__name__} calls itself {room.name!r}", hint="name it as its folder")
        found[room.name] = room
    return found
