"""A scenario is found by path or name, changed by settings, and comes with its trace."""

import json
import os
from pathlib import Path

import pytest
import yaml

from scenarios.build import build_workload
from scenarios.catalogue import entries
from scenarios.loader import load_scenario, load_text, resolve_policies
from scenarios.problems import ScenarioError
from scenarios.spec import Count, Distribution, Scenario, Scheduling
from sim.streams import Streams

GOOD = Path(__file__).with_name("good")
MINIMAL = yaml.safe_load((GOOD / "minimal.yaml").read_text(encoding="utf-8"))
RECORDED = yaml.safe_load((GOOD / "recorded.yaml").read_text(encoding="utf-8"))
TEXT = json.dumps(MINIMAL)


def messages(text: str, *settings: str, trace: str | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_text(text, "s.yaml", settings, trace)
    return [problem.render() for problem in caught.value.problems]


def test_short_forms_mean_the_long_ones() -> None:
    scenario = load_text(TEXT, settings=["workload.synthetic.jobs.build.count=3"])
    job = scenario.workload.synthetic.jobs["build"]  # type: ignore[union-attr]
    nodes = scenario.fleet.providers["aws"].pools["linux"].nodes
    assert job.duration == Distribution(constant=300_000_000)
    assert job.count == Count(constant=3)
    assert (nodes.min, nodes.max) == (5, 5)


def test_a_policy_may_be_the_scheduling_as_it_stands() -> None:
    scenario = load_text(TEXT, settings=["policies={base: {}, sjf: {ordering: sjf}}"])
    assert resolve_policies(scenario) == {"base": scenario.scheduling, "sjf": Scheduling(ordering="sjf")}


def test_a_trace_must_outlast_the_warm_up(tmp_path) -> None:
    trace = tmp_path / "jobs.csv"
    trace.write_text("at,ran\n0,1\n3600,1\n", encoding="utf-8")
    columns = {"queued": "at", "duration": "ran"}
    recorded = RECORDED["workload"]["trace"] | {
        "columns": columns,
        "format": "csv",
        "times": "epoch_s",
        "duration_unit": "s",
    }
    text = json.dumps(RECORDED | {"workload": {"trace": recorded | {"file": str(trace)}}, "warm_up": "2h"})
    scenario = load_text(text)
    with pytest.raises(ScenarioError, match="warm_up: found 2h, allowed: less than the trace lasts, 1h1us"):
        build_workload(scenario, Streams(1))


def test_python_gives_base_units_and_a_dumped_scenario_is_itself() -> None:
    scenario = load_text(TEXT)
    assert Scenario.model_validate(scenario.model_dump()) == scenario
    assert Scenario.model_validate_json(scenario.model_dump_json()) == scenario


def test_problems_come_by_line_and_options_last() -> None:
    text = "name: x\nhorizon: 1\nseed: -1\n" + "workload: {}\nfleet: {}\n"
    found = messages(text, "warm_up=3")
    assert [message.split(": ")[0] for message in found] == [
        "s.yaml:2", "s.yaml:3", "s.yaml:4", "s.yaml:5", "--set warm_up",
    ]  # fmt: skip


def test_a_rule_is_judged_although_another_field_is_wrong() -> None:
    found = messages(TEXT, "seed=-1", "warm_up=2d")
    assert any("seed: found -1" in message for message in found)
    assert any("horizon: found 1d, allowed: longer than warm_up, which is 2d" in message for message in found)


def test_a_rule_keeps_quiet_about_what_is_wrong_already() -> None:
    (message,) = messages(TEXT, "fleet.providers.aws.pools.linux.capacity={cpu: 1cpu, memory: 16}")
    assert message.endswith("memory: found 16, allowed: a size with a unit such as 512MiB, 16GiB or 1TiB")


class TestSettings:
    def test_values_are_yaml_and_the_last_one_counts(self) -> None:
        scenario = load_text(
            TEXT,
            settings=[
                "seed=7",
                "seed=8",
                "scheduling.ordering=sjf",
                "tenants={a: {weight: 2}, b: {}}",
                "tenants.a.weight=3",
                "workload.synthetic.jobs.build.runs_on=[x]",
                "fleet.providers.aws.pools.linux.labels=[x, z]",
                "fleet.providers.aws.pools.linux.labels.1=y",
                'name="a = b"',
            ],
        )
        assert (scenario.seed, scenario.scheduling.ordering, scenario.name) == (8, "sjf", "a = b")
        assert {name: tenant.weight for name, tenant in scenario.tenants.items()} == {"a": 3, "b": 1}
        assert scenario.fleet.providers["aws"].pools["linux"].labels == ("x", "y")

    def test_keys_with_dots_stand_in_quotes(self) -> None:
        scenario = load_text(TEXT, settings=['tenants={"a.b": {}}', 'tenants."a.b".weight=4'])
        assert scenario.tenants["a.b"].weight == 4

    @pytest.mark.parametrize("setting", ["", "seed", "=3", ".seed=3", "a..b=1", '"=1'])
    def test_anything_else_is_told_the_form(self, setting: str) -> None:
        (message,) = messages(TEXT, setting)
        assert "found no path and value, allowed: KEY.PATH=VALUE such as scheduling.ordering=sjf" in message

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ("sede=3", "--set sede: found an unknown field, allowed: name, question, seed, "),
            ("seed=no", "--set seed: found no without quotes, which YAML 1.1 reads as false"),
            ("seed=", "--set seed: found nothing, allowed: a value after ="),
            ("seed=[", "--set seed: found broken YAML"),
            ("name.first=3", "--set name.first: found name, which has no first, allowed: a path to a field"),
            (
                "scheduling.ordering=sfj",
                '--set scheduling.ordering: found "sfj", allowed: fifo, lifo, sjf, ',
            ),
            ("fleet.providers.aws.pools.linux.nodes=0", "found 0, allowed: a whole number from 1"),
            (f"{'a.' * 3000}b=1", "--set: found a path of 3001 parts, allowed: at most 40"),
            (f"horizon={'9' * 90}", f"found {'9' * 57}..., allowed: a duration"),
            (f"horizon={'[' * 3000}", "--set horizon: found more than 40 levels"),
        ],
    )
    def test_errors_name_the_option(self, setting: str, message: str) -> None:
        assert any(message in found for found in messages(TEXT, setting))


