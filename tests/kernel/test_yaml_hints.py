"""A mistake in YAML says what to do, and does not talk of our classes."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from app.kernel.errors import ConfigErrors
from app.kernel.yaml import load


class Part(BaseModel):
    add: list[str] = []
    replace: list[str] = []


class Whole(BaseModel):
    model_config = ConfigDict(strict=True)

    name: str = ""
    many: int = 0
    loud: bool = False
    part: Part | None = None
    parts: dict[str, Part] = {}
    only: Literal[True] | None = None


def said_of(text: str) -> str:
    """What the reader says of a mistake."""

    def read() -> None:
        document = load(text, "a.yaml")
        document.check((), document.value, Whole)

    with pytest.raises(ConfigErrors) as caught:
        read()
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("a:\n\tb: 1", 2, "indent with spaces"),
        ("a:\n  - b: 1\n   c: 2", 3, "its indentation does not fit"),
        ("a: b: c", 1, "put text with ': ' in it in quotes"),
        ("a: *bot*", 1, "begins with * in quotes"),
        ("a: @ada", 1, "begins with this character in quotes"),
        ("a: {b: 1\nc: 2", 2, "a bracket or a quote above is not closed"),
        ("a: 'b", 1, "a quote is not closed"),
        ("a: 1\n---\nb: 2", 2, "take out the line ---"),
    ],
)
def test_a_mistake_of_syntax_says_what_to_do(text: str, line: int, hint: str) -> None:
    said = said_of(text)
    assert said.startswith(f"a.yaml:{line}: not YAML: ")
    assert hint in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: 42", 'a.yaml:1: name: Input should be a valid string (write "42" in quotes)'),
        ("name: true", 'a.yaml:1: name: Input should be a valid string (write "true" in quotes)'),
        ("name: [a]", "a.yaml:1: name: Input should be a valid string"),
        ("many: '3'", "a.yaml:1: many: Input should be a valid integer (write a number, without quotes)"),
        ("loud: yes", "a.yaml:1: loud: Input should be a valid boolean (write true or false, without quotes)"),
        ("part: [a]", "a.yaml:1: part: Input should be a valid dictionary (write {add: …, replace: …})"),
        ("parts: [a]", "a.yaml:1: parts: Input should be a valid dictionary (write {name: value})"),
        ("parts:\n  a: [b]", "a.yaml:2: parts.a: Input should be a valid dictionary (write {add: …, replace: …})"),
        ("only: yes", "a.yaml:1: only: Input should be True (write true)"),
        ("part:\n  add: a", "a.yaml:2: part.add: Input should be a valid list (write [a, b])"),
    ],
)
def test_a_value_of_the_wrong_type_says_what_to_write(text: str, said: str) -> None:
    assert said_of(text) == said
