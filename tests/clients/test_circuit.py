"""When an upstream is left alone, on a clock that the test turns."""

from app.clients.circuit import Circuit, Leave


class Turned:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def enter(circuit: Circuit) -> Leave:
    leave = circuit.enter()
    assert leave is not None
    return leave


def opened(clock: Turned) -> Circuit:
    circuit = Circuit(3, 30, clock)
    for _ in range(3):
        assert not circuit.is_open
        circuit.failed(enter(circuit))
    assert circuit.is_open
    return circuit


def test_it_opens_after_faults_in_a_row_only() -> None:
    clock = Turned()
    circuit = Circuit(3, 30, clock)
    for _ in range(5):
        circuit.failed(enter(circuit))
        circuit.failed(enter(circuit))
        circuit.answered()
        clock.now += 1
    assert not circuit.is_open
    opened(clock)


def test_a_fault_does_not_count_when_another_call_was_answered_meanwhile() -> None:
    clock = Turned()
    circuit = Circuit(1, 30, clock)
    slow = enter(circuit)
    clock.now += 5
    circuit.answered()
    clock.now += 5
    circuit.failed(slow)
    assert not circuit.is_open
    circuit.failed(enter(circuit))
    assert circuit.is_open


def test_one_call_finds_out_whether_it_is_back() -> None:
    clock = Turned()
    circuit = opened(clock)
    clock.now += 29
    assert circuit.enter() is None
    clock.now += 1
    probe = enter(circuit)
    assert probe.probe
    assert circuit.enter() is None
    circuit.failed(probe)
    assert circuit.enter() is None
    clock.now += 30
    enter(circuit)
    circuit.answered()
    assert not circuit.is_open
    assert not enter(circuit).probe


def test_a_probe_that_was_given_up_lets_another_try() -> None:
    clock = Turned()
    circuit = opened(clock)
    clock.now += 30
    circuit.left(enter(circuit))
    assert enter(circuit).probe


def test_late_faults_of_the_same_outage_do_not_prolong_it() -> None:
    clock = Turned()
    circuit = Circuit(1, 30, clock)
    first, late = enter(circuit), enter(circuit)
    circuit.failed(first)
    clock.now += 20
    circuit.failed(late)
    clock.now += 10
    assert enter(circuit).probe
