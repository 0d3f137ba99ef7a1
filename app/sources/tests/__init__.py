"""Results of tests: the files that test runners write, posted by a pipeline or by a job after a deployment.

The API's `POST /api/v1/tests/results` stores each file as a receipt of this source. No such file says which service
it is of, so the query's parameters are kept beside it as headers `x-shipbell-<parameter>`.
"""

import hashlib

from app.events import Draft, Hints
from app.events.incidents import hint
from app.kernel.ids import derived_id
from app.kernel.signing import BearerToken
from app.sources import Ignored, Inbound, Parsed, Source
from app.sources.tests.parameters import HEADERS, PARAMETERS, Parameters, read_parameters
from app.sources.tests.reading import read_results
from app.sources.tests.results import Results, merged, summary


def parse(inbound: Inbound) -> Parsed:
    """The one event of a run. A part of a run says nothing until the last one is there: that one carries them all."""
    parameters = read_parameters(inbound.headers)
    results = read_results(inbound.body)
    return [_draft(results, parameters, inbound)] if parameters.final else Ignored("part_of_a_run")


def delivery_key(inbound: Inbound) -> str | None:
    """The file with its parameters; parts of one run begin alike, so that they are found."""
    given = [f"{name}={inbound.headers[name]}" for name in HEADERS if inbound.headers.get(name)]
    return f"{run_key(inbound)}{derived_id(_digest(inbound.body), *given)}" if given else None


def run_key(inbound: Inbound) -> str:
    """What the keys of all parts of a run begin with: who it is of, and its `run_id`."""
    names = ("service", "environment", "suite", "repository", "run_id")
    return f"run:{derived_id(*(inbound.headers.get(f'x-shipbell-{name}') for name in names))}:"


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def _draft(results: Results, parameters: Parameters, inbound: Inbound) -> Draft:
    said = parameters.status
    run = run_key(inbound) if parameters.run_id else delivery_key(inbound) or _digest(inbound.body)
    counts = {name: value for name, value in summary(results).items() if name != "status"}
    if results.status and not results.total:  # only somebody's word: nobody counted
        counts = {}
    links = {"tests": parameters.report_url, "pipeline": parameters.pipeline_url}
    commit = {"sha": parameters.commit, "branch": parameters.branch}
    fields = {
        **counts,
        "suite": parameters.suite,
        "run_id": parameters.run_id,
        "final": True,
        "version": parameters.image_tag,
        "report_url": parameters.report_url,
        "links": {name: url for name, url in links.items() if url},
        "commit": {name: text for name, text in commit.items() if text},
        "repository": {"full_name": parameters.repository} if parameters.repository else None,
        "build": {"number": int(parameters.build)} if parameters.build and parameters.build.isdecimal() else None,
    }
    return Draft(
        type="tests.finished",
        subject=f"tests:{derived_id(run)}",
        identity=derived_id(run),
        state=_digest(inbound.body),
        status=results.verdict(said),
        hints=Hints(
            service=hint("name", parameters.service) + hint("repository", parameters.repository),
            environment=hint("name", parameters.environment),
        ),
        fields={name: value for name, value in fields.items() if value not in (None, "", [], {})},
        original_status=said or results.status,
        texts=(parameters.branch,) if parameters.branch else (),
    )


SOURCE = Source(
    name="tests",
    title="Test results",
    scheme=BearerToken(),
    parse=parse,
    types=frozenset({"tests.finished"}),
    dedupe=delivery_key,
    keeps=HEADERS,
    door="api",
)

__all__ = ["PARAMETERS", "SOURCE", "Results", "merged", "read_parameters", "read_results", "run_key", "summary"]
