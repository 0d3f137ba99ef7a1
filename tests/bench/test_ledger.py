from bench import ledger
from bench.open_loop import at_rate
from bench.processes import free_port
from bench.sinks import RunningSink
from bench.systems.python_peers import bare_echo
from bench.template import FIRST

TEMPLATE = bare_echo().template


def nothing() -> None:
    return


def test_the_ledger_holds_what_was_accepted_and_nothing_else(sink: RunningSink):
    book = ledger.run([sink.command.port], TEMPLATE, 1.5, 4, ledger.Deed(0.1, nothing))
    assert book.accepted
    assert book.accepted == sink.arrivals().keys()
    assert not book.refused | book.unknown


def test_when_the_server_is_killed_what_was_on_its_way_is_unknown(sink: RunningSink):
    book = ledger.run([sink.command.port], TEMPLATE, 2.0, 4, ledger.Deed(1.5, sink.kill))
    assert book.accepted
    assert len(book.unknown) <= 4
    assert not book.accepted & book.unknown


def test_a_sender_goes_to_the_next_server_when_one_is_not_there(sink: RunningSink):
    book = ledger.run([free_port(), sink.command.port], TEMPLATE, 1.5, 2, ledger.Deed(0.1, nothing))
    assert book.accepted


def test_the_open_loop_sends_each_number_once_and_counts_from_when_it_was_due(sink: RunningSink):
    numbers = range(FIRST, FIRST + 20)
    sent = at_rate(sink.command.port, TEMPLATE, numbers, rate=100)
    assert {one.number for one in sent} == set(numbers)
    assert all(one.status == 202 and one.took_ms >= 0 for one in sent)
    dues = sorted(one.due for one in sent)
    assert round(dues[-1] - dues[0], 6) == 0.19


def test_what_never_came_is_missing(sink: RunningSink):
    at_rate(sink.command.port, TEMPLATE, range(FIRST, FIRST + 3), rate=100)
    assert sink.missing(set(range(FIRST, FIRST + 3)), patience=5) == set()
    assert sink.missing({FIRST, FIRST + 9}, patience=0.2) == {FIRST + 9}
