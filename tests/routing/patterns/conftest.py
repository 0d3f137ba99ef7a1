from collections.abc import Callable
from typing import Any

import pytest

from app.routing.patterns import PatternError, compile_pattern

Fits = Callable[[Any, Any], bool]
Wrong = Callable[[Any], PatternError]


@pytest.fixture
def fits() -> Fits:
    """Whether a value fits what the list of a field asks."""
    return lambda asked, value: compile_pattern({"field": asked}).matches({"field": value})


@pytest.fixture
def wrong() -> Wrong:
    """What is wrong with a pattern."""

    def find(pattern: Any) -> PatternError:
        with pytest.raises(PatternError) as caught:
            compile_pattern(pattern)
        return caught.value

    return find
