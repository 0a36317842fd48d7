"""Where a run comes from is noted without saying whose machine it was, and what differs between runs is said."""

import json
import subprocess
from pathlib import Path

import pytest

from reports import provenance
from reports.manifest import Manifest, RunFacts, StoreError, read_manifest
from reports.provenance import Code, Input, code_now, gather, scenario_hash, trace_of, without_places
from reports.store import RunStore
from reports.summary import summarise
from reports.unequal import differences, refuse_unequal


def test_inputs_are_known_by_content_and_not_by_place(tmp_path: Path) -> None:
    file = tmp_path / "jobs.csv"
    file.write_text("a,b\n")
    (found,) = gather((), [("trace", file)]).inputs
    assert (found.role, found.name, found.bytes) == ("trace", "jobs.csv", 4)
    file.write_text("a,c\n")
    (other,) = gather((), [("trace", file)]).inputs
    assert found.sha256 != other.sha256


def test_nothing_says_whose_machine_it_was(tmp_path: Path) -> None:
    import getpass
    import socket

    command = ("run", str(tmp_path / "fleet.yaml"), f"--trace={tmp_path}/jobs.csv", "--set", f"a.file={tmp_path}/x")
    told = json.dumps(__import__("msgspec").to_builtins(gather(command, ())))
    for word in (str(tmp_path), str(Path.home()) + "/", socket.gethostname()):
        assert word not in told
    assert f'"{getpass.getuser()}"' not in told
    assert gather(command, ()).command == ("run", "fleet.yaml", "--trace=jobs.csv", "--set", "a.file=x")


@pytest.mark.parametrize("same", ["--seed", "3", "out/run", "a=b=c", "", "p95(wait) < 1h"])
def test_other_arguments_stay_as_they_were(same: str) -> None:
    assert without_places(same) == same


def test_the_commit_is_that_of_the_checkout_and_says_when_it_was_changed(tmp_path: Path, monkeypatch) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "rule.py").write_text("1")
    monkeypatch.setattr(provenance, "HOUSE", tmp_path)
    assert provenance._commit() == (None, None)
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    commit, changed = provenance._commit()
    assert len(commit or "") == 40
    assert changed is False
    (tmp_path / "domain" / "rule.py").write_text("2")
    assert provenance._commit() == (commit, True)


def test_the_code_that_runs_is_known() -> None:
    code = code_now()
    assert len(code.sources) == 16
    assert code == code_now()


SCENARIO = {
    "name": "a", "question": "why?", "seed": 1, "tenants": {"web": {"weight": 2}},
    "workload": {"trace": {"file": "/data/jobs.csv", "format": "csv"}}, "policies": {"fair": {}},
}  # fmt: skip


def test_a_scenario_is_the_same_whatever_it_is_called_and_wherever_its_trace_lies() -> None:
    elsewhere = {**SCENARIO, "workload": {"trace": {"format": "csv", "file": "/elsewhere/jobs.csv"}}}
    of_trace = "0123"
    assert scenario_hash({**elsewhere, "name": "b", "question": "", "policies": {}}, of_trace) == scenario_hash(
        SCENARIO, of_trace
    )
    assert scenario_hash(SCENARIO, "4567") != scenario_hash(SCENARIO, of_trace)
    for change in ({"seed": 2}, {"tenants": {"web": {"weight": 3}}}):
        assert scenario_hash({**SCENARIO, **change}, of_trace) != scenario_hash(SCENARIO, of_trace)
    assert trace_of(SCENARIO) == Path("/data/jobs.csv")
    assert trace_of({}) is None


def test_a_run_of_a_sweep_and_a_kept_run_call_a_scenario_the_same(tmp_path: Path) -> None:
    from scenarios.loader import load_scenario
    from windtunnel import identity

    scenario = load_scenario("quickstart")
    as_run = scenario.model_dump(mode="json", exclude_none=True)
    assert scenario_hash(as_run) == identity.scenario_hash(scenario)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory, live) -> Manifest:
    folder = tmp_path_factory.mktemp("run") / "run"
    trace = folder.parent / "jobs.csv"
    trace.write_text("x")
    with RunStore(folder, scenario={"name": "shop"}, inputs=[("plugin", trace)]) as store:
        store.add(live(50), summarise(live(50)))
    return read_manifest(folder)


