"""Any readable trace becomes jobs in order of arrival, and every row that cannot be used is counted and named."""

import gzip
import struct
from itertools import permutations

import pytest

from scenarios.problems import ScenarioError
from scenarios.spec import Trace
from scenarios.traces.errors import TraceError
from scenarios.traces.formats import detect
from scenarios.traces.trace import read_trace
from scenarios.workload import CANCELLED, FAILED, SUCCEEDED, RefusedRows

S = 1_000_000
NAMES = {"queued": "queued", "started": "started", "finished": "finished"}


def refusal(call, *arguments, **options):
    with pytest.raises(TraceError) as caught:
        call(*arguments, **options)
    return str(caught.value)


def columns(recording):
    started = None if recording.started_us is None else recording.started_us.tolist()
    return recording.queued_us.tolist(), started, recording.duration_us.tolist()


DAT = {"format": "firefox-dat", "columns": None, "times": None}


def test_firefox_pairs_are_milliseconds_from_the_first_arrival(read):
    recording = read(struct.pack(">6I", 5000, 30, 2000, 4_000_000_000, 5000, 0), **DAT)
    assert columns(recording) == ([0, 3 * S, 3 * S], None, [4_000_000 * S, 30_000, 0])
    assert recording.origin_us == 2 * S
    assert not recording.dated
    assert (recording.reading.rows, recording.reading.used) == (3, 3)
    assert recording.reading.notes == ("1 job recorded with a duration of 0: replayed as 1 µs",)


@pytest.mark.parametrize(
    ("content", "found"), [(b"", "an empty file"), (b"1234567", "7 bytes, 7 too many"), (b"x" * 12, "12 bytes, 4 too")]
)
def test_a_cut_off_firefox_file_is_refused(read, content, found):
    assert found in refusal(read, content, **DAT)


def test_rows_may_come_in_any_order(read):
    rows = ["1700000000,1700000005,1700000065", "1700000000,1700000001,1700000011", "1700000100,1700000100,1700000101"]
    for order in permutations(rows):
        queued, _, durations = columns(read("\n".join(["queued,started,finished", *order])))
        assert queued == [0, 0, 100 * S]
        assert sorted(durations[:2]) == [10 * S, 60 * S]
        assert durations[2] == S


def test_rows_that_cannot_be_used_are_counted_by_reason_with_the_first_line(read):
    recording = read(
        "queued,started,finished\n"
        "1700000000,1700000005,1700000065\n"
        "1700000000,,1700000065\n"
        "1700000000,1700000009,1700000001\n"
        "\n"
        "1700000000,1700000009,1700000002\n"
        ",1700000005,1700000065\n"
        "soon,1700000005,1700000065\n"
        "1700000000,1700000005\n"
        "1700000000,1700000005,1700000065,1\n"
        "99999999999,99999999999,99999999999\n"
        "1700000000,1700000005,-1\n"
        "1700000000,1700000005,1700000065,\n"
    )
    assert recording.reading.rows == 11
    assert recording.reading.used == len(recording) == 2
    assert recording.reading.refused == (
        RefusedRows("finished before started", 2, 4),
        RefusedRows("finished is out of range", 1, 12),
        RefusedRows("queued is missing", 1, 7),
        RefusedRows("queued is not a number", 1, 8),
        RefusedRows("queued is out of range", 1, 11),
        RefusedRows("started is missing", 1, 3),
        RefusedRows("too few fields", 1, 9),
        RefusedRows("too many fields", 1, 10),
    )


def test_reasons_stand_in_the_error_when_nothing_is_left(read):
    message = refusal(read, "queued,started,finished\n1,2,3\n1,3,2\n", times="iso8601")
    assert "no usable row among 2 (queued is not an ISO 8601 time: 2 (first line 2))" in message


@pytest.mark.parametrize(
    ("value", "us"),
    [
        ("2025-09-04T17:25:47Z", 0),
        ("2025-09-04T19:25:47+02:00", 0),
        ("2025-09-04 17:25:47", 0),
        ("2025-09-04T17:25:47.000001Z", 1),
        ("2025-09-04T12:25:48.5-0500", 1_500_000),
        ("2025-09-04T17:25:47.123456789Z", 123_456),
    ],
)
def test_iso_times_keep_their_microseconds_and_a_naive_one_is_utc(read, value, us):
    text = f"queued,ran\n2025-09-04T17:25:47Z,1\n{value},2\n"
    recording = read(text, times="iso8601", duration_unit="s", columns={"queued": "queued", "duration": "ran"})
    assert recording.queued_us.tolist() == [0, us]
    assert recording.origin_us == 1_757_006_747 * S
    assert recording.dated


