"""numeric: comparisons and ranges over JSON numbers."""

from typing import Any

import pytest

from tests.routing.patterns.conftest import Fits, Wrong


@pytest.mark.parametrize(
    ("numeric", "value"),
    [
        (["=", 404], 404),
        (["=", 404], 404.0),
        (["=", 301.8], 301.8),
        (["=", 0.0], -0.0),
        (["<", 10], 9.99),
        (["<=", 10], 10),
        ([">", 10], 11),
        ([">=", -1.5], -1.5),
        ([">", 0, "<=", 5], 5),
        ([">=", 0, "<", 5], 0),
        ([">", 10**15], 10**18),
        (["<", 1e300], 10**200),
        ([">", 5], [1, "x", 6]),
    ],
)
def test_fits(fits: Fits, numeric: list[Any], value: Any) -> None:
    assert fits([{"numeric": numeric}], value)


@pytest.mark.parametrize(
    ("numeric", "value"),
    [
        (["=", 404], 405),
        (["=", 1], True),
        (["<", 10], 10),
        (["<=", 10], 10.000001),
        ([">", 10], 10),
        ([">=", 10], 9),
        ([">", 0, "<=", 5], 0),
        ([">", 0, "<=", 5], 6),
        ([">=", 0, "<", 5], 5),
        ([">", 5], "6"),
        ([">=", 0], None),
        ([">=", 0], False),
        ([">=", 0], [None, "1"]),
        ([">=", 0], []),
    ],
)
def test_does_not_fit(fits: Fits, numeric: list[Any], value: Any) -> None:
    assert not fits([{"numeric": numeric}], value)


@pytest.mark.parametrize(
    ("numeric", "message", "path"),
    [
        ([], "numeric takes a comparison", ()),
        (5, "numeric takes a comparison", ()),
        ("=5", "numeric takes a comparison", ()),
        ([">", 0, "<"], "numeric takes a comparison", ()),
        ([">", 0, "<", 5, "=", 3], "numeric takes a comparison", ()),
        (["==", 5], "unknown comparison '=='", (0,)),
        (["!=", 5], "unknown comparison '!='", (0,)),
        ([5, "="], "unknown comparison 5", (0,)),
        ([["="], 5], "unknown comparison ['=']", (0,)),
        (["=", "5"], "= takes a number, not '5'", (1,)),
        (["=", True], "= takes a number, not True", (1,)),
        (["=", None], "= takes a number, not None", (1,)),
        (["<", float("inf")], "< takes a number, not inf", (1,)),
        (["<", float("nan")], "< takes a number, not nan", (1,)),
        ([">", 0, "<", "5"], "< takes a number, not '5'", (3,)),
        (["<", 5, ">", 3], "a range starts with > or >=", ()),
        (["=", 5, "<", 7], "a range starts with > or >=", ()),
        ([">", 5, "=", 7], "a range starts with > or >=", ()),
        ([">", 5, ">", 7], "a range starts with > or >=", ()),
        ([">", 5, "<", 5], "5 is not below 5", ()),
        ([">=", 5, "<=", 5], "5 is not below 5", ()),
        ([">", 7, "<", 5], "7 is not below 5", ()),
    ],
)
def test_what_is_no_comparison(wrong: Wrong, numeric: Any, message: str, path: tuple[int, ...]) -> None:
    error = wrong({"field": [{"numeric": numeric}]})
    assert message in error.message
    assert error.path == ("field", 0, "numeric", *path)
