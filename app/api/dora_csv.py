"""Measures as CSV: one line a value, for spreadsheets."""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

HEADINGS = ("measure", "definition", "unit", "window", "start", "end", "complete", "value", "number", "n", "left_out")


def as_csv(shown: Mapping[str, Any]) -> str:
    """The answer of `/api/v1/dora` as text with a line of headings; what there is no data for is empty."""
    out = StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(HEADINGS)
    for measure in shown["measures"]:
        for bucket in measure["buckets"]:
            window = bucket["window"]
            start = (measure["measure"], measure["definition"], measure["unit"], window["name"], window["start"],
                     window["end"], "yes" if window["complete"] else "no")  # fmt: skip
            left = " ".join(f"{reason}={count}" for reason, count in bucket["left_out"].items())
            for name, number in bucket["values"].items():
                lines.writerow((*start, name, "" if number is None else number, bucket["n"], left))
    return out.getvalue()
