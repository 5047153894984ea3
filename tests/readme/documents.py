"""What the documents say, read for comparison with what the code does."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
ERRORS = ROOT / "docs" / "errors.md"
CODE = re.compile(r"`([^`]+)`")


def executed_blocks(language):
    """The fenced blocks below an `executed` comment, which readers do not see."""
    return re.findall(rf"^<!-- executed -->\n```{language}\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)


def table(document, heading):
    """The rows of the table under a heading, without its head."""
    section = document.read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def code(cell):
    """The first piece of code in a cell, or nothing."""
    found = CODE.match(cell)
    return found[1] if found else ""
