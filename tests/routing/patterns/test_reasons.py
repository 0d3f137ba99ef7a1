"""Why a pattern fits or not, row by row."""

from app.routing.patterns import Row, compile_pattern


def test_a_row_for_each_field() -> None:
    asked = {
        "type": ["deployment.finished"],
        "environment": ["prod", {"prefix": "qa-"}],
        "build": {"number": [{"numeric": [">", 100, "<=", 500]}]},
        "commit.branch": [{"exists": False}],
        "status": [{"anything-but": ["failed", "error"]}],
        "healthy": [True, None],
    }
    event = {"type": "deployment.finished", "environment": "dev", "build": {"number": 404}, "healthy": False}
    assert compile_pattern(asked).reasons(event) == [
        ("type", "is 'deployment.finished'", "'deployment.finished'", True),
        ("environment", "is 'prod' or starts with 'qa-'", "'dev'", False),
        ("build.number", "> 100 and <= 500", "404", True),
        ("commit.branch", "does not exist", "nothing", True),
        ("status", "is not 'failed' or 'error'", "nothing", False),
        ("healthy", "is true or null", "false", False),
    ]


def test_each_operator_has_words() -> None:
    asked = [
        {"suffix": {"equals-ignore-case": ".A"}},
        {"equals-ignore-case": "b"},
        {"wildcard": "c*"},
        {"cidr": "10.0.0.7/8"},
        {"anything-but": {"wildcard": ["d*", "e"]}},
        {"exists": True},
    ]
    words = [compile_pattern({"field": [one]}).reasons({})[0].wanted for one in asked]
    assert words == [
        "ends with, in any case, '.A'",
        "is, in any case, 'b'",
        "fits 'c*'",
        "is an address in 10.0.0.0/8",
        "is nothing that fits 'd*' or 'e'",
        "exists",
    ]


def test_an_or_and_the_fields_in_it() -> None:
    inner = {"a": [1], "$or": [{"b": [2]}, {"b": [3]}]}
    pattern = compile_pattern({"part": {"$or": [{"a": [0]}, inner]}})
    assert pattern.reasons({"part": {"a": 1, "b": 3}}) == [
        ("part.$or", "any of 2", "1 of 2 hold", True),
        ("part.$or[0]: part.a", "is 0", "1", False),
        ("part.$or[1]: part.a", "is 1", "1", True),
        ("part.$or[1]: part.$or", "any of 2", "1 of 2 hold", True),
        ("part.$or[1]: part.$or[0]: part.b", "is 2", "3", False),
        ("part.$or[1]: part.$or[1]: part.b", "is 3", "3", True),
    ]
    assert pattern.reasons({"part": {"a": 2, "b": 3}})[0] == ("part.$or", "any of 2", "0 of 2 hold", False)


def test_values_from_lists_and_dotted_keys_are_shown() -> None:
    pattern = compile_pattern({"steps": {"name": ["build"]}, "labels": {"app.name": ["x"]}})
    event = {"steps": [{"name": "lint"}, [{"name": ["test", None]}], "text"], "labels": {"app.name": "x"}}
    assert pattern.reasons(event) == [
        ("steps.name", "is 'build'", "'lint', 'test', null", False),
        ("labels.app.name", "is 'x'", "'x'", True),
    ]


def test_fields_of_different_elements_are_told_apart() -> None:
    pattern = compile_pattern({"steps": {"name": ["build"], "result": ["failed"]}})
    told = pattern.reasons({"steps": [{"name": "build"}, {"result": "failed"}]})
    assert [row.holds for row in told] == [True, True, False]
    assert told[-1] == Row("", "all of it in the same element of a list", "only in different ones", False)


def test_long_values_are_cut() -> None:
    row = compile_pattern({"field": ["x" * 500]}).reasons({"field": "y" * 500})[0]
    assert len(row.wanted) == len(row.got) == 120
    assert row.got.endswith("…")
