"""No field of a manifest that decides what runs where is dropped in silence, and every slip is told at once."""

from typing import Any

import pytest

from domain.acl.ci_to_orchestration.imported import Notes
from domain.acl.kubernetes_to_orchestration.fields import FIELDS
from domain.acl.kubernetes_to_orchestration.pods import jobs_of
from domain.acl.kubernetes_to_scheduling import node_of
from domain.orchestration.specs import JobSpec
from domain.orchestration.terms import Matrix
from scenarios.ci_files import read_text

POD = "restartPolicy: Never, containers: [{resources: {requests: {cpu: 1}}}]"


def read(text: str, classes: dict[str, int] | None = None) -> tuple[tuple[JobSpec, ...], Notes]:
    notes = Notes()
    return jobs_of(read_text(text, "m.yaml", "kubernetes")[0].data, "m.yaml", notes, classes), notes


def job(fields: str) -> tuple[tuple[JobSpec, ...], Notes]:
    return read(f"kind: Job\nmetadata: {{name: j}}\nspec: {{{fields}, template: {{spec: {{{POD}}}}}}}")


def places(notes: Notes, kind: str = "") -> set[tuple[str | int, ...]]:
    return {one.path for one in notes.findings if kind in ("", one.kind)}


def flaws(notes: Notes) -> set[tuple[str | int, ...]]:
    return {one.flaw.path for one in notes.flaws}


def test_a_job_runs_as_many_pods_at_once_as_it_says_and_tries_again_as_often() -> None:
    found, notes = job("completions: 4, parallelism: 2, backoffLimit: 3")
    assert [one.matrix for one in found] == [Matrix("j", fail_fast=False, max_parallel=2)] * 4
    assert {(one.label, one.retry.user, one.retry.infra, one.retry.timeout) for one in found} == {("j", 3, 3, 0)}
    assert places(notes) == {("spec", "backoffLimit")}  # it is for all of them together


@pytest.mark.parametrize(
    ("fields", "copies", "told"),
    [
        ("completions: 2, parallelism: 5", 2, {("spec", "backoffLimit")}),
        ("parallelism: 3, backoffLimit: 0", 3, {("spec", "parallelism")}),  # a work queue
        ("backoffLimit: 0", 1, set()),
        ("backoffLimit: 0, activeDeadlineSeconds: 60", 1, {("spec", "activeDeadlineSeconds")}),
        ("suspend: true", 0, {("spec", "suspend")}),
        ("backoffLimit: 0, podFailurePolicy: {}", 1, {("spec", "podFailurePolicy")}),
        ("backoffLimit: 0, colour: red", 1, {("spec", "colour")}),
    ],
)
def test_what_a_job_says_is_translated_or_told(fields: str, copies: int, told: set[Any]) -> None:
    found, notes = job(fields)
    assert (len(found), places(notes)) == (copies, told)
    assert not notes.flaws and all(one.matrix is None for one in found)


def test_a_deadline_is_the_shortest_and_retries_default_to_those_of_kubernetes() -> None:
    (one,), _ = read(
        f"kind: Job\nspec: {{activeDeadlineSeconds: 60, template: {{spec: {{activeDeadlineSeconds: 20, {POD}}}}}}}"
    )
    assert (one.timeout_us, one.retry.user, one.retry.infra) == (20_000_000, 6, 6)
    (pod,), _ = read(f"kind: Pod\nspec: {{{POD}}}")
    assert (pod.retry.user, pod.retry.infra) == (0, 0)  # nobody makes a lone pod again


