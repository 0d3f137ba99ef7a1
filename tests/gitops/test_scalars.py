"""What an unquoted scalar is to kustomize; measured with kustomize 5.5."""

import pytest

from app.gitops.scalars import plain_kind

NUMBERS = (
    *(
        "1e10",
        "0123",
        "1234567",
        "1.10",
        "0x1f",
        "1_000",
        "1e3",
        "1234e56",
        "00012",
        "0o17",
        "0b11",
        ".5",
        "20240102.1",
    ),
    *(
        "+1",
        ".inf",
        "-.Inf",
        ".nan",
        "0128",
        "-0x1f",
        "+0b1",
        "1.",
        "1.e3",
        ".5_0",
        "0_1",
        "1__0",
        "+._1",
        "1_.",
        "0_x1",
    ),
    *("0", "18446744073709551615", "99999999999999999999999999"),
)
BOOLS = ("yes", "off", "y", "Y", "n", "True", "TRUE", "NO", "on")
NULLS = ("", "~", "null", "Null", "NULL")
TEXTS = (
    *("7e12345", "1e10f", "2024-01-02", "2024-01-02T10:00:00Z", "12:30", "190:20:30.15", "=", "1e400", "0o9", "0b12"),
    *("0xfffffffffffffffffffff", "0x", "0b", "9e", "--", ".", "..", ".e3", "._1", ".1__0", ".1_", ".5e400", ".0x1"),
    *("v1", "3f2a9bc", "latest", "nULL", "yES", "1" * 400, "_1", "١٢"),
)


@pytest.mark.parametrize(
    ("texts", "kind"),
    [(NUMBERS, "number"), (BOOLS, "bool"), (NULLS, "null"), (TEXTS, "text")],
    ids=lambda x: str(x)[:9],
)
def test_every_scalar_is_of_its_kind(texts: tuple[str, ...], kind: str) -> None:
    assert {text: plain_kind(text) for text in texts} == dict.fromkeys(texts, kind)
