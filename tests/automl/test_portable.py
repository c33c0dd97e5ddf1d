"""What a bundle is made of, told without loading a predictor."""

import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from automl.families import FAMILIES
from automl.features.built_in import BUILT_IN
from automl.portable.contents import NAMED_ENCODERS, START
from automl.portable.modules import ROOT, follow_imports
from automl.portable.requirements import PACKAGES, PLATFORMS, pin_requirements

LOCK = """\
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:00
    # via cleanset-studio (pyproject.toml)
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:00
scipy==1.17.1
"""


def test_imports_are_followed_to_all_that_is_loaded():
    code = (
        "import sys; import automl.portable.command, automl.families.text_linear_svm as m\n"
        "print(*[name for name in sys.modules if name.partition('.')[0] == 'automl'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = {name.replace(".", "/") for name in done.stdout.split()}
    found = follow_imports([START, "automl.families.text_linear_svm"]).files
    assert {str(path.with_suffix("")).removesuffix("/__init__") for path in found} == files


def test_only_what_is_needed_is_asked_for():
    plain = follow_imports([START])
    assert plain.libraries == {"numpy", "scipy", "sklearn", "pyarrow", "defusedxml"}
    more = follow_imports([START, FAMILIES["catboost"].module])
    assert more.libraries - plain.libraries == {"catboost", "pandas"}


def test_a_package_is_known_for_every_library_that_a_predictor_may_need():
    modules = [*FAMILIES.values(), *BUILT_IN.values()]
    needed = follow_imports([START, *NAMED_ENCODERS, *(used.module for used in modules)])
    # What tuning a transformer needs is loaded late, and predicting does not need it.
    assert needed.libraries == PACKAGES.keys()


def pins(libraries, made_with, lock=LOCK):
    return pin_requirements(libraries, made_with, lock).splitlines()


def test_versions_are_those_that_made_the_predictor():
    assert pins(["scipy"], {"scipy": "1.16.0"}) == ["scipy==1.16.0"]
    assert f"defusedxml=={version('defusedxml')}" in pins(["defusedxml"], {})


def test_what_packages_need_is_pinned_where_they_are_the_installed_ones():
    now = pins(["sklearn"], {"scikit-learn": version("scikit-learn")})
    assert f"joblib=={version('joblib')}" in now
    assert pins(["sklearn"], {"scikit-learn": "1.0"}) == ["scikit-learn==1.0"]


@pytest.mark.parametrize(
    ("made", "lines"),
    [
        ("2.4.6", ["numpy==2.4.6"]),
        ("2.3.0", ["numpy==2.3.0"]),
        (
            "2.5.5",
            [
                "numpy==2.4.6 ; python_full_version < '3.12'",
                "numpy==2.5.5 ; python_full_version >= '3.12'",
            ],
        ),
    ],
)
def test_a_version_for_new_pythons_has_another_one_beside_it(made, lines):
    assert [line for line in pins(["numpy"], {"numpy": made}) if "numpy" in line] == lines


def test_a_library_whose_package_differs_by_platform_has_both():
    assert pins(["xgboost"], {"xgboost-cpu": "3.1.0"})[-2:] == [
        "xgboost==3.1.0 ; sys_platform != 'linux'",
        "xgboost-cpu==3.1.0 ; sys_platform == 'linux'",
    ]
    asked = (ROOT / "pyproject.toml").read_text()
    for name, marker in PLATFORMS.items():
        assert re.search(rf'"{name}[>=][^"]*; {marker}"', asked)


def test_without_a_lock_pins_have_no_markers():
    assert pins(["numpy"], {"numpy": "2.5.5"}, lock="")[-1] == "numpy==2.5.5"
