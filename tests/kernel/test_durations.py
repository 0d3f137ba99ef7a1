import pytest

from app.kernel.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "us"),
    [("0s", 0), ("90s", 90_000_000), ("10m", 600_000_000), ("24h", 86_400_000_000), ("7d", 604_800_000_000)],
)
def test_a_number_with_a_unit_is_read(text: str, us: int) -> None:
    assert parse_duration(text) == us


@pytest.mark.parametrize(
    "text", ["", "10", "m", "10 m", "-5m", "1.5h", "10M", "1h30m", "١m", "10m\n", "4000d", "9" * 40 + "s"]
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"write a number|ten years"):
        parse_duration(text)