def test_a_cron_job_comes_once_and_that_is_told() -> None:
    template = f"{{spec: {{template: {{spec: {{{POD}}}}}}}}}"
    text = f"kind: CronJob\nmetadata: {{name: n}}\nspec: {{schedule: '@daily', %s jobTemplate: {template}}}"
    found, notes = read(text % "")
    assert [one.name for one in found] == ["n"] and places(notes) == {("spec", "schedule")}
    found, notes = read(text % "suspend: true,")
    assert not found and ("spec", "suspend") in places(notes, "left-out")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("kind: Pod\nspec: {containers: []}", ("spec", "containers")),
        ("kind: Pod\nspec: {containers: {}}", ("spec", "containers")),
        ("kind: Pod", ()),
        (f"kind: Pod\nspec: {{{POD}, nodeSelector: [x]}}", ("spec", "nodeSelector")),
        (f"kind: Pod\nspec: {{{POD}, tolerations: [{{value: x}}]}}", ("spec", "tolerations", 0, "key")),
        (f"kind: Pod\nspec: {{{POD}, tolerations: [{{key: x, effect: Never}}]}}", ("spec", "tolerations", 0, "effect")),
        (f"kind: Pod\nspec: {{{POD}, priority: high}}", ("spec", "priority")),
        (f"kind: Pod\nspec: {{{POD}, overhead: {{cpu: much}}}}", ("spec", "overhead", "cpu")),
        (f"kind: Pod\nspec: {{{POD}, activeDeadlineSeconds: 0}}", ("spec", "activeDeadlineSeconds")),
        (f"kind: Pod\nspec: {{{POD}, topologySpreadConstraints: [{{maxSkew: 1}}]}}",
         ("spec", "topologySpreadConstraints", 0)),
        ("kind: Job\nspec: {parallelism: 2}", ("spec",)),
        (f"kind: Job\nspec: {{parallelism: -1, template: {{spec: {{{POD}}}}}}}", ("spec", "parallelism")),
        (f"kind: Job\nspec: {{completions: x, template: {{spec: {{{POD}}}}}}}", ("spec", "completions")),
        (f"kind: Job\nspec: {{backoffLimit: true, template: {{spec: {{{POD}}}}}}}", ("spec", "backoffLimit")),
        (f"kind: Job\nspec: {{activeDeadlineSeconds: 1.5, template: {{spec: {{{POD}}}}}}}",
         ("spec", "activeDeadlineSeconds")),
        ("kind: Job\nspec: {template: {spec: {restartPolicy: Always, containers: [{}]}}}",
         ("spec", "template", "spec", "restartPolicy")),
        ("kind: CronJob\nspec: {schedule: x}", ("spec",)),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_place(text: str, wrong: tuple[Any, ...]) -> None:
    found, notes = read(text)
    assert not found and wrong in flaws(notes), notes.flaws


def test_all_slips_are_told_at_once_and_each_once() -> None:
    _, notes = read("""
kind: Pod
spec:
  nodeSelector: 5
  containers:
  - resources: {requests: {cpu: "-4"}, limits: {cpu: "2"}}
  - resources: {requests: {cpu: "4"}, limits: {cpu: "2"}}
""")
    cpu = [("spec", "containers", number, "resources", "requests", "cpu") for number in (0, 1)]
    assert [one.flaw.path for one in notes.flaws] == [("spec", "nodeSelector"), *cpu]
    assert "at most its limit" in notes.flaws[2].flaw.allowed


@pytest.mark.parametrize(
    "expression",
    ["{key: k, operator: Like, values: [a]}", "{operator: Exists}", "{key: k, operator: Gt, values: [a]}",
     "{key: k, operator: In, values: []}", "{key: k, operator: Exists, values: [a]}", "5"],
)  # fmt: skip
def test_expressions_that_kubernetes_would_refuse_are_refused(expression: str) -> None:
    terms = f"{{nodeSelectorTerms: [{{matchExpressions: [{expression}]}}]}}"
    affinity = f"{{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {terms}}}}}"
    found, notes = read(f"kind: Pod\nspec: {{{POD}, affinity: {affinity}}}")
    assert not found and len(notes.flaws) == 1 and "matchExpressions" in next(iter(flaws(notes)))


@pytest.mark.parametrize("keyword", sorted(one for one in FIELDS.not_modelled if one.startswith("pod:")))
def test_fields_of_a_pod_that_are_not_modelled_are_told(keyword: str) -> None:
    notes, path = Notes(), keyword.split(":")[1:]
    value: Any = 1
    for name in reversed(path):
        value = {name: value}
    FIELDS.report(value, "m", (), notes, "pod")
    assert (tuple(path), FIELDS.not_modelled[keyword]) in [(one.path, one.text) for one in notes.findings]


