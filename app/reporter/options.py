"""The options of `shipbell report`, read without a library that takes longer than the report."""

import argparse
from collections.abc import Callable, Sequence

STATUSES = ("started", "succeeded", "failed", "stopped")

_EPILOG = """\
examples:
  shipbell report deployment                      at the beginning of a deployment step: it has started
  shipbell report deployment                      in its after-script: succeeded or failed, by the exit code
  shipbell report pipeline --status failed --failed-step "Unit tests"
  shipbell report tests build/test-results/*.xml --suite unit
  shipbell report security results.json --exit-code $SCAN_EXIT_CODE
  shipbell report feature-branch --namespace checkout-pr-42 --url https://checkout-pr-42.example.com

exit code: always 0. Nothing that this command does ever fails a pipeline.
settings: SHIPBELL_URL and SHIPBELL_TOKEN (or SHIPBELL_SECRET_REPORTS); DEBUG=true says more.
"""


class _Wrong(Exception):
    """Wrong usage, with the sentence that says so."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # it must not end the process with 2
        raise _Wrong(message)


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    made = _Parser(
        prog="shipbell report",
        description="Tell the service what this step of a pipeline did.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = made.add_subparsers(dest="kind", required=True, metavar="KIND")
    for kind, help_ in (
        ("deployment", "a deployment began, or ended"),
        ("pipeline", "a pipeline ended; in the final step"),
        ("feature-branch", "a branch can be looked at"),
        ("tests", "results of tests: JUnit XML"),
        ("security", "results of scans: Veracode, srcclr, SARIF"),
    ):
        _options_of(kinds.add_parser(kind, help=help_), kind)
    return made


def _options_of(one: argparse.ArgumentParser, kind: str) -> None:
    one.add_argument("--service", help="whose it is, if the repository does not say it")
    one.add_argument("--environment", help="where, if the step's variables do not say it")
    one.add_argument("--status", choices=STATUSES, help="what came of it, if the exit code does not say it")
    one.add_argument("--version", help="what was deployed or tested: an image tag, say")
    one.add_argument("--url", help="where people look: a report, or the deployed branch; https")
    one.add_argument("--dry-run", action="store_true", help="print what would be sent, and send nothing")
    if kind in ("tests", "security"):
        one.add_argument("files", nargs="*", help="files, or patterns in quotes; the usual places without any")
        one.add_argument("--suite" if kind == "tests" else "--tool", help="its name")
        one.add_argument("--run-id" if kind == "tests" else "--exit-code", help="of the run")
    else:
        one.add_argument("--namespace", help="where it runs in the cluster")
        one.add_argument("--failed-step", help="name of the step that failed")
        one.add_argument("--message", help="why it failed, in a sentence")
        one.add_argument("--direct", action="store_true", help="apply the rules here, post to Teams: no service")
        one.add_argument("--rules", default="rules", help="folder of the rules for --direct")


def read_options(arguments: Sequence[str], write: Callable[[str], None]) -> argparse.Namespace | None:
    """The options; None when the usage is wrong (said in a line) or help was asked for."""
    try:
        return parser().parse_args(arguments)
    except _Wrong as wrong:
        write(f"shipbell report: nothing was reported: {wrong}. See shipbell report --help")
    except SystemExit:  # argparse has printed its help
        pass
    return None
