#!/usr/bin/env python
"""Holdall's commands. Options of the servers that say where things are become settings before settings are read."""

import argparse
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def adopt_server_options(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(add_help=False)  # Django takes abbreviations as well
    parser.add_argument("--address")
    parser.add_argument("--data-dir")
    options, _ = parser.parse_known_args(arguments)
    if options.address:
        os.environ["ADDRESS"] = options.address
    if options.data_dir:
        os.environ["DATA_DIR"] = options.data_dir


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] in (["serve"], ["web"]):
        adopt_server_options(sys.argv[2:])
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}.")
