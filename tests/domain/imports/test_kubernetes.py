"""Kubernetes manifests: quantities are read exactly, pods ask for what their node reserves, nodes are in a state."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.acl.ci_to_orchestration.imported import Notes
from domain.acl.kubernetes_to_orchestration.pods import jobs_of
from domain.acl.kubernetes_to_orchestration.quantities import mebibytes_down, mebibytes_up, millis_up, quantity
from domain.acl.kubernetes_to_scheduling import node_of
from domain.orchestration.specs import JobSpec
from domain.shared.requirements import Affinity, Constraint, Spread, Taint, Toleration
from domain.shared.resources import Resources
from scenarios.ci_files import read_text


def manifest(text: str) -> Any:
    return read_text(text, "m.yaml", "kubernetes")[0].data


def pod(spec: str, notes: Notes | None = None) -> JobSpec:
    text = f"kind: Pod\nmetadata: {{name: p, labels: {{app: web}}}}\nspec:\n  restartPolicy: Never\n  {spec.strip()}"
    (job,) = jobs_of(manifest(text), "m.yaml", notes or Notes())
    return job


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("500m", Fraction(1, 2)), ("2", 2), (2, 2), (0.5, Fraction(1, 2)), ("1.5", Fraction(3, 2)),
        ("128Mi", 128 << 20),
        ("1Gi", 1 << 30), ("1G", 10**9), ("1k", 1000), ("1Ki", 1024), ("1e3", 1000), ("1E3", 1000), ("2E", 2 * 10**18),
        (".5", Fraction(1, 2)), ("1.", 1), ("+1", 1), ("0", 0), ("100n", Fraction(1, 10**7)),
        ("12e-2", Fraction(3, 25)),
        ("0.1Gi", Fraction(1 << 30, 10)),
    ],
)  # fmt: skip
def test_quantities_are_read_exactly(written: Any, amount: Any) -> None:
    assert quantity(written) == amount


@pytest.mark.parametrize(
    "written",
    ["", "m", "1 Gi", "1gi", "1K", "-1", "1ee3", "1e", "1e99", "0x10", "1Gib", None, True, [], "1m1", "9" * 80]
)  # fmt: skip
def test_what_is_no_quantity_is_none(written: Any) -> None:
    assert quantity(written) is None


@given(st.integers(0, 2**40), st.sampled_from(["", "k", "M", "G", "Ki", "Mi", "Gi", "m"]))
def test_quantities_scale_by_their_suffix(number: int, suffix: str) -> None:
    worth = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "m": Fraction(1, 1000)}
    amount = number * Fraction(worth[suffix])
    found = quantity(f"{number}{suffix}")
    assert found == (amount if amount <= 2**63 - 1 else None)
    if found is not None:
        assert 0 <= millis_up(found) - found * 1000 < 1
        assert mebibytes_down(found) <= found / 2**20 <= mebibytes_up(found)
        assert mebibytes_up(found) - mebibytes_down(found) <= 1


@given(st.text(max_size=12))
def test_any_text_is_a_quantity_or_none(text: str) -> None:
    found = quantity(text)
    assert found is None or 0 <= found <= 2**63 - 1


def test_containers_add_up_and_a_limit_alone_is_a_request() -> None:
    job = pod("""containers:
  - resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: "4"}}
  - resources: {limits: {cpu: 250m, memory: 512Mi, nvidia.com/gpu: 2}}""")
    assert job.resources == Resources(750, 1536, 0, 2000)
    assert (job.name, job.label) == ("p", "web")


@pytest.mark.parametrize(
    ("init", "cpu"),
    [
        ("[{resources: {requests: {cpu: 3}}}]", 3000),  # larger than the containers together
        ("[{resources: {requests: {cpu: 1}}}, {resources: {requests: {cpu: 1}}}]", 2000),  # one after the other
        ("[{restartPolicy: Always, resources: {requests: {cpu: 1}}}]", 3000),  # a sidecar runs beside
        ("[{restartPolicy: Always, resources: {requests: {cpu: 2}}}, {resources: {requests: {cpu: 3}}}]", 5000),
        ("[{resources: {requests: {cpu: 4}}}, {restartPolicy: Always, resources: {requests: {cpu: 1}}}]", 4000),
    ],
)  # fmt: skip
def test_init_containers_and_sidecars_count_as_documented(init: str, cpu: int) -> None:
    assert (
        pod(f"initContainers: {init}\n  containers: [{{resources: {{requests: {{cpu: 2}}}}}}]").resources.cpu_millis
        == cpu
    )


def test_pod_level_requests_and_overhead_count() -> None:
    job = pod(
        "containers: [{resources: {requests: {cpu: 4}}}]\n  overhead: {cpu: 250m}\n  resources: {requests: {cpu: 1}}"
    )
    assert job.resources.cpu_millis == 1250


def test_a_pod_that_asks_for_nothing_is_counted_as_the_scheduler_does_and_that_is_told() -> None:
    notes = Notes()
    assert pod("containers: [{name: a}]", notes).resources == Resources(100)
    assert [note.kind for note in notes.findings] == ["unknown"]


def test_where_a_pod_may_go_is_kept() -> None:
    notes = Notes()
    job = pod(
        """containers: [{resources: {requests: {cpu: 1}}}]
  nodeSelector: {disk: ssd}
  priority: 7
  tolerations: [{key: gpu, operator: Exists}, {key: team, value: a, effect: NoExecute}, {operator: Exists}]
  topologySpreadConstraints:
  - {maxSkew: 2, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
        - matchExpressions:
          - {key: arch, operator: In, values: [arm64, amd64]}
          - {key: cores, operator: Gt, values: ["8"]}
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
      - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}
    podAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - {weight: 5, podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: other}}}}""",
        notes,
    )
    asked = job.requirements
    assert asked.constraints == (
        Constraint("disk", "Eq", ("ssd",)),
        Constraint("arch", "In", ("arm64", "amd64")),
        Constraint("cores", "Gt", ("8",)),
    )
    assert asked.tolerations == (
        Toleration("gpu", "Exists"), Toleration("team", "Eq", "a", "NoExecute"), Toleration("", "Exists"),
    )  # fmt: skip
    assert asked.affinity == (Affinity("label:web", "node", True, 0),)
    assert asked.spread == (Spread("zone", 2, False),)
    assert asked.priority == 7
    assert [note.kind for note in notes.findings] == ["not-modelled"]  # the affinity to pods of another label


def test_a_job_makes_as_many_pods_as_it_wants_to_complete() -> None:
    text = """
