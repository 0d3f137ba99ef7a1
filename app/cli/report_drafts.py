"""What a step would have sent to a service, read by the same rooms here: for `shipbell report --direct`."""

from collections.abc import Iterator, Sequence

from app.events.draft import Draft
from app.events.reports import read_report
from app.kernel.errors import BadPayload
from app.kernel.json import dumps
from app.reporter.events import Report
from app.reporter.uploads import TESTS, Upload
from app.sources import Ignored, Inbound, Source
from app.sources.reports import SOURCE as REPORTS
from app.sources.reports import TYPES
from app.sources.scans import SOURCE as SCANS
from app.sources.tests import SOURCE as RESULTS
from app.sources.tests import Results, merged, summary
from app.sources.tests.reading import read_results

Found = tuple[str, Draft | str]
"""The source's name with a piece of news, or with what is wrong."""


def drafts(what: Report | Sequence[Upload]) -> Iterator[Found]:
    """The news in a report, or in files."""
    if isinstance(what, Report):
        yield from ((REPORTS.name, draft) for draft in read_report(what.bytes(), TYPES))
    elif what[0].path == TESTS:
        yield from _results(what)
    else:
        for upload in what:
            try:
                yield from _parsed(SCANS, upload, upload.body())
            except (OSError, ValueError, BadPayload) as error:
                yield SCANS.name, _wrong(upload, error)


def _results(uploads: Sequence[Upload]) -> Iterator[Found]:
    """All files of a run as one; the last upload has what was said of it."""
    found: list[Results] = []
    for upload in uploads:
        if upload.file is None:
            continue
        try:
            found.append(read_results(upload.body()))
        except (OSError, ValueError, BadPayload) as error:
            yield RESULTS.name, _wrong(upload, error)
    last = uploads[-1]
    body = dumps(summary(merged(found)) if found else {"status": last.said.get("status", "")})
    if found or last.file is None:
        yield from _parsed(RESULTS, last, body)


def _parsed(source: Source, upload: Upload, body: bytes) -> Iterator[Found]:
    headers = {f"x-shipbell-{name}": value for name, value in upload.said.items()}
    parsed = source.parse(Inbound(headers, body))
    yield from () if isinstance(parsed, Ignored) else ((source.name, draft) for draft in parsed)


def _wrong(upload: Upload, error: Exception) -> str:
    name = upload.file.name if upload.file else "the results"
    return f"{name} not posted: {error.strerror if isinstance(error, OSError) else error}"
