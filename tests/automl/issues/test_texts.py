from automl.issues.texts import measure_texts


def test_spaces_alone_are_empty_and_all_characters_count():
    found = measure_texts(["", " \n\t", "héllo ", "😀"]).to_pydict()
    assert found["is_empty_text"] == [True, True, False, False]
    assert found["text_num_characters"] == [0, 3, 6, 1]
