"""`windtunnel import`: CI files and manifests are explained, refused with file and line, or made to run."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.acl.ci_to_orchestration.specs import pipeline_spec
from domain.acl.github_actions_to_orchestration.contexts import Situation
from domain.acl.github_actions_to_orchestration.starting import default_start
from domain.acl.github_actions_to_orchestration.structure import flaws
from domain.acl.github_actions_to_orchestration.workflow import import_workflow
from domain.acl.gitlab_ci_to_orchestration import situation as gitlab
from domain.acl.gitlab_ci_to_orchestration.pipeline import import_pipeline
from domain.shared.resources import Resources
from scenarios.ci_files import read_file
from scenarios.imports.exporting import Choices, export
from scenarios.imports.stores import Storing
from scenarios.imports.writing import to_yaml
from scenarios.loader import load_scenario, load_text
from scenarios.problems import ScenarioError
from tests.windtunnel.conftest import Windtunnel
from windtunnel.importing.local_files import LocalFiles

CI = """\
name: CI
on: {push: {branches: [main]}, pull_request: }
concurrency: {group: "${{ github.workflow }}-${{ github.ref }}", cancel-in-progress: true}
jobs:
  build: {runs-on: ubuntu-latest, steps: [{uses: actions/checkout@v4}, {run: make}]}
  test:
    needs: build
    if: vars.TEST != 'no'
    strategy: {matrix: {os: [ubuntu-latest, windows-latest], python: ["3.11", "3.12"]}}
    runs-on: ${{ matrix.os }}
    steps: [{name: "Test on ${{ matrix.os }}", run: pytest}]
  deploy:
    needs: test
    if: github.event_name == 'push' && github.ref == 'refs/heads/release'
    runs-on: [self-hosted, prod]
    steps: [{run: ./deploy}]
  after: {needs: [test], if: always(), uses: ./.github/workflows/report.yml}
