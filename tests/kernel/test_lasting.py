"""What is built to stay is not collected meanwhile, and not walked afterwards."""

import gc
from collections.abc import Iterator

import pytest

from app.kernel.lasting import lasting


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_meanwhile_and_the_collector_is_on_afterwards() -> None:
    with lasting():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_built_is_not_walked_afterwards() -> None:
    with lasting():
        built = [[number] for number in range(1000)]
    later: list[object] = []
    walked = {id(one) for one in gc.get_objects()}
    assert id(built) not in walked
    assert id(later) in walked


def test_an_error_leaves_the_collector_on() -> None:
    with pytest.raises(ValueError, match="no"), lasting():
        raise ValueError("no")
    assert gc.isenabled()


def test_who_had_it_off_keeps_it_off() -> None:
    gc.disable()
    with lasting():
        pass
    assert not gc.isenabled()
