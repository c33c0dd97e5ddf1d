import math

import pytest

from benchmarks.automl.comparison import cost_ratio, difference, honesty, newest, pair
from benchmarks.automl.report import make_report
from tests.benchmarks.results_of import failed, result


def accuracy_of(run):
    return run["test"]["accuracy"]


def lines_of(report, tool):
    return [line for line in report.splitlines() if f"| {tool} |" in line]


def test_a_line_shows_the_mean_over_seeds_in_percent_and_megabytes():
    report = make_report([result(seed=0, accuracy=0.7), result(seed=1, accuracy=0.8)], "tabular")
    line = lines_of(report, "ours-fast")[0]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[:5] == ["iris", "ours-fast", "2/2", "75.00", "4.00"]
    assert cells[-5:] == ["11.0", "300", "200", "12,346", "2.5"]


def test_a_run_that_failed_says_why_and_counts_in_no_mean():
    runs = [result("flaml"), failed("flaml", "MemoryError: too large", seed=1)]
    report = make_report(runs, "tabular")
    assert "| iris | flaml | 1/2 | 80.00 |" in report
    assert "- iris, flaml, seed 1 failed: `MemoryError: too large`" in report


def test_a_tool_of_which_every_run_failed_still_has_its_line():
    report = make_report([failed("h2o", "no java")], "tabular")
    assert "| iris | h2o | 0/1 | – |" in report


def test_a_newer_run_of_the_same_tool_split_and_seed_replaces_the_older():
    old = result(version="1", accuracy=0.5, finished="2026-01-01T00:00:00")
    new = result(version="2", accuracy=0.9, finished="2026-01-03T00:00:00")
    assert newest([new, old]) == [new]
    assert newest([new, old, result(split="s2")])[1]["key"]["split"] == "s2"


def test_pairs_need_the_same_split_and_seed():
    runs = [
        result(seed=0),
        result("flaml", seed=0),
        result(seed=1),
        result("flaml", seed=2),
        result(data_set="wine", split="s1"),
        result("flaml", data_set="wine", split="s2"),
    ]
    pairs = pair(runs, "ours-fast", "flaml")
    assert {name: len(found) for name, found in pairs.items()} == {"iris": 1}


def test_sets_weigh_the_same_however_many_seeds_they_have():
    runs = [result("flaml", data_set=name, seed=s) for name in ("a", "b") for s in range(3)]
    runs += [result(data_set="a", seed=s, accuracy=0.9) for s in range(3)]
    runs += [result(data_set="b", seed=0, accuracy=0.5)]
    found = difference(pair(runs, "ours-fast", "flaml"), accuracy_of)
    assert found.mean == pytest.approx((0.1 - 0.3) / 2)
    assert found.low == pytest.approx(-0.3)
    assert found.high == pytest.approx(0.1)


def test_one_set_has_a_difference_but_no_interval():
    runs = [result(accuracy=0.83), result("flaml", accuracy=0.8)]
    found = difference(pair(runs, "ours-fast", "flaml"), accuracy_of)
    assert found.mean == pytest.approx(0.03)
    assert (found.low, found.high) == (None, None)
    assert "| ours-fast | flaml | 1 | 1 | +3.00 | +3.00 | +0.0000 | 1.00 |" in make_report(
        runs, "tabular"
    )


def test_the_cost_ratio_is_a_geometric_mean():
    runs = [
        result(data_set="a", cpu_seconds=10),
        result("flaml", data_set="a", cpu_seconds=40),
        result(data_set="b", cpu_seconds=20),
        result("flaml", data_set="b", cpu_seconds=20),
    ]
    assert cost_ratio(pair(runs, "ours-fast", "flaml")) == pytest.approx(0.5)


def test_honesty_counts_runs_whose_displayed_score_is_two_errors_too_high():
    runs = [
        result(seed=0, accuracy=0.7, displayed=0.9, error=0.03),
        result(seed=1, accuracy=0.8, displayed=0.75, error=0.03),
    ]
    found = honesty(runs, "ours-fast")
    combined = math.hypot(0.03, 0.04)
    assert found.mean == pytest.approx(0.075)
    assert found.mean_z == pytest.approx((0.2 / combined - 0.05 / combined) / 2)
    assert found.share_above == 0.5


def test_noisy_training_labels_and_tools_that_show_no_accuracy_are_not_judged():
    runs = [result(is_noisy=True), result("flaml-logloss", displayed=None)]
    assert honesty(runs, "ours-fast") is None
    assert honesty(runs, "flaml-logloss") is None
    assert "| flaml-logloss | 0 | – | – | – |" in make_report(runs, "tabular")


def test_ours_comes_first_in_the_order_of_effort():
    tools = ["autogluon-medium", "ours-best", "ours-regular", "ours-fast"]
    report = make_report([result(tool) for tool in tools], "tabular")
    shown = [line.split(" | ")[1] for line in report.splitlines() if line.startswith("| iris")]
    assert shown == ["ours-fast", "ours-regular", "ours-best", "autogluon-medium"]


def test_sets_of_labels_have_their_own_scores():
    report = make_report([result(suite="multilabel"), result()], "multilabel")
    assert "exact match %" in report
    assert "Hamming loss" in report
    assert "ECE" not in report
    assert lines_of(report, "ours-fast")[0].split(" | ")[5:10] == [
        "60.00",
        "70.00",
        "80.00",
        "–",
        "0.1000",
    ]


def test_numbers_have_their_own_scores_and_are_compared_by_r2():
    runs = [
        result(suite="regression", r2=0.9, displayed=0.92),
        result("flaml", suite="regression", r2=0.7, displayed=None),
    ]
    report = make_report(runs, "regression")
    assert "displayed %" not in report
    cells = lines_of(report, "ours-fast")[0].split(" | ")
    assert cells[3:9] == ["0.9000", "0.0400", "523.4", "270.6", "90.1", "0.400"]
    assert cells[9] == "0.9200"
    assert "| ours-fast | flaml | 1 | 1 | +0.2000 | +0.0000 | 1.00 |" in report
    assert "| ours-fast | 1 | +2.00 | +0.40 | 0% |" in report
    assert "| flaml | 0 | – | – | – |" in report


def test_other_suites_and_nothing_at_all_give_no_table():
    assert make_report([result(suite="text")], "tabular") == (
        "# Benchmark: tabular\n\nNo results.\n"
    )
