"""How the log is written: one line for each event, for people or for machines."""

from typing import Any


def logging(log_format: str, log_file: str, level: str) -> dict[str, Any]:
    """To standard error where no file is named."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"add_request_id": {"()": "objects_app.logs.AddRequestId"}},
        "formatters": {
            "console": {
                "()": "objects_app.logs.ConsoleFormatter",
                "format": "{asctime} {levelname} {name} [{request_id}] {message}",
                "style": "{",
            },
            "json": {
                "()": "objects_app.logs.JSONFormatter",
                "fmt": "{asctime}{levelname}{name}{request_id}{message}",
                "style": "{",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
        },
        "handlers": {
            "main": {
                **(
                    {"class": "logging.handlers.WatchedFileHandler", "filename": log_file}
                    if log_file
                    else {"class": "logging.StreamHandler"}
                ),
                "formatter": log_format,
                "filters": ["add_request_id"],
            }
        },
        "root": {"handlers": ["main"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": "ERROR"},  # holdall.access has a line for every request
            "psycopg.pool": {"level": "WARNING"},  # which otherwise tells of every connection lent and given back
            "axes": {"level": "ERROR"},  # the audit trail tells of failures and locks
            "botocore": {"level": "WARNING"},  # which otherwise tells of every signature that it makes
        },
    }
