"""`domain` and `events`: the model at a glance and for machines, and what happened in a kept run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reports.domain_model import contexts, events, lifecycles
from tests.architecture.mermaid import faults
from tests.windtunnel.conftest import Windtunnel

HEAVY = ("matplotlib", "pandas", "pyarrow", "pydantic", "rich", "simpy", "yaml")


@pytest.mark.parametrize("width", [80, 160])
def test_everything_is_shown_and_fits(windtunnel: Windtunnel, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown = windtunnel("domain")
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= width
    for context in contexts():
        assert f"{context.name.upper()}\n" in shown.out
    for aggregate in lifecycles():
        assert f"\n  {aggregate.__name__}\n" in shown.out
    for event in events():
        assert f"    {event.__name__}" in shown.out
    assert "orchestration → scheduling" in shown.out
    assert "customer/supplier" in shown.out


def test_one_context_is_shown_alone(windtunnel: Windtunnel) -> None:
    shown = windtunnel("domain", "execution")
    assert shown.out.startswith("EXECUTION\n")
    assert "> PREPARING" in shown.out
    assert "SCHEDULING\n" not in shown.out
    assert "CONTEXT MAP" not in shown.out


def test_a_context_that_is_not_there_is_refused_with_those_that_are(windtunnel: Windtunnel) -> None:
    refused = windtunnel("domain", "billing")
    assert refused.code == 2
    assert "no context 'billing'" in refused.err
    assert "scheduling" in refused.err


def test_mermaid_is_mermaid(windtunnel: Windtunnel) -> None:
    diagrams = windtunnel("domain", "--mermaid").out.strip().split("\n\n")
    assert len(diagrams) == len(lifecycles()) + 1
    for diagram in diagrams:
        title, _, body = diagram.partition("\n")
        assert title.startswith("%% ")
        assert faults(body) == []
    assert len(windtunnel("domain", "execution", "--mermaid").out.strip().split("\n\n")) == 1


def test_documents_are_json_and_nothing_else(windtunnel: Windtunnel) -> None:
    whole = json.loads(windtunnel("domain", "--json").out)
    assert [context["name"] for context in whole["contexts"]] == [context.name for context in contexts()]
    assert all(arrow["relationship"] for arrow in whole["map"])
    Draft202012Validator.check_schema(json.loads(windtunnel("domain", "--json-schema").out))
    assert json.loads(windtunnel("domain", "--asyncapi").out)["asyncapi"] == "3.0.0"
    alone = json.loads(windtunnel("domain", "execution", "--asyncapi").out)
    assert list(alone["channels"]) == ["execution"]


def test_contracts_are_compared_with_a_file(windtunnel: Windtunnel) -> None:
    Path("now.json").write_text(windtunnel("domain", "--json-schema").out)
    same = windtunnel("domain", "--check-contracts", "now.json")
    assert same.code == 0
    assert same.out.startswith("Compatible")
    older = json.loads(Path("now.json").read_text())
    older["$defs"]["windtunnel.execution.ExecutionEnded.v1"]["properties"]["mood"] = {"type": "string"}
    Path("older.json").write_text(json.dumps(older))
    broken = windtunnel("domain", "--check-contracts", "older.json")
    assert broken.code == 3
    assert "ExecutionEnded.v1.mood: the field was removed; keep the field, or raise VERSION" in broken.out
    assert "1 breaking change" in broken.out


@pytest.mark.parametrize(("text", "said"), [(None, "does not exist"), ("{", "is not JSON"), ("[]", "no $defs")])
def test_a_baseline_that_is_none_is_refused(windtunnel: Windtunnel, text: str | None, said: str) -> None:
    if text is not None:
        Path("older.json").write_text(text)
    refused = windtunnel("domain", "--check-contracts", "older.json")
    assert refused.code == 2
    assert said in refused.err


def test_the_model_is_shown_without_loading_what_runs_need() -> None:
    script = (
        "import sys\nfrom windtunnel.cli import main\n"
        "try: main(['domain'])\nexcept SystemExit: pass\n"
        f"print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
    )
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert process.stderr.split() == []


def test_events_of_a_kept_run_are_valid_cloudevents_that_hang_together(windtunnel: Windtunnel, tiny: Path) -> None:
    assert windtunnel("run", tiny, "--policy", "fair", "--out", "kept", "--quiet").code == 0
    valid = Draft202012Validator(json.loads(windtunnel("domain", "--json-schema").out))
    told = [json.loads(line) for line in windtunnel("events", "kept").out.splitlines()]
    assert [event["id"] for event in told] == [str(number) for number in range(1, len(told) + 1)]
    assert all(int(event["causation"]) < int(event["id"]) for event in told if "causation" in event)
    for event in [*told[:200], *told[-200:]]:
        valid.validate(event)
    job = [json.loads(line) for line in windtunnel("events", "kept", "--job", 5).out.splitlines()]
    (pipeline,) = {event["data"]["pipeline"] for event in job if "pipeline" in event["data"]}
    assert {event["correlation"] for event in job} == {str(pipeline)}
    assert len({event["tenant"] for event in job}) == 1
    assert len({event["traceparent"].split("-")[1] for event in job}) == 1, "one trace"
    types = [event["type"].split(".")[2] for event in job]
    assert types[0] == "JobQueued"
    assert {"OfferOpened", "OfferAccepted", "WorkerReady", "ExecutionEnded", "AssignmentReleased"} <= {*types}
    assert [event for event in told if event["id"] in {each["id"] for each in job}] == job
    machines = [event for event in told if event["type"].endswith("MachineReady.v1")]
    assert machines
    assert not any("correlation" in event for event in machines), "machines belong to no pipeline"


def test_events_are_chosen_by_type_and_strangers_refused(windtunnel: Windtunnel, tiny: Path) -> None:
    windtunnel("run", tiny, "--out", "kept", "--quiet")
    assert "choose one of" in windtunnel("events", "kept").err
    ended = windtunnel("events", "kept", "--policy", "fair", "--type", "JobEnded").out.splitlines()
    full = "windtunnel.orchestration.JobEnded.v1"
    assert {json.loads(line)["type"] for line in ended} == {full}
    assert windtunnel("events", "kept", "--policy", "fair", "--type", full).out.splitlines() == ended
    refused = windtunnel("events", "kept", "--policy", "fair", "--type", "JobEnde")
    assert refused.code == 2
    assert "did you mean JobEnded?" in refused.err
    assert windtunnel("events", "kept", "--policy", "fair", "--job", 10**9).code == 2


def test_a_run_that_was_kept_without_events_says_so(windtunnel: Windtunnel, tiny: Path) -> None:
    windtunnel("run", tiny, "--policy", "fair", "--out", "kept", "--no-events", "--quiet")
    refused = windtunnel("events", "kept")
    assert refused.code == 2
    assert "--no-events" in refused.err
