"""Each of two calls is held at each of its failpoints while the other comes; and both start at the same moment."""

from functools import partial
from itertools import cycle, islice

import pytest
from django.db import connection

from tests.races.conftest import rounds
from tests.races.pairs import PAIRS
from tests.races.threads import at_once, held_at, points_of

FREE_RUNS = 3  # in each turn of the schedules


def schedules_of(pair, new_scene):
    """Functions of both calls that return both outcomes, by what they do."""
    scene = new_scene(pair.begins)
    first = {f"first held at {point}": partial(held_at, point) for point in points_of(partial(pair.first, scene))}
    scene.clear()
    scene = new_scene(pair.begins)
    second = {f"second held at {point}": swapped(point) for point in points_of(partial(pair.second, scene))}
    scene.clear()
    return first | second | {f"at once, {n}": at_once for n in range(FREE_RUNS)}


def swapped(point):
    return lambda first, second: held_at(point, second, first)[::-1]


def play(pair, scene, schedule):
    return (*schedule(partial(pair.first, scene), partial(pair.second, scene)), pair.ending(scene))


def play_all(pair, new_scene, record_property, *, rounds):
    """Every schedule, again and again until there were so many rounds: only allowed outcomes occur, and each does."""
    schedules = schedules_of(pair, new_scene)
    times = max(rounds, len(schedules))
    seen = {}
    for name, schedule in islice(cycle(schedules.items()), times):
        scene = new_scene(pair.begins)
        result = play(pair, scene, schedule)
        seen.setdefault(result, name)
        assert result in pair.outcomes | pair.also, name
        scene.clear()
    record_property("rounds", (connection.vendor, times))
    assert seen.keys() >= pair.outcomes


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_two_calls_that_meet_come_to_an_outcome_that_is_allowed(pair, new_scene, record_property):
    play_all(pair, new_scene, record_property, rounds=rounds())
