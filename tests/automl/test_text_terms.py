import numpy as np

from automl.features.text import LETTERS, WORDS, TermWeights, TextCounter, show_term

TEXTS = ["who wrote it", "what is it", "tell me who", "what is this"]


def kept_terms(texts, kind=WORDS):
    counter = TextCounter(kind)
    counts = counter.fit_transform(texts)
    return {counter.terms[column] for column in TermWeights(min_rows=1).fit(counts).columns_}


def test_a_word_at_the_beginning_or_end_is_a_term_of_its_own():
    terms = {show_term(term) for term in kept_terms(TEXTS)}
    assert "[beginning] what" in terms
    assert "it [end]" in terms
    assert "[beginning] who" not in terms


def test_what_every_text_has_tells_none_apart():
    assert kept_terms(["a b", "b a", "b a", "b"]) >= {"a"}
    assert "b" not in kept_terms(["a b", "b a", "b a", "b"])
    assert kept_terms(["", "", ""]) == set()


def test_groups_of_letters_know_nothing_of_where_a_text_begins():
    assert all(term.isprintable() for term in kept_terms(TEXTS, LETTERS))


def test_texts_read_later_are_counted_in_the_same_columns():
    counter = TextCounter(WORDS)
    counts = counter.fit_transform(TEXTS)
    again = counter.keep(np.arange(counts.shape[1])).transform(TEXTS)
    assert (counts != again).nnz == 0