def changed(manifest: Manifest, **fields) -> Manifest:
    import msgspec

    return msgspec.structs.replace(manifest, provenance=msgspec.structs.replace(manifest.provenance, **fields))


def test_the_manifest_has_it_all(manifest: Manifest) -> None:
    assert manifest.provenance
    assert len(manifest.run_id) == 12
    assert len(manifest.scenario_hash) == 24
    assert manifest.provenance.code == code_now()
    assert [each.role for each in manifest.provenance.inputs] == ["plugin"]
    assert manifest.provenance.wall_s > 0
    assert manifest.provenance.started_at.endswith("+00:00")
    assert "numpy" in manifest.provenance.packages


def test_equal_runs_have_no_differences(manifest: Manifest) -> None:
    assert differences([("a", manifest), ("b", manifest)]) == ((), ())
    assert refuse_unequal([("a", manifest)], mixed=False, way_out="") == ()


def test_what_differs_is_said_and_refused_unless_it_may_be_mixed(manifest: Manifest) -> None:
    import msgspec

    code = msgspec.structs.replace(manifest.provenance.code, sources="f" * 16, schema="e" * 16)
    cases = {
        "code: ": changed(manifest, code=code),
        "scenario schema: ": changed(manifest, code=code),
        "plugin jobs.csv: ": changed(manifest, inputs=(Input("plugin", "jobs.csv", 1, "d" * 64),)),
        "provenance: b kept by": msgspec.structs.replace(manifest, provenance=None),
    }
    for said, other in cases.items():
        with pytest.raises(StoreError) as told:
            refuse_unequal([("a", manifest), ("b", other)], mixed=False, way_out="say --mixed")
        assert said in str(told.value)
        assert str(told.value).endswith("say --mixed")
        assert any(
            line.startswith(f"mixed: {said}") for line in refuse_unequal([("a", manifest), ("b", other)], True, "")
        )


def test_other_packages_are_told_and_not_refused(manifest: Manifest) -> None:
    other = changed(manifest, packages={**manifest.provenance.packages, "numpy": "1.0"}, python="CPython 3.99")
    told = refuse_unequal([("a", manifest), ("b", other)], mixed=False, way_out="")
    assert told[0] == f"Python: {manifest.provenance.python} in a; CPython 3.99 in b"
    assert told[1].startswith("numpy: ")
    assert told[1].endswith("1.0 in b")


def test_a_scenario_that_was_edited_is_what_people_compare(manifest: Manifest) -> None:
    one = changed(manifest, inputs=(Input("scenario", "fleet.yaml", 1, "a" * 64),))
    other = changed(manifest, inputs=(Input("scenario", "fleet.yaml", 1, "b" * 64),))
    assert differences([("a", one), ("b", other)]).serious == ()


def test_the_same_run_with_other_events_is_a_contradiction(manifest: Manifest) -> None:
    import msgspec

    facts: RunFacts = msgspec.structs.replace(manifest.runs[0], digest="0" * 32)
    other = msgspec.structs.replace(manifest, runs=[facts])
    (said,) = differences([("a", manifest), ("b", other)]).serious
    assert said.startswith("events of fifo in the same scenario: digest ")
    reseeded = msgspec.structs.replace(other, scenario_hash="another")
    assert differences([("a", manifest), ("b", reseeded)]).serious == ()


def test_many_runs_are_named_by_a_few(manifest: Manifest) -> None:
    other = changed(manifest, code=Code("9.9", "f" * 16, manifest.provenance.code.schema))
    (said,) = differences([(f"r{at}", manifest) for at in range(9)] + [("z", other)]).serious
    assert "in r0, r1, r2 and 6 more; windtunnel 9.9" in said