kind: Job
metadata: {name: batch}
spec: {completions: 3, backoffLimit: 2, activeDeadlineSeconds: 60,
       template: {spec: {containers: [{resources: {requests: {cpu: 1}}}]}}}
"""
    found = jobs_of(manifest(text), "m.yaml", Notes())
    assert [job.name for job in found] == ["batch-1", "batch-2", "batch-3"]
    assert {(job.retry.user, job.timeout_us) for job in found} == {(2, 60_000_000)}


NODE = """
kind: Node
metadata: {name: n1, labels: {kubernetes.io/arch: arm64, topology.kubernetes.io/zone: eu-1}}
spec: {unschedulable: %s, taints: [{key: dedicated, value: ci, effect: NoSchedule},
       {key: node.kubernetes.io/unschedulable, effect: NoSchedule}]}
status: {allocatable: {cpu: 3920m, memory: 7.5Gi, nvidia.com/gpu: 1, pods: 110}, capacity: {cpu: 4},
         conditions: [{type: Ready, status: "%s"}]}
"""


@pytest.mark.parametrize(
    ("cordoned", "ready", "state"),
    [("false", "True", "READY"), ("true", "True", "CORDONED"), ("false", "False", "DOWN"), ("true", "Unknown", "DOWN")],
)
def test_a_node_has_what_is_allocatable_and_a_state(cordoned: str, ready: str, state: str) -> None:
    notes = Notes()
    node = node_of(manifest(NODE % (cordoned, ready)), "m.yaml", notes)
    assert node is not None
    assert (node.state, node.capacity) == (state, Resources(3920, 7680, 0, 1000))
    assert (node.architecture, node.zone) == ("arm64", "eu-1")
    assert node.taints == (Taint("dedicated", "ci", "NoSchedule"),)
    assert [note.text for note in notes.findings] == ["the resource pods"]


def test_a_node_without_capacity_or_with_a_state_that_is_none_is_refused() -> None:
    notes = Notes()
    assert node_of(manifest("kind: Node\nstatus: {}"), "m.yaml", notes) is None
    assert node_of(manifest(NODE % ("false", "Perhaps")), "m.yaml", notes)
    places = [one.flaw.path for one in notes.flaws]
    assert places == [("status", "capacity"), ("status", "conditions", 0, "status")]


@given(st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(
        ["spec", "containers", "initContainers", "resources", "requests", "limits", "cpu", "status", "allocatable",
         "affinity", "tolerations", "metadata", "labels", "conditions", "template", "taints", "nodeSelector"]),
         inner, max_size=4)),
    max_leaves=20,
), st.sampled_from(["Pod", "Job", "Node"]))  # fmt: skip
def test_nothing_that_a_manifest_can_hold_crashes(thing: Any, kind: str) -> None:
    notes, data = Notes(), {"kind": kind, **(thing if isinstance(thing, dict) else {"spec": thing})}
    found = node_of(data, "m.yaml", notes) if kind == "Node" else jobs_of(data, "m.yaml", notes)
    assert found or notes.flaws or notes.findings
