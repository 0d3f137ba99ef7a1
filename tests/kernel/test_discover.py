"""Rooms are found by being there; a broken one stops the start."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from app.kernel.discover import rooms
from app.kernel.errors import ConfigError

MARKER = "from types import SimpleNamespace\nROOM = SimpleNamespace(name={name!r})\n"
Build = Callable[..., ModuleType]


@pytest.fixture
def corridor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """Makes a corridor: each room by its folder's (or file's) name and its source."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def build(**files: str) -> ModuleType:
        top = tmp_path / "a_corridor"
        top.mkdir()
        (top / "__init__.py").touch()
        for name, text in files.items():
            (top / name).mkdir()
            (top / name / "__init__.py").write_text(text)
        return importlib.import_module("a_corridor")

    yield build
    for name in [name for name in sys.modules if name.split(".")[0] == "a_corridor"]:
        del sys.modules[name]


def test_rooms_are_found_in_order(corridor: Build) -> None:
    found = rooms(corridor(zoo=MARKER.format(name="zoo"), ant=MARKER.format(name="ant")), "ROOM")
    assert list(found) == ["ant", "zoo"]
    assert found["zoo"].name == "zoo"


def test_dash_in_a_name_is_an_underscore_in_its_folder(corridor: Build) -> None:
    assert list(rooms(corridor(bitbucket_dc=MARKER.format(name="bitbucket-dc")), "ROOM")) == ["bitbucket-dc"]


def test_empty_corridor_has_no_rooms(corridor: Build) -> None:
    assert rooms(corridor(), "ROOM") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "has no ROOM"), ("ROOM = None", "has no ROOM"), (MARKER.format(name="other"), "calls itself 'other'")],
)
def test_room_that_is_none_is_a_fault(corridor: Build, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        rooms(corridor(good=MARKER.format(name="good"), odd=text), "ROOM")


def test_broken_room_stops_the_start(corridor: Build) -> None:
    with pytest.raises(ImportError):
        rooms(corridor(broken="import there_is_no_such_module"), "ROOM")
