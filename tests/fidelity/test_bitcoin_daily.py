"""Daily statistics of 17,002 recorded GitHub Actions jobs equal the ones that their publisher computed."""

import csv

import msgspec

from reports.trace_stats import file_statistics


def test_all_thirteen_fields_of_all_fourteen_published_days_are_equal(data):
    with data("bitcoin_core_ci/expected_daily_stats.csv").open(encoding="utf-8") as file:
        expected = [{k: v if k == "period" else int(v) for k, v in row.items()} for row in csv.DictReader(file)]
    stats = file_statistics(data("bitcoin_core_ci/jobs.csv"))
    found = {day.period: msgspec.to_builtins(day) for day in stats.days}
    assert len(expected) == 14
    assert [found[day["period"]] for day in expected] == expected
    assert all(list(found[day["period"]]) == list(day) for day in expected)


def test_the_rows_that_cannot_be_replayed_are_counted(data):
    stats = file_statistics(data("bitcoin_core_ci/jobs.csv"))
    assert (stats.format, stats.rows, stats.used) == ("bitcoin-core-ci", 17_002, 16_919)
    assert [(rows.reason, rows.count, rows.first_line) for rows in stats.refused] == [
        ("finished before started", 83, 105)
    ]
    assert stats.notes == ("543 jobs recorded with a duration of 0: replayed as 1 µs",)
    assert sum(day.tasks for day in stats.days) == 17_002
