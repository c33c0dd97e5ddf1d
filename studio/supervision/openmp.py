"""LightGBM needs the OpenMP run-time library; scikit-learn's wheel brings one along.

Run as a script it links that copy into a folder for LD_LIBRARY_PATH, where the system has none.
"""

import ctypes
import sys
from importlib.metadata import files
from pathlib import Path

SONAME = "libgomp.so.1"


def link_bundled_openmp(folder: Path) -> Path | None:
    """The link that was made, or None where it is not needed or cannot be made."""
    if sys.platform != "linux" or has_openmp():
        return None
    bundled = next(
        (entry for entry in files("scikit-learn") or [] if entry.name.startswith("libgomp")), None
    )
    if bundled is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / SONAME
    link.unlink(missing_ok=True)
    link.symlink_to(Path(str(bundled.locate())).resolve())
    return link


def has_openmp() -> bool:
    try:
        ctypes.CDLL(SONAME)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    link_bundled_openmp(Path(sys.argv[1]))