def test_a_field_that_is_not_known_is_told() -> None:
    found, notes = read(f"kind: Pod\nspec: {{{POD}, colour: red, initContainers: [{{shade: dark}}]}}")
    assert found and places(notes, "unknown") == {("spec", "colour"), ("spec", "initContainers", 0, "shade")}


def test_pods_that_have_ended_or_may_not_be_scheduled_yet_are_left_out() -> None:
    for text, place in (
        (f"kind: Pod\nspec: {{{POD}}}\nstatus: {{phase: Succeeded}}", ("status", "phase")),
        (f"kind: Pod\nspec: {{{POD}, schedulingGates: [{{name: x}}]}}", ("spec", "schedulingGates")),
    ):
        found, notes = read(text)
        assert not found and place in places(notes, "left-out")


def test_priority_classes_are_worth_what_they_say() -> None:
    text = f"kind: Pod\nspec: {{{POD}, priorityClassName: high}}"
    assert read(text, {"high": 7})[0][0].requirements.priority == 7
    found, notes = read(text)
    assert found[0].requirements.priority == 0 and ("spec", "priorityClassName") in places(notes, "unknown")
    assert read(f"kind: Pod\nspec: {{{POD}}}", {"": 3})[0][0].requirements.priority == 3  # the default class


def node(text: str) -> tuple[Any, Notes]:
    notes = Notes()
    return node_of(read_text(text, "n.yaml", "kubernetes")[0].data, "n.yaml", notes), notes


TAINTED = "spec: {taints: [{key: node.kubernetes.io/disk-pressure, effect: NoSchedule}]}"
READY = "conditions: [{type: Ready, status: 'True'}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"status: {{capacity: {{cpu: 4}}, {READY}]}}", {("status", "capacity")}),
        (f"status: {{allocatable: {{cpu: 4}}, {READY}]}}", set()),
        (f"status: {{allocatable: {{cpu: 4}}, capacity: {{cpu: 3}}, {READY}]}}", {("status", "allocatable")}),
        (f"status: {{allocatable: {{cpu: 4}}, {READY}, {{type: DiskPressure, status: 'True'}}]}}",
         {("status", "conditions", 1)}),
        (f"status: {{allocatable: {{cpu: 4}}, {READY}, {{type: DiskPressure, status: 'False'}}]}}", set()),
        (f"{TAINTED}\nstatus: {{allocatable: {{cpu: 4}}, {READY}, {{type: DiskPressure, status: 'True'}}]}}", set()),
        (f"spec: {{colour: red}}\nstatus: {{allocatable: {{cpu: 4}}, {READY}]}}", {("spec", "colour")}),
    ],
)  # fmt: skip
def test_what_a_node_says_is_translated_or_told(text: str, told: set[Any]) -> None:
    found, notes = node(f"kind: Node\n{text}")
    assert found is not None and found.state == "READY" and places(notes) == told


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("status: {allocatable: {cpu: '-4'}}", [("status", "allocatable", "cpu")]),  # once
        ("status: {allocatable: {cpu: 0}}", [("status", "allocatable")]),
        ("status: {allocatable: [1]}", [("status", "allocatable")]),
        ("spec: {taints: [{key: x, effect: Never}], unschedulable: 1}\nstatus: {allocatable: {cpu: 1}}",
         [("spec", "unschedulable"), ("spec", "taints", 0, "effect")]),
        ("metadata: {labels: [a]}\nstatus: {allocatable: {cpu: 1}}", [("metadata", "labels")]),
        ("status: {allocatable: {cpu: 1}, conditions: [{status: 'True'}]}", [("status", "conditions", 0)]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_node_is_told_once(text: str, wrong: list[Any]) -> None:
    found, notes = node(f"kind: Node\n{text}")
    assert found is None and sorted(map(str, flaws(notes))) == sorted(map(str, wrong))
    assert len(notes.flaws) == len(wrong)
