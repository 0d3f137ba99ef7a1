"""The client of a queue; over a socket: tests/ingest/test_consumer.py."""

from app.clients.sqs import region_of


def test_the_region_stands_in_the_host() -> None:
    hosts = {
        "sqs.eu-west-1.amazonaws.com": "eu-west-1",
        "sqs-fips.us-gov-west-1.amazonaws.com": "us-gov-west-1",
        "vpce-0a1b.sqs.eu-central-1.vpce.amazonaws.com": "eu-central-1",
        "eu-west-1.queue.amazonaws.com": "eu-west-1",
        "localhost:9324": None,
    }
    assert {host: region_of(f"https://{host}/111122223333/q") for host in hosts} == hosts