@pytest.mark.parametrize(
    ("times", "written", "us"),
    [
        ("epoch_s", "1700000000.25", 250_000),
        ("epoch_s", " +1700000001 ", S),
        ("epoch_s", "1.700000001e9", S),
        ("epoch_ms", "1700000000001", 1_000),
        ("epoch_ms", "1700000000000.5", 500),
    ],
)
def test_numbers_are_read_exactly(read, times, written, us):
    zero = "1700000000" + ("000" if times == "epoch_ms" else "")
    text = f"queued,ran\n{zero},1\n{written},1\n"
    recording = read(text, times=times, duration_unit="s", columns={"queued": "queued", "duration": "ran"})
    assert recording.queued_us.tolist() == [0, us]


@pytest.mark.parametrize(
    ("unit", "us"), [("us", 2), ("ms", 2_500), ("s", 2_500_000), ("min", 150 * S), ("h", 9_000 * S)]
)
def test_durations_have_a_unit(read, unit, us):
    text = f"queued,ran\n1700000000,{'2' if unit == 'us' else '2.5'}\n"
    assert read(text, duration_unit=unit, columns={"queued": 0, "duration": 1}).duration_us.tolist() == [us]


@pytest.mark.parametrize("bad", ["nan", "inf", "1e99", "-1", "1_000", "٣", "", "null", "0x10", "1,5", "9" * 40])
def test_a_duration_that_is_no_duration_is_refused_not_guessed(read, bad):
    text = f'queued,ran\n1700000000,60\n1700000000,"{bad}"\n'
    recording = read(text, duration_unit="s", columns={"queued": "queued", "duration": "ran"})
    assert recording.duration_us.tolist() == [60 * S]
    (refused,) = recording.reading.refused
    assert refused.reason.startswith("duration is ")
    assert refused.first_line == 3


def test_words_for_outcomes_of_the_usual_services_are_known_and_others_noted(read):
    words = {
        "SUCCESS": SUCCEEDED, "completed": SUCCEEDED, "passed": SUCCEEDED, "failure": FAILED, "broken": FAILED,
        "Failed": FAILED, "ABORTED": CANCELLED, "canceled": CANCELLED, "skipped": CANCELLED, "neutral": SUCCEEDED,
        "": SUCCEEDED,
    }  # fmt: skip
    text = "queued,started,finished,how\n" + "".join(f"{1700000000 + i},0,0,{word}\n" for i, word in enumerate(words))
    recording = read(text, columns={**NAMES, "outcome": "how"})
    assert recording.outcome.tolist() == list(words.values())
    assert '1 job with outcome "neutral", a word not known here: taken as succeeded' in recording.reading.notes
    assert "1 job with no outcome: taken as succeeded" in recording.reading.notes


def test_a_job_that_started_before_it_was_queued_is_kept_with_a_wait_of_nothing(read):
    recording = read("queued,started,finished\n1700000010,1700000005,1700000065\n1700000000,1700000007,1700000009\n")
    assert recording.wait_us.tolist() == [7 * S, 0]
    assert recording.duration_us.tolist() == [2 * S, 60 * S]
    assert "1 job started before being queued: their recorded wait counts as 0" in recording.reading.notes


def test_a_lonely_time_far_from_the_others_is_pointed_out(read):
    (note,) = read("queued,started,finished\n0,0,1\n1700000000,1700000000,1700000001\n").reading.notes
    assert "nothing arrives for 19,675 days" in note


def test_quotes_semicolons_tabs_gzip_and_byte_order_marks_are_read(read):
    plain = 'queued,started,finished,what\n1700000000,1700000000,1700000060,"build, ""fast""\nand small"\n'
    with_label = {**NAMES, "label": "what"}
    expected = read(plain, columns=with_label)
    assert expected.labels == ('build, "fast" and small',)  # a scenario has no name of two lines
    assert read(gzip.compress(plain.encode()), columns=with_label).labels == expected.labels
    assert read(b"\xef\xbb\xbf" + plain.encode(), columns=with_label).labels == expected.labels
    for delimiter in ";\t":
        assert len(read(delimiter.join(["queued", "started", "finished"]) + "\n" + delimiter.join("123"))) == 1


