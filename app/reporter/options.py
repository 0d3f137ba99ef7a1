"""The options of `shipbell report`, read without a library that takes longer than the report."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

STATUSES = ("started", "succeeded", "failed", "stopped")
_SAME = {"passed": "succeeded", "success": "succeeded", "successful": "succeeded", "canceled": "stopped"}

KINDS = {
    "deployment": "A deployment began or ended: began, where no exit code is known yet.",
    "pipeline": "A pipeline began, or failed in this step; with a status or --final, whatever came of it.",
    "feature-branch": "A branch can be looked at: with its pull request, namespace and commands.",
    "tests": "Results of tests: JUnit XML files, a link to a report, or only what came of them.",
    "security": "Results of scans: the files of Veracode, srcclr or anything that writes SARIF.",
}
"""What can be reported, and what it says."""
_STEP = ("deployment", "pipeline", "feature-branch")
_FILES = ("tests", "security")


@dataclass(frozen=True, slots=True)
class Option:
    """`--name`, of these kinds of report; a `flag` has no value."""

    name: str
    help: str
    kinds: tuple[str, ...] = tuple(KINDS)
    flag: bool = False


OPTIONS = (
    Option("service", "Whose it is, if the repository does not say it."),
    Option("environment", "Where, if the step's variables do not say it."),
    Option("status", f"What came of it, if the exit code does not say it: {', '.join(STATUSES)}."),
    Option("version", "What was deployed or tested: an image's tag, say.", ("deployment", "feature-branch", "tests")),
    Option("url", "Where people look: a report, or the deployed branch; https.", (*_STEP, "tests")),
    Option("namespace", "Where it runs in the cluster.", ("deployment", "feature-branch")),
    Option("failed-step", "Name of the step that failed.", ("pipeline",)),
    Option("final", "This is Bitbucket's final step: ask Bitbucket what came of the others.", ("pipeline",), flag=True),
    Option("message", "Why it failed, in a sentence.", ("deployment", "feature-branch")),
    Option("suite", "What the tests are called.", ("tests",)),
    Option("tool", "Which tool wrote the files, where they do not show it.", ("security",)),
    Option("exit-code", "What the tool ended with: its own verdict.", ("security",)),
    Option("run-id", "The same for all files of one run; the build and step without it.", _FILES),
    Option("rules", "Folder of the rule book for --direct.  [default: rules]"),
    Option("direct", "Without a service: apply the rule book here, and post to Teams.", flag=True),
    Option("dry-run", "Print what would be sent, and send nothing.", flag=True),
)
"""All options. Every one may be left out or empty."""

EXAMPLES = {
    "deployment": (
        "shipbell report deployment",
        'shipbell report deployment --environment qa --status failed --message "no image"',
    ),
    "pipeline": ('shipbell report pipeline --failed-step "Unit tests"', "shipbell report pipeline --final"),
    "feature-branch": (
        "shipbell report feature-branch --namespace checkout-pr-42 --url https://checkout-pr-42.example.com",
    ),
    "tests": ("shipbell report tests 'build/test-results/**/*.xml' --suite unit",),
    "security": ('shipbell report security results.json --exit-code "$code"',),
}
_EPILOG = """\
{examples}

Exit code: always 0. Nothing that this command does ever fails a pipeline, and it is back within ten seconds.
Settings: SHIPBELL_URL and SHIPBELL_TOKEN (or SHIPBELL_SECRET_REPORTS); DEBUG=true says more.
"""


class _Wrong(Exception):
    """Wrong usage, with the sentence that says so."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # it must not end the process with 2
        raise _Wrong(message)


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    every = "\n".join(f"  {line}" for lines in EXAMPLES.values() for line in lines)
    says_all = "Tell the service what this step of a pipeline did."
    made = _Parser(prog="shipbell report", description=says_all, **_look(every))
    kinds = made.add_subparsers(dest="kind", required=True, metavar="KIND")
    for kind, says in KINDS.items():
        examples = "\n".join(f"  {line}" for line in EXAMPLES[kind])
        one = kinds.add_parser(kind, help=says, description=says, **_look(examples))
        if kind in _FILES:
            one.add_argument("files", nargs="*", help="Files, or patterns in quotes; the usual places without any.")
        for option in OPTIONS:
            if kind not in option.kinds:
                continue
            if option.flag:
                one.add_argument(f"--{option.name}", action="store_true", help=option.help)
            else:
                read = _status if option.name == "status" else str
                one.add_argument(f"--{option.name}", default="", type=read, metavar="TEXT", help=option.help)
    return made


def _look(examples: str) -> dict[str, Any]:
    return {
        "epilog": _EPILOG.format(examples=f"Examples:\n{examples}"),
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "allow_abbrev": False,
    }


def _status(text: str) -> str:
    """One of the statuses; "" where a variable was empty. Raises ArgumentTypeError."""
    word = _SAME.get(text.strip().lower(), text.strip().lower())
    if word and word not in STATUSES:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(STATUSES)}")
    return word


def read_options(arguments: Sequence[str], write: Callable[[str], None]) -> argparse.Namespace | None:
    """The options; None when the usage is wrong (said in a line) or help was asked for."""
    made = parser()
    try:
        return made.parse_args(arguments)
    except _Wrong as wrong:
        write(f"nothing was reported: {wrong}. See shipbell report --help")
    except SystemExit:  # argparse has printed its help
        pass
    return None
