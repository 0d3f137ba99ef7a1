"""From a file that was read, and what the caller says about it, to the event."""

import hashlib
from dataclasses import replace
from typing import Any

from app.events import Draft, Hints
from app.kernel.errors import BadPayload
from app.kernel.ids import derived_id
from app.kernel.text import clean
from app.sources.scans.lenient import whole
from app.sources.scans.parameters import Parameters
from app.sources.scans.reading import Reading, one_line, tally, worst
from app.sources.scans.report_xml import FORMAT
from app.sources.scans.verdict import judge


def digest(body: bytes) -> str:
    """The file's fingerprint."""
    return hashlib.sha256(body).hexdigest()


def draft_of(reading: Reading, parameters: Parameters, body: bytes) -> Draft:
    """The event. Raises BadPayload when nobody says which service it is of."""
    reading = replace(reading, report_url=_at_home(reading, parameters))
    status, verdict = judge(reading, parameters)
    counts = tally(reading.weaknesses)
    own_id = clean(reading.scan_id, 100) if reading.scan_id else None
    scan = own_id or derived_id(digest(body), parameters.service, parameters.commit, parameters.run)
    fields = _envelope(reading, parameters) | {
        "tool": reading.tool,
        "kind": parameters.kind or reading.kind,
        "scan_id": own_id,
        "verdict": verdict,
        "findings": None if status == "error" else counts,
        "total": None if status == "error" else sum(counts.values()),
        "licences": reading.licences,
        "outdated": reading.outdated,
        "worst": worst(reading.weaknesses) or None,
        "policy": one_line(reading.policy) or _own_policy(parameters),
        "report_url": reading.report_url,
        "advisory": reading.advisory,
    }
    return Draft(
        type="security.scan_finished",
        subject=f"scan:{reading.tool}:{scan}",
        identity=f"{reading.tool}:{scan}:{parameters.service or parameters.repository or ''}",
        # The same scan may be posted again with more known of it: mitigations, an exit code.
        state=":".join([status, verdict, *map(str, counts.values())]),
        status=status,
        occurred_at=reading.occurred_at,
        hints=_hints(reading, parameters),
        fields={name: value for name, value in fields.items() if value is not None},
        original_status=one_line(reading.original_status),
        original_type=reading.format,
        texts=tuple(text for text in (parameters.branch or reading.branch,) if text),
    )


def _hints(reading: Reading, parameters: Parameters) -> Hints:
    pairs = (
        ("name", parameters.service),
        ("repository", parameters.repository),
        ("project", one_line(reading.project)),
    )
    service = tuple((kind, value) for kind, value in pairs if value)
    if not service:
        raise BadPayload("say whose scan this is: add ?service=<name> to the address", "service")
    environment = (("name", parameters.environment),) if parameters.environment else ()
    return Hints(service=service, environment=environment)


def _envelope(reading: Reading, parameters: Parameters) -> dict[str, Any]:
    commit = {"sha": parameters.commit or reading.commit, "branch": parameters.branch or reading.branch}
    number = whole(parameters.build)
    build = {
        "number": number,
        "name": None if number is not None else parameters.build,
        "url": parameters.pipeline_url,
    }
    links = {"pipeline": parameters.pipeline_url, "scan": reading.report_url}
    return {
        "commit": commit if any(commit.values()) else None,
        "build": build if any(value is not None for value in build.values()) else None,
        "repository": {"full_name": parameters.repository} if parameters.repository else None,
        "links": links if any(links.values()) else None,
    }


def _at_home(reading: Reading, parameters: Parameters) -> str | None:
    """The page of a report, in the caller's region: it is made of ids that are the same everywhere."""
    url = reading.report_url
    return url.replace("veracode.com", f"veracode.{parameters.region}", 1) if url and reading.format == FORMAT else url


def _own_policy(parameters: Parameters) -> str | None:
    """The caller's own rule, when it stands for a policy."""
    return f"fail on {', '.join(parameters.fail_on)}" if parameters.fail_on else None
