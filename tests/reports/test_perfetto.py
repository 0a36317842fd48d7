"""What is written for Perfetto is read by Perfetto's own messages: slices nest, counters count, lanes are reused."""

from collections import Counter, defaultdict

import pytest
from google.protobuf.internal.decoder import _DecodeVarint
from hypothesis import given
from hypothesis import strategies as st
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TracePacket, TrackDescriptor, TrackEvent

from domain.contracts import execution as x
from domain.contracts import orchestration as o
from domain.contracts import scheduling as s
from domain.contracts.telemetry import AlertFired, AlertResolved
from domain.shared.events import Event
from domain.shared.resources import Resources
from domain.telemetry.tracing import trace_id
from reports.perfetto import PerfettoTrace
from reports.protobuf import integer, text, varint

ONE = Resources(1000)
MS = 1_000


def pipeline(number: int, at: int, node: int, ran: int = 40) -> list[tuple[int, Event]]:
    """A pipeline of one job of the same number, with the order of its events."""
    n = number
    return [
        (at, o.PipelineStarted(at, n, f"team-{n % 2}", 1)),
        (at, o.JobQueued(at, n, n, f"team-{n % 2}", "build", ONE, (), 1, 0)),
        (at + 5, s.JobPlaced(at + 5, n, n, 1, node, "cloud/linux", ONE)),
        (at + 10, x.ExecutionStarted(at + 10, n, n, 1, n, node)),
        (at + 20, x.ExecutionRunning(at + 20, n)),
        (at + ran, x.ExecutionUploading(at + ran, n)),
        (at + ran + 5, x.ExecutionEnded(at + ran + 5, n, n, 1, n, n, node, "COMPLETED", "", ran)),
        (at + ran + 5, s.AssignmentReleased(at + ran + 5, n, node)),
        (at + ran + 5, o.JobEnded(at + ran + 5, n, n, f"team-{n % 2}", "build", "SUCCEEDED", 1)),
        (at + ran + 5, o.PipelineEnded(at + ran + 5, n, f"team-{n % 2}", "SUCCEEDED")),
    ]


def written(events: list[Event], keep_one_in: int = 1, end: int = 10**9) -> Trace:
    out = bytearray()
    trace = PerfettoTrace(out.extend, 1, keep_one_in)
    trace.hear(events)
    trace.close(end)
    return Trace.FromString(bytes(out))


def in_order(*lives: list[tuple[int, Event]]) -> list[Event]:
    return [event for _, event in sorted((pair for life in lives for pair in life), key=lambda pair: pair[0])]


class Read:
    """A trace as a reader makes sense of it: names by number, tracks by uuid, slices by track."""

    def __init__(self, trace: Trace) -> None:
        self.tracks: dict[int, TrackDescriptor] = {}
        self.slices: dict[int, list[tuple[str, int, int, int]]] = defaultdict(list)  # name, begin, end, depth
        self.notes: list[dict[str, object]] = []
        self.counters: dict[str, list[tuple[int, int]]] = defaultdict(list)
        names: dict[int, str] = {}
        keys: dict[int, str] = {}
        texts: dict[int, str] = {}
        assert trace.packet[0].sequence_flags == TracePacket.SEQ_INCREMENTAL_STATE_CLEARED
        assert {packet.sequence_flags for packet in trace.packet[1:]} <= {TracePacket.SEQ_NEEDS_INCREMENTAL_STATE}
        assert {packet.trusted_packet_sequence_id for packet in trace.packet} == {1}
        events = []
        for packet in trace.packet:
            new = packet.interned_data
            names.update((each.iid, each.name) for each in new.event_names)
            keys.update((each.iid, each.name) for each in new.debug_annotation_names)
            texts.update((each.iid, each.str.decode()) for each in new.debug_annotation_string_values)
            if packet.HasField("track_descriptor"):
                track = packet.track_descriptor
                assert track.uuid not in self.tracks
                assert not track.parent_uuid or track.parent_uuid in self.tracks
                self.tracks[track.uuid] = track
                continue
            event = packet.track_event
            assert event.track_uuid in self.tracks
            events.append((packet.timestamp, names.get(event.name_iid, ""), event))
            notes = {
                keys[note.name_iid]: texts[note.string_value_iid] if note.string_value_iid else note.int_value
                for note in event.debug_annotations
            }
            self.notes += [notes] if notes else []
        open_slices: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for at, name, event in sorted(events, key=lambda each: each[0]):  # as Perfetto does: stable by time
            stack = open_slices[event.track_uuid]
            if event.type == TrackEvent.TYPE_SLICE_BEGIN:
                stack.append((name, at))
            elif event.type == TrackEvent.TYPE_SLICE_END:
                name, begin = stack.pop()
                self.slices[event.track_uuid].append((name, begin, at, len(stack)))
            else:
                assert event.type == TrackEvent.TYPE_COUNTER
                self.counters[self.tracks[event.track_uuid].name].append((at, event.counter_value))
        assert not any(open_slices.values()), "every slice ends"

    def path(self, track: int) -> tuple[str, ...]:
        found = self.tracks[track]
        return (*self.path(found.parent_uuid), found.name) if found.parent_uuid else (found.name,)

    def by_path(self) -> dict[tuple[str, ...], list[list[tuple[str, int, int, int]]]]:
        lanes: dict[tuple[str, ...], list[list[tuple[str, int, int, int]]]] = defaultdict(list)
        for track, slices in self.slices.items():
            lanes[self.path(track)].append(slices)
        return lanes


