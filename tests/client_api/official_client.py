"""Runs scripts and the command line of the official client, as their users do."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..running_studio import ROOT

PROGRAMS = ROOT / ".venv" / "client" / "bin"
SCRIPTS = Path(__file__).parent / "scripts"
TIMEOUT_SECONDS = 900


@dataclass(frozen=True)
class Done:
    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class OfficialClient:
    """`folder` is its current one and its home: settings that it writes are found nowhere else."""

    url: str
    api_key: str
    folder: Path

    def run_script(self, script, **environment):
        """A file of scripts/, or a text; its last line is JSON, which is returned.

        The key is in API_KEY, further arguments are environment variables too.
        """
        text = (SCRIPTS / script).read_text() if script.endswith(".py") else script
        done = self._run("python", "-c", text, **environment)
        assert done.code == 0, done.output + done.errors
        return json.loads(done.output.splitlines()[-1])

    def run_cli(self, *arguments):
        return self._run("cleanlab", *map(str, arguments))

    def _run(self, program, *arguments, **environment):
        done = subprocess.run(
            [str(PROGRAMS / program), *arguments],
            cwd=self.folder,
            env={
                "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                # What scripts share.
                "PYTHONPATH": str(SCRIPTS),
                "XDG_CONFIG_HOME": str(self.folder / "config"),
                "CLEANLAB_API_BASE_URL": f"{self.url}/api",
                "API_KEY": self.api_key,
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        return Done(done.returncode, done.stdout, done.stderr)