def test_lines_are_those_of_the_file_even_with_line_ends_in_quotes(read):
    text = 'queued,started,finished,what\n1700000000,1700000000,1700000060,"a\nb"\n1700000000,,,x\n'
    assert read(text, columns={**NAMES, "label": "what"}).reading.refused[0].first_line == 4


def test_a_quote_that_never_closes_is_an_error_not_a_swallowed_file(read):
    text = 'queued,started,finished,what\n1,1,2,"a\n1,1,2,b\n'
    assert "trace:2: found CSV that cannot be read" in refusal(read, text)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"queued,started,finished\n\xff1,1,2\n", "trace:2: found byte 0xff, which is not UTF-8"),
        ("queued,started,finished\n".encode("utf-16"), "trace:1: found UTF-16 text"),
        (gzip.compress(b"queued,started,finished\n1,1,2\n" * 99, mtime=0)[:-9], "damaged gzip data"),
        (b"\x1f\x8b" + b"x" * 50, "damaged gzip data"),
        (b"", "an empty file"),
        (b"queued,started,finished\n", "no rows"),
    ],
)
def test_files_that_are_no_text_or_empty_are_refused(read, content, found):
    assert found in refusal(read, content)


def test_guessing_a_format_tells_an_empty_file_from_an_unknown_one(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("")
    assert "found an empty file" in refusal(detect, path)
    path.write_text("created,done\n")
    assert "found columns created, done" in refusal(detect, path)
    assert "--queued" in refusal(detect, path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    default = {"resources": {"cpu": 1000}}
    for path, found in ((tmp_path / "none.dat", "no such file"), (tmp_path, "is a directory")):
        trace = Trace.model_validate({"file": str(path), "format": "firefox-dat", "default": default})
        assert found in refusal(read_trace, trace)


def test_all_wrong_columns_are_named_at_once_with_the_nearest(read):
    message = refusal(
        read, "run_created,started_at,done\n1,1,2\n",
        columns={"queued": "run_create", "started": "started", "finished": 7, "label": "done"},
    )  # fmt: skip
    assert [line.split(": found ")[0].split("trace:1: ")[1] for line in message.splitlines()] == [
        "columns.finished", "columns.queued", "columns.started",
    ]  # fmt: skip
    assert "did you mean run_created?" in message
    assert "did you mean started_at?" in message
    assert "found column 7, allowed: 0 to 2" in message


def test_a_wrong_column_is_told_together_with_what_the_mapping_lacks(read):
    message = refusal(read, "at,ran\n1,2\n", columns={"queued": "att", "duration": "ran"}, duration_unit=None)
    assert "columns.queued" in message
    assert "duration_unit: found nothing" in message


def test_a_column_name_that_is_there_twice_is_refused(read):
    assert '"queued" 2 times' in refusal(read, "queued,queued,started,finished\n1,1,2,3\n")


def test_a_mapping_without_length_unit_or_clock_is_refused_at_once(read):
    message = refusal(read, "queued\n1\n", columns={"queued": "queued"}, times=None)
    assert "found no length of jobs, allowed: `duration`, or both `started` and `finished`" in message
    assert "times: found nothing, allowed: epoch_s, epoch_ms, iso8601" in message
    assert "duration_unit" in refusal(read, "queued,ran\n1,1\n", columns={"queued": "queued", "duration": "ran"})


def test_a_trace_error_is_a_scenario_error():
    """So that the command line shows both the same way."""
    assert issubclass(TraceError, ScenarioError)


TABLE = {"format": "table", "duration_unit": "s", "columns": {"queued": 1, "duration": 2}}


def test_a_table_has_comments_and_numbered_columns(read):
    recording = read("; SWF\n# more\n\n 1  1700000000   60\n 2\t1700000007 -1\n3 1700000001 5 9 9\n", **TABLE)
    assert columns(recording) == ([0, S], None, [60 * S, 5 * S])
    assert recording.reading.refused == (RefusedRows("duration is negative", 1, 5),)


def test_a_table_may_have_a_header(read):
    recording = read("# c\nid at ran\n1 1700000000 60\n", **{**TABLE, "columns": {"queued": "at", "duration": "ran"}})
    assert recording.duration_us.tolist() == [60 * S]
