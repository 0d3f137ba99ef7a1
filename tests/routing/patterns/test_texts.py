"""prefix, suffix, equals-ignore-case and wildcard."""

from typing import Any

import pytest

from tests.routing.patterns.conftest import Fits, Wrong


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ({"prefix": "feature/"}, "feature/basket"),
        ({"prefix": ""}, "anything"),
        ({"prefix": ""}, ""),
        ({"prefix": {"equals-ignore-case": "Feature/"}}, "FEATURE/basket"),
        ({"suffix": "-hotfix"}, "1.2.3-hotfix"),
        ({"suffix": ""}, "anything"),
        ({"suffix": {"equals-ignore-case": ".PNG"}}, "card.png"),
        ({"equals-ignore-case": "Checkout"}, "cHECKOUT"),
        ({"equals-ignore-case": ""}, ""),
        ({"wildcard": "payments-*"}, "payments-api"),
        ({"wildcard": "payments-*"}, "payments-"),
        ({"wildcard": "*"}, ""),
        ({"wildcard": ""}, ""),
    ],
)
def test_fits(fits: Fits, operator: Any, value: str) -> None:
    assert fits([operator], value)


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ({"prefix": "feature/"}, "Feature/basket"),
        ({"prefix": "feature/"}, "x/feature/"),
        ({"prefix": {"equals-ignore-case": "feature/"}}, "feature"),
        ({"prefix": {"equals-ignore-case": "feature/"}}, "x-feature/"),
        ({"suffix": "-hotfix"}, "1.2.3-HOTFIX"),
        ({"suffix": {"equals-ignore-case": ".png"}}, ".png.bak"),
        ({"suffix": {"equals-ignore-case": "longer.png"}}, ".png"),
        ({"equals-ignore-case": "checkout"}, "checkouts"),
        ({"equals-ignore-case": "checkout"}, None),
        ({"wildcard": "payments-*"}, "my-payments-api"),
        ({"wildcard": "payments"}, "payments-api"),
        ({"wildcard": ""}, "x"),
    ],
)
def test_does_not_fit(fits: Fits, operator: Any, value: Any) -> None:
    assert not fits([operator], value)


@pytest.mark.parametrize(
    "operator",
    [{"prefix": ""}, {"suffix": ""}, {"equals-ignore-case": "1"}, {"wildcard": "*"}],
)
@pytest.mark.parametrize("value", [1, True, None])
def test_only_texts_fit(fits: Fits, operator: Any, value: Any) -> None:
    assert not fits([operator], value)


@pytest.mark.parametrize("name", ["prefix", "suffix", "equals-ignore-case", "wildcard"])
@pytest.mark.parametrize("operand", [1, None, True, ["a"]])
def test_they_take_one_text(wrong: Wrong, name: str, operand: Any) -> None:
    error = wrong({"field": ["x", {name: operand}]})
    assert error.path == ("field", 1, name)
    assert error.message.startswith(f"{name} takes a text, not ")


@pytest.mark.parametrize(
    ("operator", "path"),
    [
        ({"prefix": {"suffix": "a"}}, ("field", 0, "prefix")),
        ({"prefix": {}}, ("field", 0, "prefix")),
        ({"suffix": {"equals-ignore-case": "a", "prefix": "b"}}, ("field", 0, "suffix")),
        ({"suffix": {"equals-ignore-case": 1}}, ("field", 0, "suffix", "equals-ignore-case")),
        ({"equals-ignore-case": {"prefix": "a"}}, ("field", 0, "equals-ignore-case")),
        ({"wildcard": {"equals-ignore-case": "a"}}, ("field", 0, "wildcard")),
    ],
)
def test_only_prefix_and_suffix_can_ignore_case(wrong: Wrong, operator: Any, path: tuple[str | int, ...]) -> None:
    assert wrong({"field": [operator]}).path == path


def test_a_wrong_wildcard_is_told_why(wrong: Wrong) -> None:
    assert wrong({"field": [{"wildcard": "a**b"}]}).message == "'a**b' is not a wildcard: two stars together"
