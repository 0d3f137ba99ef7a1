"""What a group of processes uses, read from /proc: CPU seconds and memory."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Stat:
    """What one `/proc/<pid>/stat` says: whose group it is in, and its CPU ticks with those of ended children."""

    group: int
    ticks: int


@dataclass(frozen=True, slots=True)
class Memory:
    """MB of 10^6 bytes: shared pages by share (PSS), and counted in full (RSS)."""

    pss: float
    rss: float


def parse_stat(text: str) -> Stat:
    """Read a stat line; the name in brackets may itself hold spaces and brackets (proc(5))."""
    fields = text[text.rindex(")") + 2 :].split()
    return Stat(group=int(fields[2]), ticks=sum(int(field) for field in fields[11:15]))


def parse_rollup(text: str) -> Memory:
    """Read a `smaps_rollup`."""
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in map(_colon, text.splitlines()) if rest}
    return Memory(pss=kilobytes["Pss"] * 1024 / 1e6, rss=kilobytes["Rss"] * 1024 / 1e6)


def _colon(line: str) -> tuple[str, str, str]:
    name, colon, rest = line.partition(":")
    return (name, colon, rest) if rest.endswith(" kB") else (name, "", "")


def cpu_seconds(group: int) -> float:
    """User and system time of all processes of the group, threads and ended children with them."""
    return sum(stat.ticks for _, stat in _members(group)) / TICKS


def memory(group: int) -> Memory:
    """The memory of all processes of the group."""
    parts = []
    for folder, _ in _members(group):
        try:
            parts.append(parse_rollup((folder / "smaps_rollup").read_text()))
        except (OSError, KeyError):  # it ended meanwhile
            continue
    return Memory(pss=sum(part.pss for part in parts), rss=sum(part.rss for part in parts))


def _members(group: int) -> list[tuple[Path, Stat]]:
    found = []
    for folder in _PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = parse_stat((folder / "stat").read_text())
        except OSError:
            continue
        if stat.group == group:
            found.append((folder, stat))
    return found
