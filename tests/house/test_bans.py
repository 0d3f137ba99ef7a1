"""What ruff forbids is caught where it is forbidden, and let be where it belongs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

OFFENCES = {
    "os.environ": ("app/store/engine.py", "import os\n\nHOME = os.environ['HOME']\n", "TID251"),
    "environ by another name": ("app/store/engine.py", "from os import environ\n\nHOME = environ['HOME']\n", "TID251"),
    "os.getenv": ("app/api/health.py", "import os\n\nHOME = os.getenv('HOME')\n", "TID251"),
    "datetime.now": (
        "app/routing/route.py",
        "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
        "TID251",
    ),
    "time.time": ("app/delivery/lane.py", "import time\n\nNOW = time.time()\n", "TID251"),
    "random": ("app/delivery/lane.py", "import random\n\nDICE = random.random()\n", "TID251"),
    "urllib.request": ("app/clients/outbound.py", "import urllib.request\n\nGET = urllib.request.urlopen\n", "TID251"),
    "requests": ("app/clients/outbound.py", "import requests\n\nGET = requests.get\n", "TID251"),
    "PyYAML": ("app/config/files.py", "import yaml\n\nLOAD = yaml.load\n", ""),
    "PyYAML elsewhere": ("app/cards/load.py", "import yaml\n\nLOAD = yaml.load\n", "TID251"),
    "a relative import": ("app/cards/load.py", "from . import lint\n\nX = lint\n", "TID252"),
    "print": ("app/ingest/door.py", "print('hello')\n", "T201"),
    "a function that branches too much": (
        "app/cards/load.py",
        "def f(a: int) -> int:\n    '''Count.'''\n"
        + "".join(f"    if a == {n}:\n        a += 1\n" for n in range(9))
        + "    return a\n",
        "C901",
    ),
    "no docstring": ("app/cards/load.py", "def f() -> int:\n    return 1\n", "D103"),
    "no docstring of the module": ("app/cards/load.py", "X = 1\n", "D100"),
    "settings read the environment": ("app/config/environment.py", "import os\n\nHOME = os.environ['HOME']\n", ""),
    "the clock reads the time": ("app/kernel/clock.py", "import time\n\nNOW = time.time()\n", ""),
    "a command prints": ("app/cli/check.py", "print('hello')\n", ""),
}


@pytest.mark.parametrize(("file", "text", "rule"), OFFENCES.values(), ids=OFFENCES)
def test_ruff_says_it(tmp_path: Path, file: str, text: str, rule: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    docstring = "" if rule == "D100" else '"""A module."""\n\n'
    path.write_text(docstring + text, "utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", "app"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    found = {line.split(": ", 1)[1].split()[0] for line in done.stdout.splitlines() if line.startswith("app")}
    assert (rule in found) if rule else (found - {"I001"} == set()), done.stdout
