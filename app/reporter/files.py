"""Result files that a step left behind: found by their usual names or by patterns, never outside its folder."""

import os
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from glob import has_magic
from os.path import isfile
from pathlib import Path

from app.kernel.clock import monotonic

MOST = 100
"""Files that are sent at most."""
_SKIPPED = frozenset({".git", "node_modules", ".venv", "venv", ".tox", "__pycache__"})
_FOLDERS = frozenset({"test-results", "test-reports", "surefire-reports", "failsafe-reports"})
"""Where Bitbucket, Maven and Gradle look for the results of tests.

https://support.atlassian.com/bitbucket-cloud/docs/test-reporting-in-pipelines/
"""
_TESTS = ("junit*.xml", "TEST-*.xml")
_SCANS = ("*.sarif", "*.sarif.json", "srcclr*.json")
_SCANS_ON_TOP = ("results.json", "filtered_results.json", "policy_flaws.json")
"""What Veracode's tools write into the folder that they are run in."""

Usual = Callable[[Path], bool]
"""Whether a file, by its path within the step's folder, is a result by its name."""


def is_tests(path: Path) -> bool:
    """Whether the name is one that test runners give."""
    if path.suffix == ".xml" and _FOLDERS.intersection(path.parts[:-1]):
        return True
    return any(fnmatchcase(path.name, pattern) for pattern in _TESTS)


def is_scan(path: Path) -> bool:
    """Whether the name is one that scanners give."""
    names = (*_SCANS, *_SCANS_ON_TOP) if len(path.parts) == 1 else _SCANS
    return any(fnmatchcase(path.name, pattern) for pattern in names)


def usual_files(folder: Path, usual: Usual, until: float) -> list[Path]:
    """The files with usual names, at most a hundred; links are not followed. Ends at `until` (monotonic seconds)."""
    root = folder.resolve()
    found = []
    for path in _walk(root, until):
        if usual(path.relative_to(root)):
            found.append(path)
            if len(found) == MOST:
                break
    return found


def named_files(patterns: Iterable[str], folder: Path, until: float) -> tuple[list[Path], list[str]]:
    """The files that are named or fit a pattern, each once, at most a hundred; and the patterns that gave none.

    What lies outside the folder, or is a link that leads out of it, is passed over: a pattern may come from a variable.
    """
    root = folder.resolve()
    found: dict[Path, None] = {}
    nothing = []
    for pattern in filter(None, patterns):
        inside = [path for path in _matching(root, pattern, until) if isfile(path) and path.is_relative_to(root)]
        found.update(dict.fromkeys(inside))
        if not inside:
            nothing.append(pattern)
    return list(found)[:MOST], nothing


def _matching(root: Path, pattern: str, until: float) -> Iterator[Path]:
    """Resolved paths. A pattern is held against what there is, so it cannot climb."""
    try:
        if not has_magic(pattern):
            yield (root / pattern).resolve()
            return
        wanted = pattern.removeprefix(f"{root}/").removeprefix("./").split("/")
        for path in _walk(root, until):
            if _fits(path.relative_to(root).parts, wanted):
                yield path
    except (OSError, ValueError, RuntimeError):  # a NUL, a name that is too long, a loop of links
        return


def _fits(parts: tuple[str, ...], wanted: list[str]) -> bool:
    """As shells do it: `**` is any number of folders, `*` stays within a name."""
    if not wanted:
        return not parts
    if wanted[0] == "**":
        return any(_fits(parts[skipped:], wanted[1:]) for skipped in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], wanted[0]) and _fits(parts[1:], wanted[1:])


def _walk(root: Path, until: float) -> Iterator[Path]:
    """All files below, in order; neither through links nor into folders that hold no results."""
    for folder, inner, names in os.walk(root):
        if monotonic() > until:
            return
        inner[:] = sorted(name for name in inner if name not in _SKIPPED)
        for name in sorted(names):
            path = Path(folder, name)
            if not path.is_symlink() and isfile(path):  # a pipe would be waited for
                yield path
