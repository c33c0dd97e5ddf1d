import json
from pathlib import Path

import pytest

from automl.errors import InputError
from automl.schema import CATEGORICAL, NUMERIC, TEXT, Column, Schema

TABLE = Schema(
    (
        Column("age", NUMERIC, 0),
        Column("city", CATEGORICAL, 2),
        Column("income", NUMERIC, 3),
    )
)
REVIEWS = Schema((Column("Review_text", TEXT, 0),))
EXPECTATIONS = json.loads(
    (Path(__file__).parent.parent / "bad_inputs" / "expectations.json").read_text()
)


def refusal(schema, names):
    with pytest.raises(InputError) as caught:
        schema.require(names)
    assert caught.value.code == "MISSING_COLUMNS"
    assert len(caught.value.message) <= 200
    return caught.value.message


def test_columns_are_found_in_any_order_and_others_are_ignored():
    match = TABLE.match(["income", "note", "age", "city"])
    assert match.positions == {"age": 2, "city": 3, "income": 0}
    assert match.missing == ()
    assert match.ignored == ("note",)


@pytest.mark.parametrize("name", [" age ", "\ufeffage", "age\t"])
def test_spaces_and_a_byte_order_mark_around_a_name_are_silent(name):
    assert TABLE.require([name, "city", "income"])["age"] == 0


def test_composed_and_decomposed_accents_are_one_name():
    schema = Schema((Column("caf\u00e9", NUMERIC, 0),))
    assert schema.require(["cafe\u0301"]) == {"caf\u00e9": 0}


def test_another_case_is_suggested_but_not_taken():
    match = TABLE.match(["Age", "city", "income"])
    assert match.missing == ("age",)
    assert match.suggestions == {"age": "Age"}
    assert "Did you mean 'Age'?" in refusal(TABLE, ["Age", "city", "income"])


def test_a_sole_text_column_is_also_found_under_the_name_text():
    assert REVIEWS.require(["text"]) == {"Review_text": 0}


def test_its_own_name_comes_before_the_name_text():
    assert REVIEWS.require(["text", "Review_text"]) == {"Review_text": 1}


def test_a_text_column_among_others_is_not_found_under_the_name_text():
    schema = Schema((Column("review", TEXT, 0), Column("stars", NUMERIC, 1)))
    assert schema.match(["text", "stars"]).missing == ("review",)


def test_a_sole_column_of_another_kind_is_not_found_under_the_name_text():
    assert Schema((Column("age", NUMERIC, 0),)).match(["text"]).missing == ("age",)


def test_of_two_equal_names_the_first_counts():
    assert TABLE.require(["age", "city", "income", "age"])["age"] == 0


def test_one_missing_column_is_named_with_what_the_file_has():
    expected = EXPECTATIONS["predict/text_missing.csv"]["message"]
    assert refusal(REVIEWS, ["comment"]) == expected


def test_several_missing_columns_are_all_named():
    expected = EXPECTATIONS["predict/tab_wrong_file.csv"]["message"]
    assert refusal(TABLE, ["label", "text"]) == expected


def test_of_many_columns_in_a_file_only_the_first_are_shown():
    message = refusal(REVIEWS, [f"c{i}" for i in range(1000)])
    assert message.endswith("It has: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, ….")


def test_of_many_missing_columns_the_rest_are_counted():
    schema = Schema(tuple(Column(f"f{i}", NUMERIC, i) for i in range(300)))
    assert "'f9' and 290 more" in refusal(schema, ["text"])


def test_a_schema_survives_being_written_as_json():
    assert Schema.from_json(json.loads(json.dumps(TABLE.to_json()))) == TABLE


def test_a_refusal_stays_short_however_long_the_names_are():
    refusal(REVIEWS, [f"column {'x' * 200} {i}" for i in range(1000)])
    wide = Schema(tuple(Column(f"{'x' * 80}{i}", NUMERIC, i) for i in range(300)))
    refusal(wide, [f"{'y' * 200}{i}" for i in range(5)])
    assert refusal(wide, ["y"]).count("x…'") == 2
