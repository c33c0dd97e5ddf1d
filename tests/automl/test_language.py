"""English is told by small words, other languages by theirs, their accents and their letters."""

import pytest

from automl.features.language import is_english

ENGLISH = {
    "questions": ["Why was my card declined?", "How do I top up my account", "it does not work"],
    "titles": ["Senior Software Engineer", "Red leather shoes size 42", "Café table"],
    "one word": ["good", "bad", "awful"],
    "no letters": ["42", "?!", "", "🙂"],
    "nothing": [],
    "with a foreign name": ["I spoke to Müller about the flat in São Paulo and it was fine"],
}
OTHER = {
    "Arabic": ["أين بطاقتي", "لا أستطيع الدفع"],
    "Chinese": ["没有送水", "很快，好吃，味道足，量大"],
    "Dutch": ["ik heb mijn kaart verloren en er is niet genoeg geld voor een nieuwe"],
    "French": ["Je ne peux pas trouver ma carte et on me dit que je dois attendre"],
    "German": ["Ich habe meine Karte verloren und weiß nicht, was ich in der Bank sagen soll"],
    "Indonesian": ["saya tidak bisa masuk ke akun yang lama dan yang baru"],
    "Italian": ["ho perso la carta e non so come fare per averne una nuova"],
    "Polish": ["nie mogę zapłacić kartą, ale na koncie są pieniądze"],
    "Portuguese": ["a minha conta foi bloqueada e eu não sei o que fazer para resolver"],
    "Russian": ["где моя карта", "не могу оплатить"],
    "Spanish": [
        "No puedo encontrar mi tarjeta y quiero saber si me pueden enviar otra de las nuevas"
    ],
    "Swahili": ["kadi ya benki imepotea na pesa ya mama pia"],
    "Vietnamese": ["tôi không thể tìm thấy thẻ của mình"],
    "Yoruba": ["Bákan náà ni a kò fẹ́ Atiku torí dúkìá àjọni wà tó fẹ́ tà"],
}


@pytest.mark.parametrize("texts", ENGLISH.values(), ids=ENGLISH)
def test_english_is_english(texts):
    assert is_english(texts)


@pytest.mark.parametrize("texts", OTHER.values(), ids=OTHER)
def test_other_languages_are_not(texts):
    assert not is_english(texts)


def test_a_few_foreign_rows_among_many_change_nothing():
    rows = [f"What is the balance of account {i}, and where do I see it?" for i in range(50)]
    assert is_english([*rows, *OTHER["Chinese"], *OTHER["Spanish"]])


def test_the_order_of_texts_and_their_number_do_not_matter():
    texts = [f"{text} {i}" for i in range(3_000) for text in OTHER["French"]]
    assert is_english(texts) is is_english(texts[::-1]) is False