"""
REPORT = "on: {workflow_call: }\njobs: {report: {runs-on: ubuntu-latest, steps: [{run: echo}]}}\n"


@pytest.fixture
def workflow(tmp_path: Path) -> str:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "report.yml").write_text(REPORT)
    (folder / "ci.yml").write_text(CI)
    return ".github/workflows/ci.yml"


def test_explain_shows_jobs_needs_and_what_is_not_known_within_80_columns(
    windtunnel: Windtunnel, workflow: str
) -> None:
    answer = windtunnel("import", "github-workflow", workflow, "--explain")
    assert answer.code == 0 and max(map(len, answer.out.splitlines())) <= 80
    for words in (
        "CI on push of branch main: 6 jobs", "test × 4  .github/workflows/ci.yml:6", "needs: build",
        "test (windows-latest, 3.12) on windows-latest", "after / report", "always, even when cancelled",
        ".github/workflows/ci.yml:8 jobs.test.if", "vars.TEST is not given: test is taken to run",
        "deploy: its condition is false", "group CI-refs/heads/main",
    ):  # fmt: skip
        assert words in " ".join(answer.out.split()) or words in answer.out, words


def test_an_imported_workflow_runs_and_says_when_it_is_done(windtunnel: Windtunnel, workflow: str) -> None:
    answer = windtunnel(
        "import", "github-workflow", workflow, "--duration", "build=8m", "--duration", "3m", "--out", "ci.yaml"
    )
    assert answer.code == 0 and "each job" not in answer.out and "Wrote ci.yaml" in answer.err
    loaded = load_scenario("ci.yaml")
    assert loaded.workload.pipelines is not None
    jobs = loaded.workload.pipelines["CI"].jobs
    assert jobs["build"].duration.constant == 8 * 60_000_000
    assert jobs["test (ubuntu-latest, 3.11)"].label == "test"
    ran = windtunnel("run", "ci.yaml", "--json", "-", "--check")
    assert ran.code == 0
    tables = [table for one in json.loads(ran.out)["summaries"] for table in one["contexts"]]
    (durations,) = [table for table in tables if table["title"] == "How long pipelines took"]
    name, count, came, succeeded, p50, _, longest = durations["rows"][0]
    assert (name, count, came, succeeded) == ("CI", 6, 1, 1)
    assert 14 * 60_000_000 <= p50 == longest < 20 * 60_000_000  # 8 + 3 + 3 minutes, and runners to start


def test_the_fleet_may_be_another_scenarios(windtunnel: Windtunnel, workflow: str, tiny: Path) -> None:
    options = ["--fleet", tiny.name, "--cpu", "1cpu"]
    refused = windtunnel("import", "github-workflow", workflow, *options, "--out", "ci.yaml")
    assert refused.code == 2 and "which no pool carries" in refused.err
    assert "Nothing was written" in refused.err and "--runs-on LABEL=OTHER" in refused.err
    labels = ("--runs-on", "ubuntu-latest=", "--runs-on", "windows-latest=")
    larger = windtunnel("import", "github-workflow", workflow, "--fleet", tiny.name, *labels, "--out", "ci.yaml")
    assert larger.code == 2 and "--cpu and --memory" in larger.err
    tiny.write_text(tiny.read_text().replace("          nodes: 4\n", "          nodes: 4\n          labels: [any]\n"))
    options += ["--runs-on", "ubuntu-latest=any", "--runs-on", "windows-latest="]
    assert windtunnel("import", "github-workflow", workflow, *options, "--out", "ci.yaml").code == 0
    assert windtunnel("run", "ci.yaml", "--policy", "shortest").code == 0


def test_the_situation_is_the_users_to_say(windtunnel: Windtunnel, workflow: str) -> None:
    def names(*options: str) -> list[str]:
        answer = windtunnel("import", "github-workflow", workflow, "--json", *options)
        return [job["name"] for job in json.loads(answer.out)["jobs"]]

    assert len(names()) == 6
    assert len(names("--given", "vars.TEST=no")) == 2  # build, and what always runs
    assert len(names("--assume", "skip")) == 2
    assert names("--event", "schedule") == []
    assert len(names("--event", "pull_request", "--ref", "anything")) == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("github-workflow", "nowhere.yml"), "nowhere.yml: found no such file"),
        (("github-workflow", "bad.yml"), "bad.yml:3: jobs.a.step: found the field"),
        (("github-workflow", "good.yml", "--event", "pushh"), "did you mean push?"),
        (("github-workflow", "good.yml", "--duration", "5"), "--duration 5"),
        (("github-workflow", "good.yml", "--out", "x.yaml", "--duration", "nobody=5m"), "no job is called nobody"),
        (("github-workflow", "good.yml", "--given", "x"), "write NAME=VALUE"),
        (("github-workflow", "good.yml", "--event", "schedule", "--out", "x.yaml"), "no scenario without jobs"),
        (("github-workflow", "good.yml", "--out", "no/where.yaml"), "not a directory"),
        (("github-workflow", "good.yml", "--input", "a=b"), "--input only with"),
        (("gitlab-ci", "good.yml"), "good.yml:1: on: found"),
        (("kubernetes", "good.yml"), "a manifest with kind"),
        (("workers", "good.yml"), "neither containers"),
    ],
)
def test_bad_input_is_told_with_its_place(
    windtunnel: Windtunnel, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "bad.yml").write_text("on: push\njobs:\n  a: {runs-on: x, step: []}\n")
    (tmp_path / "good.yml").write_text("on: push\njobs:\n  a: {runs-on: x, steps: [{run: make}]}\n")
    answer = windtunnel("import", *arguments)
    assert answer.code == 2 and words in answer.err, answer.err
    assert "inside windtunnel" not in answer.err


def test_files_outside_the_repository_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.yml").write_text("a: 1")
    repository = tmp_path / "repository"
    (repository / ".github" / "workflows").mkdir(parents=True)
    (repository / "link.yml").symlink_to(tmp_path / "secret.yml")
    files = LocalFiles(repository / ".github" / "workflows" / "ci.yml", "github")
    assert files.root == repository
    assert "../secret.yml" not in files and str(tmp_path / "secret.yml") not in files and "link.yml" not in files


GITLAB = """\
stages: [build, test]
build: {stage: build, script: make, tags: [saas-linux-medium-amd64]}
test: {stage: test, script: make, parallel: 3, rules: [{changes: [src/**]}]}
ask: {stage: test, script: make, when: manual}
"""


def test_a_gitlab_file_is_explained_and_runs(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text(GITLAB)
    answer = windtunnel("import", "gitlab-ci", ".gitlab-ci.yml", "--explain")
    assert answer.code == 0 and max(map(len, answer.out.splitlines())) <= 80
    assert ".gitlab-ci.yml:3 test.rules.0.changes" in answer.out and "waits for a person" in answer.out
    written = windtunnel("import", "gitlab-ci", ".gitlab-ci.yml", "--out", "gl.yaml", "--every", "1h")
    assert written.code == 0 and "runners for saas-linux-medium-amd64 cost nothing" in written.err
    assert windtunnel("run", "gl.yaml").code == 0
    assert (
        windtunnel("import", "gitlab-ci", ".gitlab-ci.yml", "--changed", "doc/x", "--json").out.count('"source"') == 1
    )


CLUSTER = """\
kind: List
items:
- kind: Node
  metadata: {name: n1, labels: {disk: ssd, node-role.kubernetes.io/worker: ""}}
  spec: {taints: [{key: ci, effect: NoSchedule}]}
  status: {allocatable: {cpu: 4, memory: 8Gi}, conditions: [{type: Ready, status: "True"}]}
- kind: Pod
  metadata: {name: job}
  spec: {containers: [{resources: {requests: {cpu: 500m, memory: 1Gi}}}], nodeSelector: {disk: ssd},
         tolerations: [{key: ci, operator: Exists}]}
  status: {phase: Running}
- {kind: Service}
"""


def test_a_cluster_becomes_a_fleet_with_pods_that_run(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    answer = windtunnel("import", "kubernetes", "cluster.yaml", "--out", "fleet.yaml")
    assert answer.code == 0
    for words in ("1 node, 1 pod ", "node n1: READY, 4cpu 8GiB memory", "worker in pod job: IDLE", "1 × Service"):
        assert words in answer.out, answer.out
    assert windtunnel("run", "fleet.yaml").code == 0


def test_states_of_workers_are_told_or_refused(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "docker.json").write_text('[{"Name": "/runner-1", "State": {"Status": "running", "ExitCode": 0}}]')
    (tmp_path / "vm.json").write_text('{"id": "vm-1", "state": "Paused", "vmm_version": "1.9"}')
    (tmp_path / "odd.json").write_text('{"id": "vm-2", "state": "Melting", "vmm_version": "1.9"}')
    answer = windtunnel("import", "workers", "docker.json", "vm.json")
    assert (answer.code, answer.out) == (0, "docker  runner-1  IDLE\nfirecracker  vm-1  BOOTING\n")
    answer = windtunnel("import", "workers", "odd.json")
    assert answer.code == 2 and "Melting" in answer.out


def test_every_recorded_ci_file_becomes_jobs_or_is_refused_with_a_reason(
    data: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """All files of 15 repositories; every eighth that has jobs is written as a scenario, too."""
    outcomes: Counter[str] = Counter()
    with_jobs = 0
    for path in sorted(one for one in data("ci_configs").rglob("*.y*ml") if one.is_file()):
        is_gitlab = path.name == ".gitlab-ci.yml"
        files = LocalFiles(path, "gitlab" if is_gitlab else "github")
        try:
            documents = read_file(path, path.name, "gitlab" if is_gitlab else "github")
        except ScenarioError as error:
            assert all(problem.line for problem in error.problems), path
            outcomes["no YAML that GitHub takes"] += 1
            continue
        document = documents[0].data
        if is_gitlab:
            found = import_pipeline(document, path.name, gitlab.Situation(), files)
        elif flaws(document):
            outcomes["no workflow" if "on" not in document else "refused"] += 1
            continue
        else:
            found = import_workflow(document, path.name, Situation(default_start(document["on"])), files)
        if found.flaws:
            assert all(one.flaw.found and one.flaw.allowed for one in found.flaws)
            outcomes["refused"] += 1
        elif not found.jobs:
            assert found.reason
            outcomes["nothing runs"] += 1
        else:
            spec = pipeline_spec(found, lambda job: Resources(1000))
            assert len(spec.jobs) == len(found.jobs)
            outcomes["jobs"] += 1
            with_jobs += 1
            if with_jobs % 8 == 0:
                sized = Choices(storing=Storing("300MiB", 60_000_000, "20MiB"))
                for choices in (Choices(), sized):
                    load_text(to_yaml(export(found, "x", {}, choices).scenario, ()), path.name)
    with capsys.disabled():
        print(f"\n{sum(outcomes.values())} CI files: {dict(outcomes)}")  # noqa: T201
    assert sum(outcomes.values()) == 723
    assert outcomes["jobs"] >= 458 and outcomes["refused"] <= 3 and outcomes["no YAML that GitHub takes"] == 2


def test_a_gitlab_pipeline_with_a_job_for_failures_succeeds(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text(
        "stages: [a, b, c]\none: {stage: a, script: m}\n"
        "rescue: {stage: b, script: m, when: on_failure}\ntwo: {stage: c, script: m}\n"
    )
    assert windtunnel("import", "gitlab-ci", ".gitlab-ci.yml", "--out", "gl.yaml").code == 0
    ran = windtunnel("run", "gl.yaml", "--json", "-", "--check")
    tables = [table for one in json.loads(ran.out)["summaries"] for table in one["contexts"]]
    (durations,) = [table for table in tables if table["title"] == "How long pipelines took"]
    assert durations["rows"][0][:4] == [".gitlab-ci.yml", 3, 1, 1]
    (path,) = [table for table in tables if table["title"].startswith("Critical path")]
    assert [row[0] for row in path["rows"]] == ["one", "two"]
