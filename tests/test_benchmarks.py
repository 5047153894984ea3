"""What benchmarks make of what they have measured; nothing is started or measured here."""

import json
import xml.etree.ElementTree as ET

import pytest

from benchmarks.graphs import Chart, Line, ticks
from benchmarks.load import Tally, sampled
from benchmarks.measure import Sample, in_turns, median
from benchmarks.scale import pictures
from benchmarks.scale.calls import DEEP, FIRST, GET
from benchmarks.scale.cells import HOLDALL, Cell, Results
from benchmarks.scale.goals import at_least, at_most, judge
from benchmarks.scale.report import Report

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def results() -> Results:
    """Pages that are slower at a million objects, and gets that are half as fast as the floor."""
    found = Results()
    for objects, first, deep in ((10_000, 200.0, 190.0), (1_000_000, 100.0, 95.0)):
        for workload, rate in ((FIRST, first), (DEEP, deep)):
            found.samples[Cell(workload, HOLDALL, 16, objects)] = Sample(
                rate, p50_ms=4.0, p99_ms=9.0, cpu_us=9000 / rate
            )
    found.samples[Cell(GET, HOLDALL, 16, 1_000_000)] = Sample(50.0, cpu_us=700.0, database_cpu_us=200.0, errors=2)
    found.samples[Cell(GET, "fast", 16, 1_000_000)] = Sample(100.0)
    return found


def reached(results: Results) -> dict[str, tuple[float, str]]:
    return {goal.name: (value, goal.bar.verdict(value)) for goal, value in judge(results)}


def elements(chart: Chart, name: str) -> list[ET.Element]:
    return list(ET.fromstring(chart.svg()).iter(f"{SVG}{name}"))  # noqa: S314 our own


def test_percentiles_are_of_single_calls_and_the_rate_is_of_all_of_them():
    sample = sampled(Tally(latencies=[number / 1000 for number in range(1, 1000)], errors=["x"]), took=2.0)
    assert (sample.rate, sample.errors, sample.operations) == (499.5, 1, 999)
    assert (sample.p50_ms, sample.p99_ms) == pytest.approx((500, 990))


def test_too_few_calls_have_no_percentiles():
    assert sampled(Tally(latencies=[0.1]), took=2.0) == Sample(rate=0.0)


def test_rounds_come_to_their_medians_all_errors_and_the_most_memory():
    rounds = [Sample(rate, errors=1, memory_mib=rate, cpu_us=rate) for rate in (1.0, 9.0, 2.0)]
    assert median(rounds) == Sample(2.0, errors=3, memory_mib=9.0, cpu_us=2.0)


def test_every_round_takes_all_in_turns():
    order: list[str] = []
    in_turns([lambda name=name: order.append(name) or Sample(1.0) for name in "ab"], rounds=2)
    assert order == ["a", "b", "a", "b"]


@pytest.mark.parametrize(
    ("bar", "value", "verdict"),
    [
        (at_least(0.5, 0.75), 0.75, "aim reached"),
        (at_least(0.5, 0.75), 0.5, "reached"),
        (at_least(0.5, 0.75), 0.49, "missed"),
        (at_least(None, 0.75), 0.7, "aim missed"),
        (at_most(1000, None), 1000, "reached"),
        (at_most(1000, 800), 800, "aim reached"),
        (at_most(1000, None), 1001, "missed"),
    ],
)
def test_a_bar_says_what_a_value_has_reached(bar, value, verdict):
    assert bar.verdict(value) == verdict


def test_goals_compare_within_the_run(results):
    assert reached(results) == {
        "get: share of fast": (0.5, "aim missed"),
        "get: CPU µs": (900.0, "reached"),
        "deep page by first page": (0.95, "aim reached"),
        "first page: most objects by fewest": (0.5, "missed"),
        "deep page: most objects by fewest": (0.5, "missed"),
        "first page: CPU, most objects by fewest": (2.0, "missed"),
        "deep page: CPU, most objects by fewest": (2.0, "missed"),
        "errors in all cells": (2, "missed"),
    }


def test_a_run_at_one_size_says_nothing_of_growth(results):
    results.samples = {cell: sample for cell, sample in results.samples.items() if cell.objects == 1_000_000}
    assert not [name for name in reached(results) if "by fewest" in name]


def test_a_report_has_every_cell_and_goal(results):
    report = Report(results, [("a limit", 5.0, "/s")], {16: 9000.0})
    told = json.loads(report.json())
    assert (len(told["cells"]), len(told["goals"]), told["limits"][0]["value"]) == (6, 8, 5.0)
    assert "| 1,000,000 | 16          | fast    | 100        |" in report.markdown()
    assert "0.50 of it" in report.markdown()


def test_ticks_are_round_and_nothing_exceeds_them():
    assert ticks(0.7) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    assert ticks(1999) == [0, 500, 1000, 1500, 2000]
    assert ticks(0) == [0, 1]


def test_a_chart_escapes_its_texts():
    chart = Chart("<p50> & more", "x", "y", [Line("<a>", [(1, 2)], 0)])
    assert {"<p50> & more", "<a>"} <= {element.text for element in elements(chart, "text")}


def test_a_chart_places_more_higher_and_later_further_to_the_right():
    chart = Chart("title", "x", "y", [Line("a", [(10, 5), (1, 1)], 0)])
    first, second = elements(chart, "circle")
    assert float(first.get("cx")) < float(second.get("cx"))
    assert float(first.get("cy")) > float(second.get("cy"))


def test_graphs_are_drawn_of_what_was_measured(results, tmp_path):
    pictures.draw(results, tmp_path)
    drawn = {path.stem for path in tmp_path.iterdir()}
    assert drawn == {"latency", "throughput-get", "throughput-first-page", "throughput-deep-page"}
