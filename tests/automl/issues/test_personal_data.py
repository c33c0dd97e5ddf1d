import json

import pytest

from automl.issues.personal_data import find_personal_data, has_check_digit


def items(text):
    found = find_personal_data([text]).to_pydict()
    return list(
        zip(json.loads(found["PII_types"][0]), json.loads(found["PII_items"][0]), strict=True)
    )


@pytest.mark.parametrize(
    ("text", "kind", "item"),
    [
        ("pay with 4111 1111 1111 1111 today", "credit card", "4111 1111 1111 1111"),
        ("Amex 3782-822463-10005.", "credit card", "3782-822463-10005"),
        ("write to bob.smith+x@example.co.uk!", "email", "bob.smith+x@example.co.uk"),
        ("call +44 20 7946 0958", "phone number", "+44 20 7946 0958"),
        ("call (415) 555-2671", "phone number", "(415) 555-2671"),
        ("call 020 7946 0958 now", "phone number", "020 7946 0958"),
        ("I was born on 12 March 1987.", "date of birth", "12 March 1987"),
        ("DOB: 03/04/1990", "date of birth", "03/04/1990"),
        ("thanks @alice_b for this", "username", "@alice_b"),
    ],
)
def test_each_kind_is_found_as_it_is_written(text, kind, item):
    assert items(text) == [(kind, item)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "order 4111 1111 1111 1112",  # its check digit is wrong
        "reference 1234567890123456",
        "version 1.2.3.4.5.6.7.8",
        "on 12 March 1987 we met",
        "a@b and @ home",
        "1000000000 people",
    ],
)
def test_what_only_looks_like_it_is_not(text):
    assert items(text) == []


def test_the_gravest_kind_decides_over_the_score():
    found = find_personal_data(["@alice_b", "@alice_b 4111111111111111", "hello"]).to_pydict()
    assert found["PII_score"] == [0.2, 1.0, 0.0]
    assert found["is_PII"] == [True, True, False]
    assert json.loads(found["PII_items"][1]) == ["4111111111111111", "@alice_b"]


def test_a_card_is_not_a_phone_number_too_and_no_item_comes_twice():
    assert items("4111111111111111 or 4111111111111111") == [("credit card", "4111111111111111")]


@pytest.mark.parametrize("text", ["@" * 200_000, "a." * 50_000, "1 " * 50_000, "born " * 20_000])
def test_hostile_texts_are_read_in_no_time(text):
    assert items(text) == []


def test_check_digits():
    assert has_check_digit("79927398713")
    assert not has_check_digit("79927398710")
