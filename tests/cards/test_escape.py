"""Foreign text is shown as it is, and does nothing."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.cards import escape

MARKDOWN = MarkdownIt("default", {"html": True})


def shown(markdown: str) -> str:
    """What a Markdown renderer shows, and only if it is nothing but text in one paragraph."""
    tokens = MARKDOWN.parse(markdown)
    assert [token.type for token in tokens] in (["paragraph_open", "inline", "paragraph_close"], []), tokens
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {"text", "text_special"}, children
    return "".join(child.content for child in children).replace("\u200b", "")


@pytest.mark.parametrize(
    "text",
    [
        "see [notes](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "<https://evil.example>",
        "<script>alert(1)</script>",
        "**bold** *it* __b__ _i_ ~~s~~ `code`",
        "[a]: https://evil.example",
        "snake_case __init__ 2 * 3 a*b",
        "- item",
        "1. item",
        "# head",
        "> quote",
        "---",
        "* * *",
        "back\\slash \\[x](y)",
        "&lt;at&gt; &copy; AT&T",
        "wow!",
        "{{ 7*7 }} ${HOME} {% raw %}",
    ],
)
def test_markdown_is_shown_as_text(text):
    assert shown(escape.markdown(text)) == text


@given(st.text(max_size=60) | st.text(alphabet="[]()<>*_`~!#-+=.1 \\&;a/:\n", max_size=40))
def test_any_text_is_shown_as_one_paragraph_of_text(text):
    expected = " ".join(escape.plain(text).split()).replace("\u200b", "")
    assert " ".join(shown(escape.markdown(text).strip()).split()) == expected


def test_plain_words_are_left_alone():
    assert escape.markdown("payments_api 1.42.0 (eu-1), AT&T: 50%") == "payments_api 1.42.0 (eu-1), AT&T: 50%"


@pytest.mark.parametrize("text", ["<at>Bob</at>", "< at >Bob</AT>", "<at id='0'>x</at>"])
def test_no_text_is_a_mention(text):
    for written in (escape.plain(text), escape.markdown(text)):
        assert not re.search(r"<\s*/?\s*at\b", written, re.IGNORECASE)


def test_marks_that_turn_or_hide_text_are_taken_away():
    assert escape.plain("a\u202eb\u2066c\x1b[31md\x00e\ud800f\ufeff") == "abc[31mdef"
    assert escape.plain("two\nlines\tkept") == "two\nlines\tkept"


def test_a_long_run_of_anything_is_quick():
    began = time.process_time()
    for piece in ("<", "< ", "&a", "*", "_ ", "- ", "#", "1", "[", "!", "~", "\\", " "):
        escape.markdown(piece * 8000)
        escape.url("https://" + piece * 900)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com/a?b=c&d=%20#e", "https://example.com/a?b=c&d=%20#e"),
        ("https://example.com/a (b) [c] ü", "https://example.com/a%20%28b%29%20%5Bc%5D%20%C3%BC"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("http://example.com", ""),
        ("javascript:alert(1)", ""),
        ("//example.com", ""),
        ("https://", ""),
        ("https:///path", ""),
        ("https://bank.example@evil.example/", ""),
        ("https://exämple.com/", ""),
        ("https://example.com/\nx", ""),
        ("https://example.com\\@evil.example", ""),
        ("https://[::1", ""),
        ("https://example.com/" + "a" * 2048, ""),
        ("https://example.com/" + "ü" * 1000, ""),  # short as it is, and too long once it is encoded
        ("", ""),
    ],
)
def test_only_clean_https_urls_are_links(text, expected):
    assert escape.url(text) == expected


def test_a_link_needs_a_target():
    assert escape.link("PAY-7", "https://example.com/(x)") == "[PAY-7](https://example.com/%28x%29)"
    assert escape.link("[x](y)", "http://example.com") == r"\[x\](y)"


@pytest.mark.parametrize("text", ["", " ", "\u202e", "\x00", "\n"])
def test_a_link_can_be_seen(text):
    assert escape.link(text, "https://example.com/a") == "[link](https://example.com/a)"


def test_a_piece_of_a_url_cannot_leave_its_place():
    assert escape.url_part("../a?b#c@d:e/ü") == "..%2Fa%3Fb%23c%40d%3Ae%2F%C3%BC"


@given(st.text(alphabet="\\[]<>`*_~!&#; \n\naé1\u200b", max_size=8))
def test_each_mark_is_looked_for_from_where_it_stands(text):
    """`_MARKS` begins every alternative with its mark; this says the same as people would."""
    by_the_way = re.compile(r"[\\\[\]<>`]|(?<!\s)\*|\*(?!\s)|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~|!$|&(?=#?\w+;)")
    assert escape._MARKS.findall(text) == by_the_way.findall(text)
