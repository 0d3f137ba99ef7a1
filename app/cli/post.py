"""Posts a sample through the real door, genuine, and tells what became of it."""

import time
from collections.abc import Mapping
from typing import Any

from app.cli.faults import say
from app.cli.remote import Service
from app.config.environment import read_environment
from app.config.names import secret_name
from app.config.secrets import secret_words
from app.kernel.samples import Sample
from app.sources import Inbound, Source

WAIT_SECONDS = 5.0


def post_sample(service: Service, source: Source, sample: Sample, body: bytes, request_id: str) -> Mapping[str, Any]:
    """Sign and post; returns the answer's JSON. Exits with what is wrong when it is not taken."""
    if source.door == "inside":
        raise say(f"nobody can send to {source.name}: it is part of the service")
    if source.door == "api":
        return dict(service.post_file(sample.path, body))
    words = secret_words(read_environment(), source)
    if not words:
        raise say(f"{source.name} has no secret here: set {secret_name(source.name)}, as the service has it")
    delivery = source.dedupe(Inbound(sample.headers, body))  # wherever the vendor writes it, this is another one
    fresh = {name: request_id if value == delivery else value for name, value in sample.headers.items()}
    headers = {**fresh, **source.scheme.sign(body, words[0].encode())}
    path = f"/hooks/{source.name}/{words[0]}" if source.scheme.in_path else f"/hooks/{source.name}"
    answer = service.deliver(path, headers, body)
    if answer.status_code != 202:
        raise say(f"{answer.status_code} {answer.text[:300]}")
    return dict(answer.json())


def settled(service: Service, receipt: str) -> Mapping[str, Any]:
    """The receipt once it has been processed, or as it is after five seconds."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        found: Mapping[str, Any] = service.get(f"/api/v1/receipts/{receipt}")
        if found["state"] != "received" or time.monotonic() > until:
            return found
        time.sleep(0.1)
