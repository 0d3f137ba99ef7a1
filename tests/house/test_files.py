"""Files are small and have names that say what is in them."""

import ast
from pathlib import Path

from tests.house.checkout import ROOT, committed

FORBIDDEN = {
    *("utils", "util", "helpers", "helper", "common", "base", "misc"),
    *("manager", "handler", "processor", "service", "services"),
}
MOST_LINES = 300
MOST_LINES_OF_TESTS = 400
MOST_LINES_OF_A_FUNCTION = 50


def code() -> list[Path]:
    return [path for path in committed() if path.suffix == ".py"]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_long() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in code()}
    assert len(lengths) > 200
    most = {name: MOST_LINES_OF_TESTS if name.startswith("tests/") else MOST_LINES for name in lengths}
    assert {name: length for name, length in lengths.items() if length > most[name]} == {}


def test_most_files_are_short() -> None:
    lengths = sorted(len(path.read_text("utf-8").splitlines()) for path in code() if name_of(path).startswith("app/"))
    assert lengths[len(lengths) // 2] <= 100


def test_no_function_is_long() -> None:
    long = {
        f"{name_of(path)}: {node.name}"
        for path in code()
        if name_of(path).startswith("app/") and "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_LINES_OF_A_FUNCTION
    }
    assert long == set()


def test_no_drawer_for_odds_and_ends() -> None:
    words = {
        name_of(path): {path.stem.lower(), *(part.lower() for part in path.relative_to(ROOT).parts[:-1])}
        for path in code()
    }
    assert {name for name, parts in words.items() if parts & FORBIDDEN} == set()
