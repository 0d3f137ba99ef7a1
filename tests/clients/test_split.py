"""Items are cut out of a large answer as a parser of the whole would have found them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clients.split import Splitter
from app.kernel.errors import BadPayload

LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab{}[]",:\\/é', max_size=6)
ITEM = st.dictionaries(
    st.text('a{}"\\', max_size=3),
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('b{}"', max_size=2), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)


def items(body: bytes, step: int = 65_536, longest: int = 1 << 20) -> list[Any]:
    splitter, found = Splitter("items", longest), []
    for at in range(0, len(body), step):
        found += splitter.feed(body[at : at + step])
    return [*found, *splitter.finish()]


@settings(max_examples=60, deadline=None)
@given(st.lists(ITEM, max_size=5), st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_cut_anywhere_it_is_what_the_whole_would_be(
    wanted: list[Any], step: int, indent: int | None, ascii_only: bool
) -> None:
    whole = {"kind": "x{[", "items": wanted, "metadata": {"a": [{"b": "}"}]}}
    body = json.dumps(whole, indent=indent, ensure_ascii=ascii_only).encode()
    assert items(body, step) == wanted


@pytest.mark.parametrize("body", ['{"items":null}', '{"metadata":{}}', "{}", '{"items":[]}', '{"items": [ \n ] }\n'])
def test_none_is_none(body: str) -> None:
    assert items(body.encode()) == []


@pytest.mark.parametrize(
    "body",
    [
        *[
            "",
            " ",
            "null",
            "[]",
            '"items"',
            "<html>",
            '{"items":{}}',
            '{"items":3}',
            '{"items":[1]}',
            '{"items":[[{}]]}',
        ],
        *[
            '{"items":[{}',
            '{"items":[{}]',
            '{"items":[{"a":1',
            '{"items":[{"a":"}',
            '{"items":[{"a" 1}]}',
            '{"items":[{]}',
        ],
    ],
)
def test_what_is_no_list_of_objects_is_refused(body: str) -> None:
    with pytest.raises(BadPayload):
        items(body.encode(), 3)


def test_braces_in_texts_never_cost_an_item() -> None:
    wanted = [{"a": "}"}, {"a": "{"}, {"a": '"{\\'}, {"a": {"b": "}}}{"}}, {"a": 1}]
    body = json.dumps({"items": wanted}).encode()
    for step in range(1, len(body)):
        assert items(body, step) == wanted


def test_only_the_item_in_work_is_held() -> None:
    body = json.dumps({"items": [{"n": n, "text": "x" * 500} for n in range(200)]}).encode()
    assert len(items(body, 1000, longest=2000)) == 200
    for longest in (400, 40):
        with pytest.raises(BadPayload, match=f"more than {longest} bytes"):
            items(body, 1000, longest)


def test_an_open_brace_in_a_text_does_not_hide_the_end_of_a_long_list() -> None:
    wanted = [{"n": n, "text": "{" + "x" * 500} for n in range(50)]
    assert items(json.dumps({"items": wanted}).encode(), 1000, longest=2500) == wanted


def test_an_item_that_is_too_deep_is_refused() -> None:
    with pytest.raises(BadPayload):
        items(('{"items":[' + '{"a":' * 3000 + "1" + "}" * 3000 + "]}").encode())
