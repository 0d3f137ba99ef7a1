"""Times in samples: all are moved alike, and each keeps its form."""

import pytest

from app.cli.freshen import freshen
from app.kernel.clock import to_us
from app.kernel.timestamps import parse_timestamp


def us(text: str) -> int:
    moment = parse_timestamp(text)
    assert moment is not None
    return to_us(moment)


NOW = us("2026-11-22T10:00:00Z")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"2026-11-20T09:00:00Z"', '"2026-11-22T10:00:00Z"'),
        ('"2026-11-20T10:00:00.250+0100"', '"2026-11-22T11:00:00.000+0100"'),
        ('"2026-11-20 09:00:00 UTC"', '"2026-11-22 10:00:00 UTC"'),
        ('"2026-11-20 11:00:00 +0200"', '"2026-11-22 12:00:00 +0200"'),
        ("1795165200000", "1795341600000"),
        ("1795165200000000017", "1795341600000000017"),
        ('"1795165200"', '"1795341600"'),
    ],
)
def test_the_only_time_is_now_in_its_own_form(before: str, after: str) -> None:
    assert freshen(f'{{"a":{before},"b":7}}'.encode(), NOW) == f'{{"a":{after},"b":7}}'.encode()


def test_times_of_several_forms_keep_their_distances() -> None:
    body = b'{"began":"2026-11-20 08:00:00 UTC","ended":1795165200000,"told":"2026-11-20T08:59:00Z"}'
    moved = b'{"began":"2026-11-22 09:00:00 UTC","ended":1795341600000,"told":"2026-11-22T09:59:00Z"}'
    assert freshen(body, NOW) == moved


@pytest.mark.parametrize("body", [b"{}", b'{"day":"2026-11-20","id":19344021177,"text":"1795165200000 things"}'])
def test_what_is_no_time_stays(body: bytes) -> None:
    assert freshen(body, NOW) == body
