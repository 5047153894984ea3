"""docs/audit.md names every field, every action and what each says in its details, as the code writes them."""

import ast
import re

from objects_app.audit import AuditAction
from objects_app.models import AuditEvent
from tests.readme.documents import CODE, ROOT, code, table

AUDIT = ROOT / "docs" / "audit.md"
RECORDING = {"audit.record", "audit.of_stored_object"}
NO_DETAILS = {"actor", "target", "target_id", "result", "size", "soon"}
LINK = re.compile(r"\]\(([^)#]+)")


def recorded() -> dict[str, set[str]]:
    """By action: what calls that name it write into the details."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "objects_app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in RECORDING and node.args:
                action = ast.unparse(node.args[0]).removeprefix("AuditAction.")
                named = {keyword.arg for keyword in node.keywords if keyword.arg} - NO_DETAILS
                found.setdefault(action, set()).update(named)
    return found


def test_every_field_is_described_in_order():
    assert [code(row[0]) for row in table(AUDIT, "Fields")] == [field.column for field in AuditEvent._meta.fields]


def test_every_action_is_described_in_order():
    assert [code(row[0]) for row in table(AUDIT, "Actions")] == [action.value for action in AuditAction]


def test_the_details_that_the_code_writes_are_described():
    told = {code(row[0]): set(CODE.findall(" ".join(row[2:]))) for row in table(AUDIT, "Actions")}
    written = {action: details for action, details in recorded().items() if action in AuditAction.__members__}
    assert len(written) > 20
    missing = {action: details - told[AuditAction[action].value] for action, details in written.items()}
    assert {action: details for action, details in missing.items() if details} == {}


def test_the_document_leads_to_files_that_exist():
    targets = [target for target in LINK.findall(AUDIT.read_text()) if "://" not in target]
    assert targets
    assert [target for target in targets if not (AUDIT.parent / target).exists()] == []
