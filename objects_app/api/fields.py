"""Strict input fields: JSON's own types only, and no text that a database or a header cannot carry.

A field with `from_text` reads the same values from a query string. Every field tells its own OpenAPI schema.
"""

import re
from typing import Any, ClassVar

from rest_framework import serializers

from objects_app import metadata_rules
from objects_app.content_types import MIME_TYPE, WORDS, is_content_type
from objects_app.text import is_clean

OBJECT_ID = re.compile(r"obj_[0-9A-Za-z]{20,36}")
DIGITS = re.compile(r"[0-9]{1,4000}")  # Python refuses to read many more
LARGEST = 2**63 - 1
NO_CONTROL = r"[^\u0000-\u001f\u007f-\u009f]"
NOT_BLANK = rf"^{NO_CONTROL}*[^\s\u0000-\u001f\u007f-\u009f]{NO_CONTROL}*$"
Schema = dict[str, Any]


class InputField(serializers.Field[Any, Any, Any, Any]):
    """A field that is only read."""

    def __init__(self, *, from_text: bool = False, **options: Any) -> None:
        self.from_text = from_text
        super().__init__(**options)

    def schema(self) -> Schema:
        raise NotImplementedError

    def to_representation(self, value: Any) -> Any:
        return value


class TextField(InputField):
    default_error_messages: ClassVar = {
        "type": "This must be a string.",
        "long": "This must have at most {most} characters.",
        "control": "This must not contain control characters.",
    }

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("type")
        if len(data) > self.most:
            self.fail("long", most=self.most)
        if not is_clean(data):
            self.fail("control")
        return data

    def schema(self) -> Schema:
        return {"type": "string", "maxLength": self.most, "pattern": f"^{NO_CONTROL}*$"}


class NameField(TextField):
    """With something in it besides white space."""

    default_error_messages: ClassVar = {"blank": "This must not be blank."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text.strip():
            self.fail("blank")
        return text

    def schema(self) -> Schema:
        return super().schema() | {"minLength": 1, "pattern": NOT_BLANK}


class ContentTypeField(TextField):
    default_error_messages: ClassVar = {
        "content_type": f"This must be one of {', '.join(WORDS)}, or a MIME type such as text/csv."
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not is_content_type(text):
            self.fail("content_type")
        return text

    def schema(self) -> Schema:
        pattern = f"^(?:{'|'.join(WORDS)}|{MIME_TYPE.pattern})$"
        return {"type": "string", "maxLength": self.most, "pattern": pattern}


class Sha256Field(InputField):
    default_error_messages: ClassVar = {"sha256": "This must be the 64 hexadecimal digits of a SHA-256 digest."}
    digest = re.compile(r"[0-9a-fA-F]{64}")

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not self.digest.fullmatch(data):
            self.fail("sha256")
        return data.lower()

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{self.digest.pattern}$"}


class FlagField(InputField):
    default_error_messages: ClassVar = {"type": "This must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if self.from_text and data in ("true", "false"):
            return bool(data == "true")
        if not isinstance(data, bool):
            self.fail("type")
        return data

    def schema(self) -> Schema:
        return {"type": "boolean"}


class IntegerField(InputField):
    """A whole number from `least` to `most`; with `clamp`, a larger one counts as `most`."""

    default_error_messages: ClassVar = {
        "type": "This must be an integer.",
        "small": "This must be at least {least}.",
        "large": "This must be at most {most}.",
    }

    def __init__(self, *, least: int, most: int = LARGEST, clamp: bool = False, **options: Any) -> None:
        self.least = least
        self.most = most
        self.clamp = clamp
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        number = self._whole_number(data)
        if number < self.least:
            self.fail("small", least=self.least)
        if number > self.most and not self.clamp:
            self.fail("large", most=self.most)
        return min(number, self.most)

    def _whole_number(self, data: Any) -> int:
        if self.from_text and isinstance(data, str) and DIGITS.fullmatch(data):
            return int(data)
        if isinstance(data, float) and data.is_integer():  # 1.0 and 1e3 are integers in JSON Schema
            return int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("type")
        return data

    def schema(self) -> Schema:
        schema = {"type": "integer", "minimum": self.least}
        return schema if self.clamp else schema | {"maximum": self.most}


class ChoiceField(InputField):
    default_error_messages: ClassVar = {"choice": "This must be one of {choices}."}

    def __init__(self, choices: list[str], **options: Any) -> None:
        self.choices = choices
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if data not in self.choices:
            self.fail("choice", choices=", ".join(self.choices))
        return str(data)

    def schema(self) -> Schema:
        return {"type": "string", "enum": self.choices}


class MetadataField(InputField):
    """A map of strings to strings; null is an empty one."""

    longest_key = metadata_rules.LONGEST_KEY
    default_error_messages: ClassVar = {"type": "This must be an object whose values are strings."}

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
            self.fail("type")
        if problem := metadata_rules.problem_of(data):
            raise serializers.ValidationError(problem)
        return data

    def schema(self) -> Schema:
        return {
            "type": "object",
            "maxProperties": metadata_rules.MOST_PAIRS,
            "propertyNames": {"minLength": 1, "maxLength": self.longest_key, "pattern": f"^{NO_CONTROL}+$"},
            "additionalProperties": {
                "type": "string",
                "maxLength": metadata_rules.LONGEST_VALUE,
                "pattern": f"^{NO_CONTROL}*$",
            },
        }
