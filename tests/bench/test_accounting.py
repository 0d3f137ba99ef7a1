import os

from bench import accounting

STAT = "4711 (a (b) c) S 1 4700 4700 0 -1 4194560 9 8 7 6 250 50 30 20 20 0 5 0 1000 2000 300"


def test_a_stat_line_gives_the_group_and_all_ticks_with_those_of_ended_children():
    assert accounting.parse_stat(STAT) == accounting.Stat(group=4700, ticks=250 + 50 + 30 + 20)


def test_a_name_with_brackets_and_spaces_does_not_shift_the_fields():
    plain = accounting.parse_stat(STAT.replace("(a (b) c)", "(python)"))
    assert accounting.parse_stat(STAT.replace("(a (b) c)", "(x) R 9 9 (y)")) == plain


def test_memory_is_read_in_megabytes_of_a_million():
    text = "5581-7ffd ---p 00000000 00:00 0  [rollup]\nRss:     200000 kB\nPss:     100000 kB\nPss_Anon:  5 kB\n"
    assert accounting.parse_rollup(text) == accounting.Memory(pss=102.4, rss=204.8)


def test_the_cpu_of_a_group_grows_with_its_work():
    group = os.getpgid(0)
    before = accounting.cpu_seconds(group)
    own = os.times().user + os.times().system
    while os.times().user + os.times().system - own < 0.05:
        sum(range(1000))
    assert accounting.cpu_seconds(group) - before >= 0.03


def test_a_group_that_is_not_there_uses_nothing():
    assert accounting.cpu_seconds(2**22 + 1) == 0
    assert accounting.memory(2**22 + 1) == accounting.Memory(0, 0)


def test_this_process_has_memory():
    memory = accounting.memory(os.getpgid(0))
    assert memory.rss >= memory.pss > 1
