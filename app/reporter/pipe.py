"""The reporter as Bitbucket's pipe: options are variables there, and lists are `NAME_COUNT`, `NAME_0` and so on.

https://support.atlassian.com/bitbucket-cloud/docs/write-a-pipe-for-bitbucket-pipelines/
"""

from collections.abc import Mapping

from app.reporter.files import MOST
from app.reporter.options import OPTIONS


def pipe_arguments(variables: Mapping[str, str]) -> list[str]:
    """The command's arguments, by the variables of a pipe; what is empty, or was never set, is not said."""
    kind = variable(variables, "KIND")
    if not kind:
        return []
    arguments = [kind]
    for option in OPTIONS:
        value = variable(variables, option.name.replace("-", "_").upper())
        if not value or kind not in option.kinds:
            continue
        if not option.flag:
            arguments.append(f"--{option.name}={value}")
        elif value.lower() == "true":
            arguments.append(f"--{option.name}")
    return [*arguments, *_listed(variables, "FILES")] if kind in ("tests", "security") else arguments


def variable(variables: Mapping[str, str], name: str) -> str:
    """A variable's value; `default: "$NAME"` of a pipe leaves just that where nobody has set it."""
    value = variables.get(name, "").strip()
    return "" if value in (f"${name}", f"${{{name}}}") else value


def _listed(variables: Mapping[str, str], name: str) -> list[str]:
    """The entries of a list; a single text is one entry. None may look like an option."""
    count = variable(variables, f"{name}_COUNT")
    if count.isascii() and count.isdigit():
        found = [variable(variables, f"{name}_{index}") for index in range(min(int(count[:6]), MOST))]
    else:
        found = [variable(variables, name)]
    named = [entry for entry in found if entry]
    return ["--", *named] if named else []
