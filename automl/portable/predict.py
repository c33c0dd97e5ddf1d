"""Predicts without a server: python predict.py --help. Stands in the first folder of a bundle."""

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NEWEST_REFUSED = (3, 10)
LINKED = "CLEANSET_OPENMP"


def main() -> int:
    if sys.version_info[:2] <= NEWEST_REFUSED:
        return complain("Python 3.11 or newer is needed.")
    # Before anything of the same name that is installed, and also where Python runs isolated.
    sys.path.insert(0, str(FOLDER))
    sys.dont_write_bytecode = True
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        set_threads()
        command = import_module("automl.portable.command")
    except (ImportError, OSError) as error:
        return complain(
            f"A library cannot be loaded ({error}). Run: python -m pip install -r requirements.txt"
        )
    code: int = command.main(FOLDER, sys.argv[1:])
    return code


def set_threads() -> None:
    """Read when libraries are loaded: one thread unless asked for more, as on the server.

    LightGBM looks for the OpenMP library where only the start of a process can tell it to.
    """
    threads = import_module("automl.threads")
    n_threads = threads.thread_count()
    for name, value in threads.thread_environment(n_threads).items():
        os.environ.setdefault(name, value)
    if LINKED not in os.environ:
        link = None
        # Where this folder cannot be written and LightGBM needs it, LightGBM says so.
        with suppress(OSError):
            link = import_module("openmp").link_bundled_openmp(FOLDER / ".openmp")
        if link is not None:
            known = os.environ.get("LD_LIBRARY_PATH", "")
            path = f"{link.parent}:{known}".strip(":")
            os.environ.update({LINKED: "1", "LD_LIBRARY_PATH": path})
            os.execv(sys.executable, sys.orig_argv)  # noqa: S606


def complain(message: str) -> int:
    sys.stderr.write(f"predict.py: error: {message}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
