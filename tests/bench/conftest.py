import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.processes import free_port
from bench.sinks import RunningSink


@pytest.fixture
def cores() -> frozenset[int]:
    return frozenset(os.sched_getaffinity(0))


@pytest.fixture
def sink(tmp_path: Path, cores: frozenset[int]) -> Iterator[RunningSink]:
    with RunningSink(free_port(), tmp_path, cores) as running:
        yield running
