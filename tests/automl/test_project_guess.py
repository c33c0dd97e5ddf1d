import pyarrow as pa

from automl.profiling import TableProfiler
from automl.project_guess import guess_setup

N_ROWS = 60
TEXTS = [f"my card number {i} did not arrive" for i in range(N_ROWS)]
WORDS = ["red", "green", "blue"] * 20
AGES = [str(20 + i % 45) for i in range(N_ROWS)]


def guess(**columns):
    profiler = TableProfiler(list(columns))
    cells = [pa.array(column, pa.string()) for column in columns.values()]
    profiler.add(pa.record_batch(cells, names=[f"c{i}" for i in range(len(cells))]))
    return guess_setup(profiler.finish(), N_ROWS)


def test_one_text_column_and_a_label_make_a_text_project():
    found = guess(text=TEXTS, label=WORDS)
    assert found["modality"] == "text"
    assert found["text_column"] == "text"
    assert found["label_column"] == "label"
    assert found["problem_type"] == "multi-class"


def test_a_column_of_numbers_is_still_proposed_for_classification_only():
    found = guess(
        colour=WORDS,
        y=[str(i / 7) for i in range(N_ROWS)],
        label=[str(i % 3) for i in range(N_ROWS)],
    )
    assert found["label_column"] == "label"
    assert found["problem_type"] == "multi-class"


def test_a_number_with_a_telling_name_makes_a_regression_project():
    found = guess(colour=WORDS, target=[str(i / 7) for i in range(N_ROWS)])
    assert (found["label_column"], found["problem_type"]) == ("target", "regression")


def test_texts_alone_have_no_labels():
    found = guess(text=TEXTS)
    assert (found["label_column"], found["problem_type"]) == (None, "unsupervised")


def test_many_columns_beside_a_text_make_a_tabular_project():
    found = guess(note=TEXTS, a=AGES, b=WORDS, c=AGES, label=WORDS)
    assert found["modality"] == "tabular"
    assert found["feature_columns"] == ["note", "a", "b", "c"]


def test_a_telling_name_beats_the_place_of_a_column():
    assert guess(churn=["yes", "no"] * 30, age=AGES, colour=WORDS)["label_column"] == "churn"
    assert guess(user_intent=WORDS, colour=WORDS, age=AGES)["label_column"] == "user_intent"


def test_without_a_telling_name_the_last_column_that_repeats_is_the_label():
    assert guess(colour=WORDS, size=WORDS, text=TEXTS)["label_column"] == "size"


def test_comma_lists_make_a_multi_label_project():
    found = guess(text=TEXTS, tags=["a,b", "a", "b,c"] * 20)
    assert found["problem_type"] == "multi-label"
    assert found["label_column"] == "tags"


def test_useless_columns_are_skipped_with_a_reason():
    found = guess(
        customer_id=[str(i) for i in range(N_ROWS)],
        country=["CH"] * N_ROWS,
        fax=[""] * N_ROWS,
        age=AGES,
        label=WORDS,
    )
    assert found["feature_columns"] == ["age"]
    assert set(found["skipped"]) == {"customer_id", "country", "fax"}
    assert all(found["skipped"].values())


def test_a_column_of_fractions_is_no_class():
    fractions = [f"{i % 7}.5" for i in range(N_ROWS)]
    assert guess(weight=fractions, colour=WORDS)["label_column"] == "colour"


def test_where_nothing_repeats_no_label_is_guessed():
    found = guess(text=TEXTS)
    assert found["label_column"] is None
    assert found["text_column"] == "text"
