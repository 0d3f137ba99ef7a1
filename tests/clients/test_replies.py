"""What stands in headers and shapes of answers."""

import pytest

from app.clients.bitbucket_answers import Commit
from app.clients.faults import ApiFault
from app.clients.replies import read, retry_after

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 0 "}, 0),
        ({"retry-after": "9" * 400}, 999_999_999),
        ({"retry-after": "-7"}, None),
        ({"retry-after": "7.5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": DATE}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 +0200", "date": DATE}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 -0000", "date": DATE}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": DATE}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT"}, None),
    ],
)
def test_when_to_come_again(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize("value", [None, [], "x", {}, {"hash": None}, {"hash": 7}, {"hash": "a", "message": ["hush"]}])
def test_what_does_not_fit_is_told_without_its_value(value: object) -> None:
    with pytest.raises(ApiFault) as caught:
        read(Commit, value, "bitbucket")
    assert caught.value.kind == "integration_error"
    assert "hush" not in str(caught.value)
