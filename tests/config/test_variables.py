from pathlib import Path

import pytest

from app.config.variables import read_variables


def test_the_variables_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITBUCKET_BRANCH", "main")
    assert read_variables()["BITBUCKET_BRANCH"] == "main"


def test_a_secret_may_lie_in_the_file_of_its_twin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a-token\n", "utf-8")
    monkeypatch.delenv("SHIPBELL_TOKEN", raising=False)
    monkeypatch.setenv("SHIPBELL_TOKEN_FILE", str(file))
    assert read_variables()["SHIPBELL_TOKEN"] == "a-token"
    monkeypatch.setenv("SHIPBELL_TOKEN", "another")
    assert read_variables()["SHIPBELL_TOKEN"] == "another"


@pytest.mark.parametrize("content", [None, b"\xff"], ids=["missing", "no text"])
def test_a_file_that_cannot_be_read_is_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    monkeypatch.delenv("SHIPBELL_TOKEN", raising=False)
    monkeypatch.setenv("SHIPBELL_TOKEN_FILE", str(tmp_path / "token"))
    assert "SHIPBELL_TOKEN" not in read_variables()
