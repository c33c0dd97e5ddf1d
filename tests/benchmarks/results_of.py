"""Made-up result files."""


def result(
    tool="ours-fast",
    data_set="iris",
    seed=0,
    *,
    split="s1",
    version="1",
    accuracy=0.8,
    displayed=0.8,
    error=0.03,
    cpu_seconds=10.0,
    finished="2026-01-02T00:00:00",
    suite="tabular",
    is_noisy=False,
    r2=0.8,
):
    key = {"tool": tool, "version": version, "data_set": data_set, "split": split, "seed": seed}
    shown = None if displayed is None else error
    return {
        "key": key,
        "suite": suite,
        "status": "ok",
        "is_noisy": is_noisy,
        "finished": finished,
        "test": {
            "accuracy": accuracy,
            "standard_error": 0.04,
            "macro_f1": accuracy,
            "log_loss": 0.5,
            "calibration_error": 0.02,
            "jaccard": 0.6,
            "micro_f1": 0.7,
            "hamming_loss": 0.1,
            "balanced_macro_f1": None,
            "r2": r2,
            "rmse": 523.4,
            "relative_rmse": 0.13,
            "mae": 270.6,
            "coverage": 0.901,
            "width": 0.4,
        },
        "displayed": {"accuracy": displayed, "r2": displayed, "standard_error": shown},
        "fit": {
            "cpu_seconds": cpu_seconds,
            "wall_seconds": 11.0,
            "peak_bytes": 3e8,
            "artefact_bytes": 2_500_000,
        },
        "predict": {"rows_per_cpu_second": 12_345.6, "peak_bytes": 2e8},
    }


def failed(tool, error, **kwargs):
    whole = result(tool, **kwargs)
    for part in ("test", "displayed", "fit", "predict"):
        del whole[part]
    return whole | {"status": "failed", "error": error}
