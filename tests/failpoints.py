"""The names of all failpoints, read from the code, so that a new one is tested by being there."""

import ast
from functools import cache
from pathlib import Path

CODE = Path(__file__).parent.parent / "objects_app"


@cache
def every_failpoint() -> list[str]:
    trees = [ast.parse(path.read_text()) for path in sorted(CODE.rglob("*.py"))]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sorted({ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "fp"})
