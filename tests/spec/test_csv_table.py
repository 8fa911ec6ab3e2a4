"""Tables as text: what is read, and where what is wrong stands."""

from typing import Any

import pytest

from gradtape import limits
from gradtape.spec.csv_table import CsvProblem, read_csv
from gradtape.spec.data import CsvData
from tests.spec.raw_specs import linear, problem_of, raw_spec


def test_a_column_that_begins_with_a_number_is_made_of_numbers() -> None:
    size, colour = read_csv("size, colour\n1.5, red\n-2e3, blue\n\n3, red\n", [])
    assert (size.name, size.numbers, size.categories) == ("size", (1.5, -2000.0, 3.0), None)
    assert (colour.numbers, colour.categories) == ((1.0, 0.0, 1.0), ("blue", "red"))


def test_numbers_can_be_classes_all_the_same() -> None:
    _, kind = read_csv("a,kind\n1,7\n2,3\n", ["kind"])
    assert (kind.numbers, kind.categories) == ((1.0, 0.0), ("3", "7"))


def test_quotes_hold_commas_and_lines_together() -> None:
    name, _ = read_csv('name,n\n"a, b",1\n"c\nd",2\n', [])
    assert name.categories == ("a, b", "c\nd")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1 must name at least two columns"),
        ("alone\n1\n", "line 1 must name at least two columns"),
        ("a,\n1,2\n", "line 1 has no name for column 2"),
        ("a,b,a\n1,2,3\n", 'line 1 names both column 1 and 3 "a"'),
        ("a,b\n", "has no line below the names"),
        ("a,b\n1,2\n3\n", 'line 3 ends before column "b"'),
        ("a,b\n1,2,3\n", 'line 2 has 3 entries; column "b", the last, is number 2'),
        ("a,b\n1,2\nx,2\n", 'line 3, column "a": "x" is not a number'),
        ("a,b\n1,\n", 'line 2, column "b": the entry is missing'),
        ("a,b\n1,nan\n", 'line 2, column "b": "nan" is not between'),
        ("a,b\n1,1e31\n", 'line 2, column "b": "1e31" is not between'),
        ("a,b\n1_0,2\n2,2\n3,1,\n", "line 4 has 3 entries"),
        ('a,b\n1,2\n"3,4\n', "line 3 is no CSV"),
    ],
    ids=range(13),
)
def test_what_is_wrong_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(CsvProblem, match=None) as caught:
        read_csv(text, [])
    assert message in str(caught.value)


def test_lines_inside_quotes_are_counted() -> None:
    with pytest.raises(CsvProblem) as caught:
        read_csv('a,b\n"x\ny\nz",1\nw,q\n', [])
    assert 'line 5, column "b": "q"' in str(caught.value)


def test_a_table_may_not_have_more_rows_than_other_data() -> None:
    with pytest.raises(CsvProblem, match="more than 100,000 rows"):
        read_csv("a,b\n" + "1,2\n" * (limits.MAX_SAMPLES + 1), [])


def test_a_column_may_not_have_more_classes_than_other_data() -> None:
    rows = "".join(f"x{number},1\n" for number in range(1_001))
    with pytest.raises(CsvProblem, match="1,001 different entries"):
        read_csv("a,b\n" + rows, [])


def table(**fields: Any) -> dict[str, Any]:
    data = {"kind": "csv", "text": "size,colour,kind\n1,red,b\n2,blue,a\n", **fields}
    return raw_spec(linear(1), data=data, loss={"kind": "mse"})


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"text": "a,b\n1,\n"}, "data.text", "invalid_csv"),
        ({"text": 5}, "data.text", "wrong_type"),
        ({"target": "colur"}, "data.target", "unknown_column"),
        ({"class_columns": "size, nothing"}, "data.class_columns", "unknown_column"),
        ({"text": "x" * (limits.MAX_CSV_CHARACTERS + 1)}, "data.text", "limit_exceeded"),
    ],
    ids=range(5),
)
def test_a_problem_of_a_table_leads_to_its_field(
    fields: dict[str, Any], path: str, code: str
) -> None:
    problem = problem_of(table(**fields))
    assert (problem.path, problem.code) == (path, code)


def test_a_column_that_was_misspelt_is_suggested() -> None:
    assert problem_of(table(target="colur")).details["suggestion"] == "colour"


def test_a_loss_on_classes_needs_a_column_of_classes() -> None:
    raw = {**table(target="size"), "loss": {"kind": "cross_entropy"}}
    message = problem_of(raw).message
    assert 'the target column "size" holds any number' in message
    assert "class_columns" in message


def test_names_of_columns_come_as_a_list_or_with_commas() -> None:
    text = "a,b\n1,2\n"
    listed = CsvData(kind="csv", text=text, class_columns=("a", "b"))
    assert CsvData.model_validate({"kind": "csv", "text": text, "class_columns": "a, b"}) == listed
