"""anything-but: whatever is there and is none of these."""

from typing import Any

import pytest

from tests.routing.patterns.conftest import Fits, Wrong


@pytest.mark.parametrize(
    ("excluded", "value"),
    [
        ("prod", "qa"),
        ("prod", "PROD"),
        ("prod", ""),
        ("prod", None),
        ("prod", 5),
        ("prod", True),
        ("", "x"),
        ("5", 5),
        (5, "5"),
        (5, 6),
        (1, True),
        (0, None),
        (["prod", "qa"], "dev"),
        ([1, 2], 3),
        (["banned"], ["banned", "fine"]),
        ({"prefix": "init"}, "post-init"),
        ({"prefix": ["init", "test"]}, "post-init"),
        ({"prefix": "1"}, 1),
        ({"suffix": ".txt"}, "a.txt.bak"),
        ({"suffix": [".txt", ".png"]}, None),
        ({"equals-ignore-case": "Prod"}, "production"),
        ({"equals-ignore-case": ["prod", ""]}, "qa"),
        ({"wildcard": "*/init/*"}, "init/x"),
        ({"wildcard": ["*/a/*", "b*"]}, "a/b"),
        ({"wildcard": ""}, "x"),
    ],
)
def test_fits(fits: Fits, excluded: Any, value: Any) -> None:
    assert fits([{"anything-but": excluded}], value)


@pytest.mark.parametrize(
    ("excluded", "value"),
    [
        ("prod", "prod"),
        ("", ""),
        (5, 5),
        (5, 5.0),
        (["prod", "qa"], "qa"),
        ([1, 2.5], 2.5),
        (["banned", "out"], ["banned", "out"]),
        ("prod", []),
        ("prod", {}),
        ("prod", {"inner": "x"}),
        ({"prefix": "init"}, "init-1"),
        ({"prefix": ["init", "post"]}, "post-init"),
        ({"suffix": ".txt"}, "a.txt"),
        ({"suffix": [".png", ".txt"]}, "a.txt"),
        ({"equals-ignore-case": "Prod"}, "pROD"),
        ({"equals-ignore-case": ["qa", "prod"]}, "PROD"),
        ({"wildcard": "*/init/*"}, "a/init/b"),
        ({"wildcard": ["x", "b*"]}, "bcd"),
    ],
)
def test_does_not_fit(fits: Fits, excluded: Any, value: Any) -> None:
    assert not fits([{"anything-but": excluded}], value)


@pytest.mark.parametrize(
    ("excluded", "path"),
    [
        (None, ()),
        (True, ()),
        ([], ()),
        ([True], ()),
        ([None, "a"], ()),
        (["a", 1], ()),
        ([["a"]], ()),
        (float("nan"), ()),
        ([float("inf")], ()),
        ({}, ()),
        ({"numeric": ["=", 1]}, ()),
        ({"exists": True}, ()),
        ({"anything-but": "a"}, ()),
        ({"prefix": "a", "suffix": "b"}, ()),
        ({"prefix": ""}, ("prefix",)),
        ({"suffix": ["a", ""]}, ("suffix",)),
        ({"prefix": 1}, ("prefix",)),
        ({"prefix": []}, ("prefix",)),
        ({"prefix": {"equals-ignore-case": "a"}}, ("prefix",)),
        ({"suffix": ["a", 1]}, ("suffix",)),
        ({"equals-ignore-case": 1}, ("equals-ignore-case",)),
        ({"equals-ignore-case": [None]}, ("equals-ignore-case",)),
        ({"wildcard": "a**"}, ("wildcard",)),
        ({"wildcard": ["a", "\\x"]}, ("wildcard",)),
    ],
)
def test_what_cannot_be_excluded(wrong: Wrong, excluded: Any, path: tuple[str, ...]) -> None:
    assert wrong({"field": [{"anything-but": excluded}]}).path == ("field", 0, "anything-but", *path)


def test_a_mixed_list_is_told_so(wrong: Wrong) -> None:
    assert "not both" in wrong({"field": [{"anything-but": ["a", 1]}]}).message
