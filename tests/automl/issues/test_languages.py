import pytest

from automl.issues.languages import find_other_languages


def judge(*texts):
    return find_other_languages(texts).to_pydict()


def test_other_languages_are_named_and_english_is_not():
    found = judge(
        "Where is the card that I ordered last week?",
        "Wo ist die Karte, die ich letzte Woche bestellt habe?",
        "¿Dónde está la tarjeta que pedí la semana pasada?",
    )
    assert found["is_non_english"] == [False, True, True]
    assert found["predicted_language"] == [None, "de", "es"]
    assert found["non_english_score"][0] < 0.1


@pytest.mark.parametrize("text", ["", "ok", "12345 678", "lol :)", "   "])
def test_of_a_few_letters_nothing_is_said(text):
    assert judge(text) == {
        "is_non_english": [False],
        "non_english_score": [0.0],
        "predicted_language": [None],
    }


def test_another_script_shows_in_a_few_letters():
    assert judge("味道不错", "привет")["is_non_english"] == [True, True]


def test_short_english_texts_are_not_taken_for_a_related_language():
    english = ["Report stolen card", "A transfer is pending.", "My card is missing!  Help!"]
    assert not any(judge(*english)["is_non_english"])
    assert judge("Wo ist meine Karte?")["predicted_language"] == ["de"]
