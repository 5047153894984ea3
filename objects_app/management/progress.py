"""Progress on a terminal or in a log."""

from django.core.management.base import OutputWrapper

from objects_app.progress import Progress


def progress_on(output: OutputWrapper, *, what: str = "Blobs") -> Progress:
    """A terminal has one line that changes every second, a log one more line every ten."""
    if output.isatty():
        return Progress(lambda line: output.write(f"\r\033[K{line}", ending=""), every=1, what=what)
    return Progress(output.write, every=10, what=what)


def end_line(output: OutputWrapper) -> None:
    if output.isatty():
        output.write("\r\033[K", ending="")