class TestTrace:
    def test_a_pipe_is_said_to_be_one(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        assert "which is a pipe or a device" in messages(json.dumps(RECORDED), trace=str(pipe))[0]
        with pytest.raises(ScenarioError, match="found a pipe or a device, allowed: the path of a scenario file"):
            load_scenario(pipe)

    def test_a_current_folder_that_is_gone_is_said_to_be(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        gone = tmp_path / "gone"
        gone.mkdir()
        monkeypatch.chdir(gone)
        gone.rmdir()
        with pytest.raises(ScenarioError, match="a current folder that is gone, allowed: an absolute path"):
            load_scenario("firefox-ci", trace="jobs.dat")

    def test_file_is_relative_to_the_scenario_and_comes_back_absolute(self, tmp_path: Path) -> None:
        (tmp_path / "s.yaml").write_text(json.dumps(RECORDED))
        (tmp_path / "jobs.dat").write_bytes(b"")
        scenario = load_scenario(tmp_path / "s.yaml")
        assert scenario.workload.trace is not None
        assert scenario.workload.trace.file == str(tmp_path / "jobs.dat")
        assert scenario.horizon is None

    def test_options_are_relative_to_the_current_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        (tmp_path / "s.yaml").write_text(json.dumps(RECORDED))
        (folder / "other.dat").write_bytes(b"")
        monkeypatch.chdir(folder)
        for options in ({"trace": "other.dat"}, {"settings": ["workload.trace.file=other.dat"]}):
            scenario = load_scenario(tmp_path / "s.yaml", **options)  # type: ignore[arg-type]
            assert scenario.workload.trace is not None
            assert scenario.workload.trace.file == str(folder / "other.dat")

    def test_a_missing_file_and_a_folder_are_told(self, tmp_path: Path) -> None:
        text = json.dumps(RECORDED)
        (missing,) = messages(text, trace=str(tmp_path / "none.dat"))
        assert missing.startswith("--trace: workload.trace.file: found") and "which does not exist" in missing
        (folder,) = messages(text, trace=str(tmp_path))
        assert "which is a folder" in folder

    def test_no_file_at_all_says_how_to_give_it(self) -> None:
        with pytest.raises(
            ScenarioError, match="found nothing, allowed: the path of a recorded trace: give it with --trace PATH"
        ):
            load_scenario("firefox-ci")

    def test_a_trace_for_a_synthetic_scenario_is_refused(self) -> None:
        (message,) = messages(TEXT, trace="x.dat")
        assert message.startswith('--trace "x.dat": found a scenario without workload.trace, allowed: ')


class TestSource:
    def test_an_unknown_name_suggests_the_nearest(self) -> None:
        with pytest.raises(ScenarioError) as caught:
            load_scenario("quickstrt")
        names = ", ".join(entry.name for entry in entries())
        assert caught.value.render() == (
            "quickstrt: found no such file and no such name in the catalogue, allowed: the path of a scenario file, "
            f"or one of {names} (did you mean quickstart?)"
        )

    def test_a_folder_a_missing_file_and_an_unreadable_name_are_told(self, tmp_path: Path) -> None:
        for source in (tmp_path, tmp_path / "none.yaml", "", "a\0b", "x" * 5000):
            with pytest.raises(ScenarioError):
                load_scenario(source)

    def test_a_huge_file_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "s.yaml").write_text("#" * 300_000)
        with pytest.raises(ScenarioError, match="found more than 256 KiB"):
            load_scenario(tmp_path / "s.yaml")

    def test_json_with_tabs_and_a_byte_order_mark_loads(self, tmp_path: Path) -> None:
        (tmp_path / "s.json").write_text("\ufeff" + json.dumps(MINIMAL, indent="\t"), encoding="utf-8")
        assert load_scenario(tmp_path / "s.json") == load_text(TEXT)


class TestPolicies:
    def test_without_policies_the_one_is_named_after_its_parts(self) -> None:
        assert resolve_policies(load_text(TEXT)) == {"drf+fifo+best-fit": Scheduling()}

    def test_each_policy_changes_what_it_names(self) -> None:
        settings = ["scheduling={placement: spread}", "policies={a: {ordering: sjf}, b: {offer_ttl: 1s}}"]
        assert resolve_policies(load_text(TEXT, settings=settings)) == {
            "a": Scheduling(placement="spread", ordering="sjf"),
            "b": Scheduling(placement="spread", offer_ttl=1_000_000),
        }
