import pytest

from bench.wrk import Result, parse

PRINTED = """Running 2s test @ http://127.0.0.1:8000
Requests/sec:  10475.69
RESULT {"requests": 2100, "seconds": 2.000000, "refused": 100, "broken": 0, "p50_ms": 5.6, "p99_ms": 15.7}
"""


def test_only_what_was_accepted_counts_for_the_rate():
    result = parse(PRINTED)
    assert result == Result(requests=2100, seconds=2.0, refused=100, broken=0, p50_ms=5.6, p99_ms=15.7)
    assert result.accepted == 2000
    assert result.rate == 1000


def test_no_result_is_an_error_and_not_a_zero():
    with pytest.raises(ValueError, match="unable to connect"):
        parse("unable to connect to 127.0.0.1:1 Connection refused\n")
