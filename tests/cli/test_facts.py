"""`shipbell facts rebuild`: what it says, and what it refuses."""

from tests.cli.conftest import Shipbell


def test_facts_of_a_service_that_nobody_knows_are_refused_with_the_nearest_name(shipbell: Shipbell) -> None:
    said = shipbell("facts", "rebuild", "--service", "chekout")
    assert (said.code, "did you mean 'checkout'?" in said.err) == (2, True)
    assert shipbell("facts", "rebuild", "--service", "checkout").out.startswith("Derived the facts of one service out")
