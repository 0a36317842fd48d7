"""`windtunnel import kubernetes`, `workers` and `gitlab-ci` on whole files: what is told, refused and written."""

from pathlib import Path

import pytest

from tests.windtunnel.conftest import Windtunnel

NODE = """\
kind: Node
metadata: {name: %s}
status: {allocatable: {cpu: 4, memory: 8Gi}, conditions: [{type: Ready, status: '%s'}]}
"""
JOB = """\
kind: Job
metadata: {name: batch}
spec:
  completions: 4
  parallelism: 2
  backoffLimit: 0
  template: {spec: {restartPolicy: Never, priorityClassName: high, containers: [{resources: {requests: {cpu: 1}}}]}}
"""
OWNED = """\
kind: Pod
metadata: {name: batch-x7, ownerReferences: [{kind: Job, name: batch}]}
spec: {containers: [{resources: {requests: {cpu: 1}}}]}
status: {phase: Running}
"""
REST = """\
{kind: PriorityClass, metadata: {name: high}, value: 2000000}
---
{kind: Deployment, metadata: {name: web}}
---
{kind: ConfigMap}
"""


def cluster(*parts: str) -> str:
    return "---\n".join(parts)


def test_a_job_runs_two_pods_at_a_time(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(cluster(NODE % ("n1", "True"), JOB))
    assert windtunnel("import", "kubernetes", "c.yaml", "--out", "f.yaml", "--duration", "10m").code == 0
    answer = windtunnel("run", "f.yaml")
    assert answer.code == 0 and "20m" in answer.out  # four pods on a node that has room for all: two after two


def test_what_is_not_read_is_told_with_its_line_and_why(windtunnel: Windtunnel, tmp_path: Path) -> None:
    nodes = [NODE % (f"n{number}", "True") for number in range(6)]
    (tmp_path / "c.yaml").write_text(cluster(*nodes, NODE % ("gone", "False"), JOB, OWNED, REST))
    answer = windtunnel("import", "kubernetes", "c.yaml")
    for words in (
        "7 nodes, 4 pods",
        "node n0, n1, n2, n3 and 2 more: READY",  # alike: one line
        "c.yaml:25\n      a node that takes no pods now (DOWN)",
        "a pod of the Job default/batch, which is here itself",
        "a Deployment: its pods do not end",
        "1 × ConfigMap: not looked at",
        "worker in pod batch-x7: IDLE",
    ):
        assert words in answer.out, answer.out
    assert all(len(line) <= 80 for line in answer.out.splitlines())
    answer = windtunnel("import", "kubernetes", "c.yaml", "--out", "f.yaml")
    assert "1 of 7 nodes are left out" in answer.err and "priority of 4 pods is cut to 1,000,000" in answer.err
    assert "1 of 7 nodes are left out" in (tmp_path / "f.yaml").read_text()


def test_an_object_that_is_there_twice_is_refused(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(cluster(NODE % ("n1", "True"), JOB))
    (tmp_path / "d.yaml").write_text(NODE % ("n1", "True"))
    answer = windtunnel("import", "kubernetes", "c.yaml", "d.yaml")
    assert answer.code == 2 and "d.yaml:1: found the Node n1 again" in answer.err and "c.yaml:1" in answer.err


def test_a_pod_of_the_duration_option_that_is_not_there_is_refused(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(cluster(NODE % ("n1", "True"), JOB))
    answer = windtunnel("import", "kubernetes", "c.yaml", "--duration", "bacth=1m", "--out", "f.yaml")
    assert answer.code == 2 and "bacth" in answer.err and not (tmp_path / "f.yaml").exists()


HAS = "{allocatable: {cpu: 1}}"
ESCAPE = "\\e[31mred\\a"


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("kubernetes", f'{{kind: Pod, metadata: {{name: "{ESCAPE}"}}, spec: {{"{ESCAPE}": 1, containers: [{{}}]}}}}'),
        ("kubernetes", f'{{kind: Node, metadata: {{name: "{ESCAPE}"}}, status: {{allocatable: {{cpu: 1}}}}}}'),
        ("kubernetes", f'{{kind: Node, spec: {{taints: [{{key: "{ESCAPE}", effect: NoExecute}}]}}, status: {HAS}}}'),
        ("kubernetes", f'kind: "{ESCAPE}"'),
        ("kubernetes", f'kind: Pod\nspec: {{containers: [{{resources: {{requests: {{cpu: "{ESCAPE}"}}}}}}]}}'),
        ("workers", f'kind: Pod\nmetadata: {{name: "{ESCAPE}"}}\nstatus: {{phase: "{ESCAPE}"}}'),
        ("workers", f'Name: "{ESCAPE}"\nState: {{Status: exited, ExitCode: 1}}'),
        ("workers", f'kind: "{ESCAPE}"'),
        ("gitlab-ci", f'"{ESCAPE}": {{script: m, tags: ["{ESCAPE}"], artifacts: {{"{ESCAPE}": 1}}}}'),
        ("gitlab-ci", f'a: {{script: m, image: "{ESCAPE}", services: ["{ESCAPE}"], needs: ["{ESCAPE}"]}}'),
        ("gitlab-ci", f'a: {{script: m, rules: [{{if: \'$CI_X == "{ESCAPE}"\'}}], "{ESCAPE}": 1}}'),
        ("gitlab-ci", f'a: {{script: m, rules: [{{if: "$CI_X == \'{ESCAPE}\'"}}], environment: "{ESCAPE}"}}'),
    ],
)  # fmt: skip
def test_names_cannot_move_the_cursor(windtunnel: Windtunnel, tmp_path: Path, command: str, text: str) -> None:
    (tmp_path / "f.yaml").write_text(text)
    explain = ["--explain"] if command == "gitlab-ci" else []
    answer = windtunnel("import", command, "f.yaml", *explain)
    assert "\x1b" not in answer.out + answer.err and "\a" not in answer.out + answer.err
    assert "inside windtunnel" not in answer.err
    assert answer.out or answer.err


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("command", ["gitlab-ci", "kubernetes", "workers"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LAUGHS, "values"),
        ("a: 1\na: 2", "the same key again"),
        ("a: [1", "broken YAML"),
        ("a: &x [*x]", "inside itself"),
        ("{" * 100, ""),
        ("- " * 200, "levels"),
        ("a: !!python/object:os.system x", "tag"),
        ("a: \x01", "character"),
        ("", ""),
    ],
)
def test_malformed_files_are_refused(
    windtunnel: Windtunnel, tmp_path: Path, command: str, text: str, words: str
) -> None:  # fmt: skip
    (tmp_path / "f.yaml").write_text(text)
    answer = windtunnel("import", command, "f.yaml")
    assert answer.code == 2 and words in answer.err and "inside windtunnel" not in answer.err, answer.err


