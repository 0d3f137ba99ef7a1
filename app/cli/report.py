"""`shipbell report …` in the tree of commands, made of the reporter's own table of options."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from app.cli.step import direct, say
from app.config.variables import read_variables
from app.reporter.command import run
from app.reporter.options import EXAMPLES, KINDS, OPTIONS, Option

report_cli = typer.Typer(
    help="Tell the service what a step of a pipeline did. Always exits 0: it never fails a pipeline.",
    no_args_is_help=True,
)
_FILES = "Files, or patterns in quotes; the usual places without any."


def _verb(kind: str) -> Callable[..., None]:
    """The command of one kind: hands what was typed on to the reporter."""
    options = {option.name.replace("-", "_"): option for option in OPTIONS if kind in option.kinds}

    def report(**typed: Any) -> None:
        words = [kind, *(typed.pop("files", None) or ())]
        for name, value in typed.items():
            if options[name].flag:
                words += [f"--{options[name].name}"] if value else []
            elif value:
                words += [f"--{options[name].name}={value}"]
        run(words, read_variables(), write=say, direct=direct)

    parameters = [_parameter(name, option) for name, option in options.items()]
    if kind in ("tests", "security"):
        parameters.insert(0, _keyword("files", Annotated[list[str] | None, typer.Argument(help=_FILES)], None))
    report.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
    report.__annotations__ = {each.name: each.annotation for each in parameters}
    examples = "\n\n".join(f"  {line}" for line in EXAMPLES[kind])
    report.__doc__ = f"{KINDS[kind]}\n\nAlways exits 0. Examples:\n\n{examples}\n"
    return report


def _parameter(name: str, option: Option) -> inspect.Parameter:
    wanted = typer.Option(f"--{option.name}", help=option.help, show_default=False)
    kind: Any = bool if option.flag else str
    return _keyword(name, Annotated[kind, wanted], False if option.flag else "")


def _keyword(name: str, annotation: Any, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


for _kind in KINDS:
    report_cli.command(_kind)(_verb(_kind))
