"""The same request as a command and as a program, whatever stands in its cells.

Everything beyond ASCII is written as an escape: nothing in a cell can end a quotation, start a
command, or change how the text around it looks.
"""

from collections.abc import Mapping

from studio.snippets import CURL, KEY, PYTHON, Snippet, api_url, curl, sending

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
        "Authorization": "Bearer " + os.environ["{key}"],
    }},
)
with urllib.request.urlopen(request) as answer:
    print(json.load(answer)["predictions"][0])
"""


def of_example(model_id: str, row: Mapping[str, str]) -> list[Snippet]:
    """None where the example is too long for a command."""
    if sum(map(len, row.values())) > MAX_CHARS:
        return []
    path = f"/deployments/{model_id}/predict"
    lines = "\n".join(f"    {name!a}: {cell!a}," for name, cell in row.items())
    program = PROGRAM.format(url=ascii(api_url(path)), key=KEY, lines=lines)
    return [
        Snippet(CURL, curl(path, *sending({"rows": [dict(row)]}))),
        Snippet(PYTHON, program),
    ]
