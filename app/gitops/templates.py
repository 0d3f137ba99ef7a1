"""Templates of paths and branches, such as `apps/{service}/overlays/{env}`."""

import re
from collections.abc import Collection, Iterable
from typing import Any

import re2

from app.gitops.model import Layout, Parts
from app.kernel.errors import ConfigError

_PIECE = re.compile(r"\{(\w*)\}|(\*\*)|(\*)")
_NAMES = ("service", "env", "cluster")
_LONGEST = 500


class Template:
    """A template with `{service}`, `{env}`, `{cluster}`, `*` (within a name) and `**` (any folders).

    Of `{service}-{env}` the environment takes one of the `environments` if it can, else what follows the last dash.
    Raises ConfigError for other names in brackets.
    """

    def __init__(self, text: str, environments: Collection[str] = ()) -> None:
        if not text or len(text) > _LONGEST:
            raise ConfigError(f"a template has 1 to {_LONGEST} characters")
        known = "|".join(re2.escape(name) for name in sorted(environments, key=len, reverse=True))
        # A known environment takes as much as it can (`pre-prod`), an unknown one what follows the last dash.
        texts = [*([_expression(text, known, "[^/]+?")] if known else ()), _expression(text, "[^/]+", "[^/]+")]
        self._expressions: list[Any] = [re2.compile(expression) for expression in texts]
        self.names = frozenset(found[1] for found in _PIECE.finditer(text) if found[1])

    def parts(self, text: str) -> Parts | None:
        """What the named parts are in a text; None when it does not fit, or one name would be two things."""
        for expression in self._expressions:
            found = expression.fullmatch(text)
            if found:
                groups = [(name.partition("__")[0], value) for name, value in found.groupdict().items()]
                parts = dict(groups)
                if all(parts[name] == value for name, value in groups):
                    return parts
        return None


def _expression(text: str, env: str, other: str) -> str:
    pieces, end, seen = [], 0, 0
    for found in _PIECE.finditer(text):
        pieces.append(re2.escape(text[end : found.start()]))
        end = found.end()
        if found[2] or found[3]:
            pieces.append(".*" if found[2] else "[^/]*")
            continue
        if found[1] not in _NAMES:
            raise ConfigError(f"a template has no part {found[0]!r}", hint="{service}, {env}, {cluster}, * and **")
        seen += 1
        pieces.append(f"(?P<{found[1]}__{seen}>{env if found[1] == 'env' else other})")
    return "".join((*pieces, re2.escape(text[end:])))


def environment_branches(layout: Layout, branches: Iterable[str]) -> dict[str, Parts]:
    """Branch → its parts, of a layout with a branch for each environment.

    `environment/qa-next` beside `environment/qa` is what waits for a promotion, not an environment.
    https://argo-cd.readthedocs.io/en/stable/user-guide/source-hydrator/
    """
    template = Template(layout.branch, layout.environments)
    names = set(branches)
    found = {}
    for name in sorted(names):
        parts = template.parts(name)
        if parts is not None and not (name.endswith("-next") and name.removesuffix("-next") in names):
            found[name] = parts
    return found