def test_a_job_lies_on_its_node_with_its_phases_below() -> None:
    read = Read(written(in_order(pipeline(1, 100, node=3))))
    (lane,) = read.by_path()["nodes", "cloud/linux", "node 3"]
    assert sorted(lane, key=lambda each: (each[1], each[3])) == [
        ("build", 105 * MS, 145 * MS, 0), ("start", 105 * MS, 110 * MS, 1), ("prepare", 110 * MS, 120 * MS, 1),
        ("run", 120 * MS, 140 * MS, 1), ("upload", 140 * MS, 145 * MS, 1),
    ]  # fmt: skip
    assert read.by_path()["pipelines", "team-1"] == [[("pipeline of team-1", 100 * MS, 145 * MS, 0)]]
    about = {"job": 1, "pipeline": 1, "tenant": "team-1", "attempt": 1, "waited": "0 s", "trace": trace_id(1, 1)}
    assert about in read.notes


def test_what_overlaps_gets_a_lane_of_its_own_and_lanes_are_used_again() -> None:
    lives = [pipeline(1, 0, 1), pipeline(3, 10, 1), pipeline(5, 100, 1), pipeline(7, 20, 2)]
    read = Read(written(in_order(*lives)))
    one = read.by_path()["nodes", "cloud/linux", "node 1"]
    assert sorted(len([each for each in lane if each[0] == "build"]) for lane in one) == [1, 2]
    assert len(read.by_path()["nodes", "cloud/linux", "node 2"]) == 1
    assert len(read.by_path()["pipelines", "team-1"]) == 3


def test_counters_tell_how_many_wait_and_run() -> None:
    read = Read(written(in_order(pipeline(1, 0, 1), pipeline(3, 1, 1))))
    assert read.counters["waiting team-1"] == [(0, 1), (1 * MS, 2), (5 * MS, 1), (6 * MS, 0)]
    assert read.counters["jobs on nodes"] == [(5 * MS, 1), (6 * MS, 2), (45 * MS, 1), (46 * MS, 0)]
    unit = next(track for track in read.tracks.values() if track.name == "jobs on nodes").counter.unit_name
    assert unit == "jobs"


def test_alerts_are_slices_and_an_open_one_ends_with_the_run() -> None:
    events: list[Event] = [
        AlertFired(10, 1, "wait", "page", 2000, 60, 5), AlertResolved(20, 1, "wait", "page", 10),
        AlertFired(30, 1, "wait", "page", 2000, 60, 5),
    ]  # fmt: skip
    assert Read(written(events, end=99)).by_path() == {
        ("alerts", "wait: page"): [[("wait", 10 * MS, 20 * MS, 0), ("wait", 30 * MS, 99 * MS, 0)]]
    }


def test_a_sample_shows_fewer_slices_and_the_same_counters() -> None:
    events = in_order(*(pipeline(n, 7 * n, node=n % 5) for n in range(1, 200)))
    whole, sample = Read(written(events)), Read(written(events, keep_one_in=8))
    jobs = [Counter(each[0] for lanes in read.slices.values() for each in lanes)["build"] for read in (whole, sample)]
    assert jobs[0] == 199
    assert 5 < jobs[1] < 60
    assert whole.counters == sample.counters


def test_a_place_that_is_lost_ends_its_slices() -> None:
    events = [event for _, event in pipeline(1, 0, 1)[:5]]
    revoked = s.AssignmentRevoked(30, 1, 1, 1, "node-down")
    read = Read(written([*events, revoked]))
    (lane,) = read.by_path()["nodes", "cloud/linux", "node 1"]
    assert ("build", 5 * MS, 30 * MS, 0) in lane
    assert read.counters["jobs on nodes"][-1] == (30 * MS, 0)


def test_a_phase_that_took_no_time_is_left_out() -> None:
    at_once = {x.ExecutionRunning: x.ExecutionRunning(10, 1), x.ExecutionUploading: x.ExecutionUploading(45, 1)}
    events = [at_once.get(type(event), event) for _, event in pipeline(1, 0, 1)]
    (lane,) = Read(written(events)).by_path()["nodes", "cloud/linux", "node 1"]
    assert sorted(name for name, _, _, _ in lane) == ["build", "run", "start"]


def test_a_run_that_is_cut_off_ends_what_is_open() -> None:
    for cut in range(1, 10):
        read = Read(written([event for _, event in pipeline(1, 0, 1)[:cut]], end=500))
        assert all(end <= 500 * MS for lanes in read.slices.values() for _, _, end, _ in lanes)


@given(st.integers(-(2**63), 2**64 - 1))
def test_whole_numbers_are_encoded_as_protobuf_does(number: int) -> None:
    value, length = _DecodeVarint(varint(number), 0)
    assert value == number % 2**64
    assert length == len(varint(number))


@pytest.mark.parametrize("name", ["", "build", "é" * 200])
def test_texts_and_fields_are_encoded_as_protobuf_does(name: str) -> None:
    track = TrackDescriptor(name=name, uuid=300)
    assert TrackDescriptor.FromString(integer(1, 300) + text(2, name)) == track
