"""Files that are brought to a model: refused before anything is made, or queued once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from automl.errors import InputError
from inference.batches import check_header, create_batch
from inference.models import InferenceResult
from models_app.models import DeployedModel
from studio.models import Job, Project, StoredFile
from studio.trash import delete_row, purge_deleted

from ..factories import make_cleanset, make_model
from ..inline_jobs import run_all_jobs

pytestmark = pytest.mark.django_db

COLUMNS = [("age", "numeric"), ("Home city", "categorical"), ("income", "numeric")]
WHOLE = "age,Home city,income\n31,Bern,5000\n"


@pytest.fixture
def model(alice, tmp_path):
    model = make_model(make_cleanset(alice, tmp_path), tmp_path)
    set_columns(COLUMNS)
    return DeployedModel.objects.get(pk=model.pk)


def set_columns(columns):
    schema = [{"name": n, "kind": k, "position": i} for i, (n, k) in enumerate(columns)]
    Project.objects.update(feature_schema=schema)


@pytest.fixture
def bring(model, alice, tmp_path):
    def bring(text, key="pressed", name="people.csv"):
        path = tmp_path / "brought"
        path.write_text(text)
        return create_batch(
            user=alice,
            model=DeployedModel.objects.get(pk=model.pk),
            file_name=name,
            path=path,
            idempotency_key=key,
        )

    return bring


@pytest.fixture
def refusal(bring):
    """How a file is refused; that nothing was made or stored for it is checked each time."""

    def refusal(text, **options):
        stored = StoredFile.objects.count()
        with pytest.raises(InputError) as refused:
            bring(text, **options)
        assert not InferenceResult.objects.exists()
        assert not Job.objects.exists()
        assert StoredFile.objects.count() == stored
        assert len(refused.value.message) <= 200
        return refused.value

    return refusal


@pytest.mark.parametrize(
    ("header", "missing", "present"),
    [
        ("Home city,income", ["age"], []),
        ("income,other", ["age", "Home city"], ["income"]),
        ("other", ["age", "Home city", "income"], []),
    ],
)
def test_every_missing_column_is_named(refusal, header, missing, present):
    error = refusal(f"{header}\n" + ",".join("1" for _ in header.split(",")) + "\n")
    assert error.code == "MISSING_COLUMNS"
    assert all(f"'{name}'" in error.message for name in missing)
    assert not any(f"'{name}'" in error.message for name in present)


def test_of_very_many_missing_columns_the_first_are_named_in_a_short_message(model, refusal):
    set_columns([(f"measurement number {i}", "numeric") for i in range(300)])
    error = refusal("other\n1\n")
    assert "'measurement number 0'" in error.message
    assert "more" in error.message


def test_a_name_that_differs_only_in_case_is_suggested(refusal):
    error = refusal("Age,Home city,income\n31,Bern,5000\n")
    assert "'age'" in error.message
    assert "Did you mean 'Age'?" in error.message


@pytest.mark.parametrize("status", ["INITIALIZING", "TRAINING", "FINALIZING", "FAILED"])
def test_a_model_that_is_not_trained_takes_no_files(model, refusal, status):
    DeployedModel.objects.update(status=status)
    assert refusal(WHOLE).code == "NOT_TRAINED"


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("", "people.csv", "EMPTY_FILE"),
        (WHOLE, "people.exe", "UNSUPPORTED_TYPE"),
        ("age,age,Home city,income\n1,2,3,4\n", "people.csv", "DUPLICATE_COLUMNS"),
        ("age,Home city,income\n", "people.csv", "NO_ROWS"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(refusal, text, name, code):
    assert refusal(text, name=name).code == code


def test_a_file_that_fits_is_stored_and_queued(bring, model):
    result = bring(WHOLE)
    job = Job.objects.get(subject_id=result.pk)
    assert (job.kind, job.state) == ("prediction-reading", "queued")
    assert (result.deployed_model, result.file_name) == (model, "people.csv")
    assert result.upload_file.size_bytes == len(WHOLE)
    assert StoredFile.objects.get(pk=result.upload_file_id).purge_after is None


def test_columns_may_stand_in_any_order_and_strangers_are_noted(bring):
    result = bring("income,spare,age,Home city,more\n1,2,3,4,5\n")
    run_all_jobs()
    result.refresh_from_db()
    assert result.ignored_columns == ["spare", "more"]
    assert result.positions == [2, 3, 0]


def test_only_so_many_ignored_columns_are_listed(bring):
    spare = [f"spare{i}" for i in range(80)]
    header = ",".join(["age", "Home city", "income", *spare])
    result = bring(f"{header}\n" + "1," * 82 + "1\n")
    run_all_jobs()
    result.refresh_from_db()
    assert result.ignored_columns == spare[:50]


def test_two_presses_make_one_result_and_two_forms_make_two(bring):
    assert bring(WHOLE) == bring(WHOLE)
    assert Job.objects.count() == 1
    assert bring(WHOLE, key="another form") != bring(WHOLE)
    assert InferenceResult.objects.count() == 2


def test_the_key_of_deleted_predictions_makes_new_ones(bring, settings):
    settings.DELETED_GRACE_DAYS = 0
    first = bring(WHOLE, key="same")
    delete_row(first)
    assert bring(WHOLE, key="same").pk != first.pk
    delete_row(InferenceResult.objects.get())
    purge_deleted()
    assert not InferenceResult.all_objects.exists()
    assert bring(WHOLE, key="same").status == "checking"


@pytest.fixture
def post(model, alice_client):
    def post(text, name="people.csv"):
        file = SimpleUploadedFile(name, text.encode())
        address = reverse("inference:result_create", args=[model.pk])
        return alice_client.post(address, {"file": file, "idempotency_key": "pressed"})

    return post


def test_the_page_says_on_its_form_that_no_column_can_be_meant(post):
    answer = post("something\n1\n")
    assert answer.status_code == 422
    (message,) = answer.context["form"].errors["file"]
    assert message.startswith("The file has no columns 'age', 'Home city'")
    assert not InferenceResult.objects.exists()


def test_the_page_of_a_model_that_is_not_trained_takes_no_files(post, model):
    DeployedModel.objects.update(status="TRAINING")
    answer = post(WHOLE)
    assert answer.status_code == 302
    assert answer.url == reverse("inference:result_list", args=[model.pk])
    assert not InferenceResult.objects.exists()


def test_a_file_over_the_limit_is_refused_by_the_page(post, settings):
    settings.MAX_UPLOAD_BYTES = len(WHOLE) - 1
    assert post(WHOLE).status_code == 413
    assert not InferenceResult.objects.exists()


def test_the_template_of_a_model_has_the_columns_it_needs(model, alice_client, tmp_path):
    answer = alice_client.get(reverse("inference:template_csv", args=[model.pk]))
    path = tmp_path / "template.csv"
    path.write_bytes(b"".join(answer) + b"31,Bern,5000\n")
    check_header(InferenceResult(deployed_model=model, file_name="template.csv"), path)
