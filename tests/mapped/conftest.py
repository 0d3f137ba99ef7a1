"""The example of the how-to page, as a source."""

import re
from collections.abc import Callable

import pytest

from app.kernel.yaml import load
from app.mapped import load_mapped
from app.sources import Source
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "how-to" / "mapped-sources.md").read_text("utf-8")
FILE = "rules/sources/deployer.yaml"
EXAMPLE: str = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]

Make = Callable[[str], Source]


def make(text: str = EXAMPLE, name: str = "deployer") -> Source:
    return load_mapped({name: load(text, FILE)}, ["bitbucket"])[name]


@pytest.fixture(scope="session")
def deployer() -> Source:
    return make()
