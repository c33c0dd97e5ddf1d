import numpy as np
import pytest

from benchmarks.automl.jobs import Displayed, Job, Predictions
from benchmarks.automl.peers import frames


class SharePeer:
    """Knows how often each class occurs, and remembers what it was given."""

    def __init__(self):
        self.tasks = []

    def fit(self, task):
        self.tasks.append(task)
        names, counts = np.unique(task.y, return_counts=True)
        np.savez(task.folder / "shares.npz", names=names.astype(str), shares=counts / len(task.y))
        return Displayed(0.9, 0.1)

    def load(self, folder):
        with np.load(folder / "shares.npz") as arrays:
            return arrays["names"].tolist(), arrays["shares"]

    def predict(self, model, X):
        names, shares = model
        label = names[int(shares.argmax())]
        return Predictions(names, np.tile(shares, (len(X), 1)), [label] * len(X))


class MeanPeer:
    """Predicts the mean, and remembers what it was given."""

    def __init__(self):
        self.tasks = []

    def fit(self, task):
        self.tasks.append(task)
        (task.folder / "mean.txt").write_text(str(task.y.mean()))
        return Displayed(r2=0.0, standard_error=0.1)

    def load(self, folder):
        return float((folder / "mean.txt").read_text())

    def predict_values(self, model, X):
        return [model] * len(X)


@pytest.fixture
def peer(monkeypatch):
    made = SharePeer()
    monkeypatch.setattr(frames, "_peer", lambda job: made)
    return made


def make_job(folder, train, **changes):
    (folder / "train.csv").write_text(train)
    (folder / "test.csv").write_text("id,x,label\n9,5,?\n")
    (folder / "model").mkdir()
    asked = {
        "module": "peers.frames",
        "train_file": folder / "train.csv",
        "test_file": folder / "test.csv",
        "label_column": "label",
        "ignored": ["id"],
        "problem_type": "multi-class",
        "seed": 3,
        "options": {"adapter": "share"},
        "time_limit": 30.0,
        "folder": folder,
    }
    return Job(**(asked | changes))


def predict(job):
    model = frames.load(job)
    return frames.predict(model, frames.read_rows(model, job))


def test_labels_stay_text_and_ignored_columns_stay_out(peer, tmp_path):
    job = make_job(tmp_path, "id,x,label\n1,2, 1\n2,3,None\n3,4,None\n")
    assert frames.fit(job).accuracy == 0.9
    (task,) = peer.tasks
    assert task.X.columns.tolist() == ["x"]
    assert task.y.tolist() == ["1", "None", "None"]
    assert (task.seed, task.time_limit) == (3, 30.0)
    assert predict(job).labels == ["None"]


def test_sets_of_labels_are_learned_label_by_label_in_equal_parts_of_the_time(peer, tmp_path):
    rows = '1,2,"a,""b,c"""\n2,3,a\n3,4,\n'
    job = make_job(tmp_path, f"id,x,label\n{rows}", problem_type="multi-label")
    assert frames.fit(job).accuracy is None
    assert [task.y.tolist() for task in peer.tasks] == [["yes", "yes", "no"], ["yes", "no", "no"]]
    assert [task.time_limit for task in peer.tasks] == [15.0, 15.0]
    found = predict(job)
    assert found.classes == ["a", "b,c"]
    assert found.labels == ["a"]
    assert found.pred_probs == pytest.approx(np.array([[2 / 3, 1 / 3]]))


def test_numbers_are_given_as_numbers_and_rows_without_one_are_left_out(tmp_path, monkeypatch):
    peer = MeanPeer()
    monkeypatch.setattr(frames, "_peer", lambda job: peer)
    rows = "1,a,2.5\n2,b,\n3,c, -1e1\n"
    job = make_job(tmp_path, f"id,x,label\n{rows}", problem_type="regression")
    assert frames.fit(job).r2 == 0
    (task,) = peer.tasks
    assert task.is_regression
    assert task.X["x"].tolist() == ["a", "c"]
    assert task.y.tolist() == [2.5, -10]
    found = predict(job)
    assert found.classes == ["value"]
    assert found.pred_probs.tolist() == [[-3.75]]
    assert found.labels == []


def test_classes_that_look_like_numbers_are_no_numbers(peer, tmp_path):
    frames.fit(make_job(tmp_path, "id,x,label\n1,2,1\n2,3,2\n"))
    assert not peer.tasks[0].is_regression
