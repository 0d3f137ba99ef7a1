"""YAML that would end the process: libyaml's composer calls itself once a level."""

import pytest

from app.kernel.errors import ConfigErrors
from app.kernel.yaml import load


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000 + "x", "{a: " * 100_000])
def test_what_is_nested_too_deeply_is_a_problem_and_no_end_of_the_process(text: str) -> None:
    with pytest.raises(ConfigErrors, match="levels"):
        load(text, "rules/deep.yaml")