def test_states_of_docker_ps_and_objects_without_workers(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "ps.json").write_text('[{"Names": ["/r1"], "State": "exited", "Status": "Exited (137) 2 days ago"}]')
    (tmp_path / "pods.yaml").write_text(cluster(NODE % ("n1", "True"), OWNED))
    answer = windtunnel("import", "workers", "ps.json", "pods.yaml")
    assert answer.out == "docker  r1  FAILED (exit-code-137)\nkubernetes  batch-x7  IDLE\n" and answer.code == 0
    assert "a Node: not looked at" in answer.err


GITLAB = """\
spec: {inputs: {copies: {type: number, default: 1}}}
---
build: {stage: build, script: m, artifacts: {paths: [x]}, interruptible: true}
later: {stage: test, script: m, when: delayed, start_in: 30 minutes, retry: {max: 2, when: [job_execution_timeout]}}
test:
  script: m
  parallel: $[[ inputs.copies ]]
"""


def test_names_that_a_scenario_cannot_have_are_shortened(windtunnel: Windtunnel, tmp_path: Path) -> None:
    axes = f"{{{', '.join(f'VARIABLE_{n}: [{chr(97 + n) * 30}, {chr(65 + n) * 30}]' for n in range(4))}}}"
    text = f'"{ESCAPE}": {{stage: build, script: m}}\na: {{script: m, parallel: {{matrix: [{axes}]}}}}'
    (tmp_path / "f.yml").write_text(text)
    arguments = ("import", "gitlab-ci", "f.yml", "--duration", "a=3m", "--out", "g.yaml")
    assert windtunnel(*arguments).code == 0
    answer = windtunnel("run", "g.yaml")
    assert answer.code == 0 and "\x1b" not in answer.out
    written = (tmp_path / "g.yaml").read_text()
    assert written.count("duration: 3m") == 16 and "#16" not in written and "…" in written


def test_delays_retries_and_inputs_of_a_gitlab_file_are_in_the_scenario(
    windtunnel: Windtunnel, tmp_path: Path
) -> None:  # fmt: skip
    (tmp_path / ".gitlab-ci.yml").write_text(GITLAB)
    arguments = ("import", "gitlab-ci", ".gitlab-ci.yml", "--input", "copies=2", "--artifact-size", "1GiB")
    assert windtunnel(*arguments, "--out", "g.yaml").code == 0
    text = (tmp_path / "g.yaml").read_text()
    for words in ("retry: {infra: 0, timeout: 2}", "answer: 30m", "auto_cancel: conservative", "test 2/2", "produces"):
        assert words in text, text
    answer = windtunnel("run", "g.yaml")
    assert answer.code == 0 and "40m" in answer.out
    assert windtunnel(*arguments, "--out", "g.yaml", "--force", "--every", "3m", "--cpu", "1cpu").code == 0
    assert "cancelled" in windtunnel("run", "g.yaml").out  # a newer pipeline of the same ref
    answer = windtunnel("import", "gitlab-ci", ".gitlab-ci.yml", "--input", "copies=many", "--input", "x=1")
    assert answer.code == 2 and ".gitlab-ci.yml:1: spec.inputs.copies" in answer.err and '"x"' in answer.err
