"""The same request as a command and as a program, whatever stands in its cells.

Everything beyond ASCII is written as an escape: nothing in a cell can end a quotation, start a
command, or change how the text around it looks.
"""

import json
import shlex
from collections.abc import Mapping

# One argument of a program may have 131,072 bytes on Linux.
MAX_CHARS = 100_000

PROGRAM = """\
import json
import os
import urllib.request

row = {{
{lines}
}}
request = urllib.request.Request(
    {url},
    json.dumps({{"rows": [row]}}).encode(),
    {{
        "Content-Type": "application/json",
        "Origin": {origin},
        "Cookie": os.environ["STUDIO_COOKIE"],
        "X-CSRFToken": os.environ["STUDIO_CSRF"],
    }},
)
with urllib.request.urlopen(request) as answer:
    print(json.load(answer)["predictions"][0])
"""


def curl_command(url: str, origin: str, row: Mapping[str, str]) -> str:
    """For a POSIX shell; the cookies come from its environment."""
    body = json.dumps({"rows": [dict(row)]}, ensure_ascii=True)
    lines = [
        f"curl {shlex.quote(url)}",
        "-H 'Content-Type: application/json'",
        f"-H {shlex.quote(f'Origin: {origin}')}",
        '-H "Cookie: $STUDIO_COOKIE"',
        '-H "X-CSRFToken: $STUDIO_CSRF"',
        f"--data-binary {shlex.quote(body)}",
    ]
    return " \\\n  ".join(lines)


def python_program(url: str, origin: str, row: Mapping[str, str]) -> str:
    """Needs nothing but Python."""
    lines = "\n".join(f"    {name!a}: {cell!a}," for name, cell in row.items())
    return PROGRAM.format(url=ascii(url), origin=ascii(origin), lines=lines)
