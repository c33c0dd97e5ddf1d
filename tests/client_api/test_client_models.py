"""The official client against a running product: models and their predictions."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from ..running_studio import ROOT

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("client")]

BEGUN_SECONDS = 0.5
SLOW = "integers truths sets"


@pytest.fixture(scope="package")
def trained_slowly(official_client_of, api_key):
    return official_client_of(api_key).run_script("train_models.py", TABLES=SLOW)


def test_texts_are_predicted_in_every_form(run_client, trained):
    found = run_client("predict_texts.py", MODEL=trained["texts"]["model"])
    assert found["columns"] == ["account", "delivery", "refund"]
    assert found["labels"][:3] == ["delivery", "refund", "account"]
    assert len(found["labels"]) == 8
    assert found["sums"] == pytest.approx([1] * 8, abs=1e-6)
    assert found["labels"] == found["likeliest"]
    assert found["others"] == [found["labels"]] * 3


def test_a_table_is_predicted_whatever_stands_around_it(run_client, trained):
    found = run_client("predict_table.py", MODEL=trained["words"]["model"])
    predicted = found["predicted"]
    assert set(predicted["plain"]) == {"large", "small"}
    for name in ("shuffled", "labelled", "named", "dated"):
        assert predicted[name] == predicted["plain"], name
    assert predicted["filtered"] == predicted["plain"][::2]
    assert found["right"] > 0.8
    assert "has no column 'colour'" in found["refusal"]
    assert found["seconds"] < 5


def test_batches_that_cannot_be_predicted_end_soon_in_a_sentence(run_client, trained):
    ids = {name.upper(): trained[name]["model"] for name in ("texts", "words")}
    said = run_client("bad_batches.py", **ids)
    for name, (message, seconds) in said.items():
        assert message.startswith("APIError: "), message
        assert message.endswith((".", "?")), message
        assert seconds < 10, name
    assert "has no columns 'size', 'age', 'colour'" in said["other columns"][0]
    assert "no column 'customer message'" in said["a table for texts"][0]
    assert "no data rows" in said["no texts"][0]


def test_a_class_called_like_the_column_of_labels_is_refused(run_client):
    said = run_client("refused_class.py")
    assert said.startswith("InvalidProjectConfiguration: ")
    assert "A class may not be named 'Suggested Label'" in said


@pytest.mark.slow
def test_labels_come_back_in_the_type_they_had(run_client, trained_slowly):
    ids = {name.upper(): trained_slowly[name]["model"] for name in ("integers", "truths")}
    found = run_client("predict_types.py", **ids)
    assert found["integers"]["type"] == "int64"
    assert found["integers"]["columns"] == ["1", "10", "2"]
    assert found["truths"]["type"] == "bool"
    assert min(each["right"] for each in found.values()) > 0.8


@pytest.mark.slow
def test_sets_of_labels_are_lists(run_client, trained_slowly):
    found = run_client("predict_sets.py", MODEL=trained_slowly["sets"]["model"])
    assert found["type"] == "object"
    assert found["labels"][:3] == [["warm"], ["cold, wet"], ["7"]]
    assert sorted(found["labels"][3]) == ["7", "cold, wet", "warm"]
    assert found["labels"][4] == []
    assert found["only_numbers"] == [["7"], ["7"], []]
    for labels, probs in zip(found["labels"], found["probs"], strict=True):
        assert list(probs) == ["7", "cold, wet", "warm"]
        assert [probs[label] for label in labels] == sorted(
            (probs[label] for label in labels), reverse=True
        )
    assert sum(found["probs"][3].values()) > 1.5


@pytest.mark.slow
def test_somebody_else_gets_an_error_for_every_id(
    official_client_of, other_key, trained, run_client
):
    query = run_client("open_query.py", MODEL=trained["words"]["model"])
    ids = json.dumps(trained["words"] | {"query": query})
    said = official_client_of(other_key).run_script("try_ids_of_others.py", IDS=ids)
    assert len(said) == 19
    for name, answer in said.items():
        assert "There is no" in answer or "There is nothing" in answer, (name, answer)


@pytest.mark.slow
def test_a_model_whose_workers_die_is_told_to_have_failed(official_client, studio, trained):
    """Each is tried again, so they are killed until nothing is left to try."""
    with ThreadPoolExecutor() as pool:
        told = pool.submit(
            official_client.run_script, "fail_to_deploy.py", CLEANSET=trained["words"]["cleanset"]
        )
        while not told.done():
            if (official_client.folder / "model").exists():
                kill_trainings(studio)
            time.sleep(0.1)
    said = told.result()
    assert said["waiting"] == said["waiting again"]
    assert said["waiting"].startswith("DeploymentError: Model training failed")
    assert said["predicting"].startswith("APIError: The training of this model failed")
    assert said["seconds"] < 30


def kill_trainings(studio):
    """The forks in which training workers do their jobs, once they have begun one."""
    for worker in psutil.Process(studio.process.pid).children():
        if worker.cmdline()[-2:] == ["work", "training"]:
            for horse in worker.children():
                if time.time() - horse.create_time() > BEGUN_SECONDS:
                    horse.kill()


@pytest.mark.slow
def test_a_model_of_corrected_labels_keeps_its_promise(run_client, studio):
    """A fifth of the labels is wrong; what is suggested is taken, and a model deployed."""
    sample = str(ROOT / "samples" / "banking_questions.csv")
    cleanset = run_client("flipped_project.py", SAMPLE=sample)
    studio.manage("shell", "--no-imports", "-c", AUTO_FIX.format(cleanset=cleanset))
    found = run_client("deploy_and_score.py", CLEANSET=cleanset)
    shown = studio.manage("shell", "--no-imports", "-c", LEADERBOARD.format(model=found["model"]))
    lines = json.loads(shown)
    assert "Ensemble Predictor" in [line["title"] for line in lines]
    best, *others = [line for line in lines if line["held_out"] is not None]
    assert best["is_deployed"]
    # Of those that cannot be told apart the simplest is deployed, and stands first.
    held_out = [line["held_out"] for line in others]
    assert held_out == sorted(held_out, reverse=True)
    assert best["held_out"] >= max(held_out) - 0.02
    assert best["held_out"] > best["original"]
    assert min(best["training_seconds"], best["inference_seconds"]) > 0
    assert found["right"] == pytest.approx(best["held_out"], abs=0.03)


AUTO_FIX = """
from studio.clean_top import clean_top
from studio.models import Cleanset
from studio.review_query import ReviewQuery
made = Cleanset.objects.get(pk="{cleanset}")
query = ReviewQuery(preset="issues")
clean_top(cleanset=made, query=query, k=made.n_rows, action="auto-fix", user=made.created_by)
"""
LEADERBOARD = """
import json
from models_app.leaderboard import candidates_in_order
from models_app.models import DeployedModel
lines = candidates_in_order(DeployedModel.objects.get(pk="{model}"))
names = dict(held_out="held_out_accuracy", original="original_accuracy")
names |= {{n: n for n in ("title", "is_deployed", "training_seconds", "inference_seconds")}}
print(json.dumps([{{key: getattr(line, name) for key, name in names.items()}} for line in lines]))
"""


@pytest.mark.slow
def test_fifty_thousand_rows_are_predicted_before_the_client_gives_up(run_client):
    found = run_client("predict_many.py")
    assert found["rows"] == 50_000
    assert found["right"] > 0.8
    assert found["seconds"] < 930
