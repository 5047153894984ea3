"""What a sweep is: something that time does, batch by batch, each of which may run twice, at once, or die anywhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.expressions import Combinable

BATCH = 500
Moment = datetime | Combinable


@dataclass(frozen=True)
class Swept:
    """What one batch did: `rows` were handled, `bytes` freed or read; `more` says that another batch may find work.

    `cursor` is where the next batch of a sweep that walks through everything goes on; `trouble` is for the operator.
    """

    rows: int
    bytes: int
    more: bool
    cursor: str = ""
    trouble: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """Something that would go, for whoever asks before it does. `size` is in bytes."""

    id: str
    size: int
    name: str


@dataclass(frozen=True)
class Sweep:
    """`batch(before, limit, cursor)` handles what is older than a moment; `find(before)` only names it.

    `age` is the one that the settings want, `batch_size` another than BATCH.
    """

    name: str
    summary: str
    age: Callable[[], timedelta]
    find: Callable[[Moment], Iterator[Found]]
    batch: Callable[[Moment, int, str], Swept]
    batch_size: int = 0


def moment_of(moment: Moment) -> datetime:
    """What an expression of the database's clock says just now, for comparison with what no row holds."""
    expression = moment if isinstance(moment, Combinable) else Value(moment)
    wrapped = ExpressionWrapper(expression, output_field=DateTimeField())
    evaluated: datetime = ContentType.objects.annotate(moment=wrapped).values_list("moment", flat=True)[:1].get()
    return evaluated
