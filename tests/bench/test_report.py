from bench.figures import Figure, Must
from bench.report import line, render

FIGURES = [
    Figure("fast enough", [0.30, 0.21, 0.25], Must("≥", 0.2), "", "this"),
    Figure("too slow", [60, 70, 80], Must("≤", 50), "ms", "that"),
    Figure("beside a peer", [], Must("≥", 1)),
    Figure("only told", [12345.6], None, "/s", "the other"),
]


def test_the_page_says_what_was_reached_missed_and_not_run():
    page = render(FIGURES, [], ["- two cores"], rounds=3, seconds=6, scenarios=["accept", "outage"])
    assert "in this order: accept, outage." in page
    assert "| fast enough | ≥ 0.20 | 0.25 (0.21–0.30) | reached | this |" in page
    assert "| too slow | ≤ 50 ms | 70 ms (60–80) | missed | that |" in page
    assert "| beside a peer | ≥ 1 | not run |  |  |" in page
    assert "3 rounds of 6 s" in page
    assert "- two cores" in page


def test_what_has_no_must_stands_in_a_table_of_its_own():
    before, after = render(FIGURES, [], [], rounds=1, seconds=2, scenarios=["accept"]).split("## What else was seen")
    assert "| only told |  | 12,346 /s |  | the other |" in after
    assert "only told" not in before


def test_what_could_not_be_run_is_told_only_when_there_is_some():
    assert "- outage: no disk" in render(
        FIGURES, ["outage: no disk"], [], rounds=3, seconds=6, scenarios=["accept", "outage"]
    )
    assert "could not be run" not in render(FIGURES, [], [], rounds=3, seconds=6, scenarios=["accept", "outage"])


def test_a_line_for_the_terminal_is_short():
    assert line(FIGURES[1]) == "too slow · ≤ 50 ms · 70 ms (60–80) · missed"
