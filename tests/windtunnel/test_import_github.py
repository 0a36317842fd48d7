"""`windtunnel import github-workflow`: nothing is assumed or replaced in silence; why nothing runs is told."""

import json
from pathlib import Path

import pytest

from scenarios.loader import load_scenario
from tests.windtunnel.conftest import Windtunnel

NIGHTLY = """\
name: Nightly
on: {workflow_dispatch: , schedule: [{cron: 0 1 * * *}]}
jobs:
  version: {if: github.repository == 'nodejs/undici', runs-on: ubuntu-latest, steps: [{run: make}]}
  forks: {if: github.repository != 'nodejs/undici', runs-on: ubuntu-latest, steps: [{run: make}]}
  never: {if: "false", runs-on: ubuntu-latest, steps: [{run: make}]}
"""
NOTHING = """\
on: push
jobs:
  release: {if: github.event_name == 'release', runs-on: x, steps: [{run: make}]}
  publish: {needs: release, runs-on: x, steps: [{run: make}]}
"""
STORING = """\
name: Store
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
    - {uses: actions/cache@v4, with: {key: "go-${{ hashFiles('go.sum') }}", restore-keys: go-, path: p}}
    - {uses: actions/upload-artifact@v4, with: {name: bin, path: p}}
  test:
    needs: build
    strategy: {matrix: {n: [1, 2]}}
    runs-on: ubuntu-latest
    steps: [{uses: actions/download-artifact@v4, with: {name: bin}}, {run: make}]
  deploy:
    needs: test
    runs-on: ubuntu-latest
    container: node:24
    services: {db: {image: postgres}}
    permissions: {contents: read}
    environment: production
    steps: [{uses: actions/download-artifact@v4, with: {name: bin}}]
"""


@pytest.fixture
def nightly(tmp_path: Path) -> str:
    (tmp_path / "nightly.yml").write_text(NIGHTLY)
    (tmp_path / "nothing.yml").write_text(NOTHING)
    (tmp_path / "storing.yml").write_text(STORING)
    return "nightly.yml"


def test_what_was_assumed_is_on_the_screen_and_in_the_file(windtunnel: Windtunnel, nightly: str) -> None:
    answer = windtunnel("import", "github-workflow", nightly, "--explain", "--out", "out.yaml")
    text = " ".join(answer.out.split())
    for words in (
        "it is started by workflow_dispatch (--event), the branch is main (--ref)", "Taken for known",
        "github.repository is 'nodejs/undici'", "(--repository): version is taken to run",
        "forks: its condition is taken to be false (if: github.repository != 'nodejs/undici')",
        "never: its condition is false (if: false)",
    ):  # fmt: skip
        assert words in text, words
    assert list(json.loads(windtunnel("import", "github-workflow", nightly, "--json").out)["taken_for_known"])
    assert "taken for known: github.repository is 'nodejs/undici'" in Path("out.yaml").read_text()
    answer = windtunnel("import", "github-workflow", nightly, "--repository", "me/undici", "--explain", "--event",
                        "schedule", "--ref", "main")  # fmt: skip
    assert "forks  nightly.yml:5" in answer.out and "Taken for known" not in answer.out
    assert "Assumed" not in answer.out and "version: its condition is false" in answer.out


def test_why_nothing_runs_is_told_on_stderr(windtunnel: Windtunnel, nightly: str) -> None:
    for more in ([], ["--json"], ["--explain"], ["--out", "x.yaml"]):
        answer = windtunnel("import", "github-workflow", "nothing.yml", *more)
        assert answer.code == 2
        assert "nothing.yml:3 jobs.release.if: release: its condition is false" in answer.err
        assert "if: github.event_name == 'release'" in answer.err
        assert "nothing.yml:4 jobs.publish: publish: it needs release, left out as well" in answer.err
    assert not Path("x.yaml").exists()
    answer = windtunnel("import", "github-workflow", nightly, "--event", "push")
    assert answer.code == 2 and "it starts on workflow_dispatch, schedule, not on push" in answer.err


def test_an_unused_given_is_refused_with_what_there_is(windtunnel: Windtunnel, nightly: str) -> None:
    answer = windtunnel("import", "github-workflow", nightly, "--given", "github.repositry=a/b", "--given", "vars.X=1",
                        "--out", "x.yaml")  # fmt: skip
    assert answer.code == 2 and len(answer.err.splitlines()) == 2 and not Path("x.yaml").exists()
    assert "--given github.repositry: no expression of nightly.yml looks at it" in answer.err
    assert "did you mean github.repository?" in answer.err
    given = windtunnel("import", "github-workflow", nightly, "--given", "github.repository=a/b", "--json")
    assert [job["name"] for job in json.loads(given.out)["jobs"]] == ["forks"]


@pytest.mark.parametrize("command", ["github-workflow", "kubernetes"])
def test_a_file_that_is_there_is_replaced_only_with_force(windtunnel: Windtunnel, nightly: str, command: str) -> None:
    Path("pod.yml").write_text("kind: Node\nmetadata: {name: n}\nstatus: {allocatable: {cpu: 4, memory: 8Gi}}\n---\n"
                               "kind: Pod\nmetadata: {name: p}\nspec: {containers: [{}]}\n")  # fmt: skip
    source = nightly if command == "github-workflow" else "pod.yml"
    Path("mine.yaml").write_text("precious")
    answer = windtunnel("import", command, source, "--out", "mine.yaml")
    assert answer.code == 2 and "mine.yaml exists" in answer.err and "--force" in answer.err
    assert Path("mine.yaml").read_text() == "precious"
    assert windtunnel("import", command, source, "--out", "mine.yaml", "--force").code == 0
    load_scenario("mine.yaml")
    assert not [one for one in Path().iterdir() if one.name.startswith(".mine")]


def test_caches_artifacts_and_approvals_reach_the_scenario_where_their_sizes_are_given(
    windtunnel: Windtunnel, nightly: str
) -> None:
    answer = windtunnel("import", "github-workflow", "storing.yml", "--explain", "--out", "plain.yaml")
    for words in ("1 cache (--cache-size", "1 artifact (--artifact-size", "--approval production=15m", "node:24",
                  "postgres", "permissions"):  # fmt: skip
        assert words in answer.out and words in answer.err, words
    assert "not in this scenario: 1 cache" in Path("plain.yaml").read_text()
    options = [
        "--cache-size",
        "300MiB",
        "--cache-saves",
        "2m",
        "--artifact-size",
        "50MiB",
        "--approval",
        "production=15m",
    ]
    answer = windtunnel("import", "github-workflow", "storing.yml", *options, "--out", "full.yaml")
    assert answer.code == 0 and "1 cache" not in answer.err and "artifact" not in answer.err
    pipelines = load_scenario("full.yaml").workload.pipelines
    assert pipelines is not None
    jobs = pipelines["Store"].jobs
    (cache,) = jobs["build"].caches.values()
    assert (cache.key, cache.restore, cache.saves) == ("go-{lock}", ("go-",), 120_000_000)
    assert jobs["build"].artifacts is not None and list(jobs["build"].artifacts.produces) == ["bin"]
    deploy = jobs["deploy"]
    assert deploy.artifacts is not None and deploy.artifacts.consumes == ("bin",) and deploy.approval is not None
    assert "build" in deploy.needs  # an artifact comes from what is needed directly
    ran = windtunnel("run", "full.yaml", "--json", "-", "--check")
    tables = [table for one in json.loads(ran.out)["summaries"] for table in one["contexts"]]
    (durations,) = [table for table in tables if table["title"] == "How long pipelines took"]
    assert (
        durations["rows"][0][3] == 1 and durations["rows"][0][4] >= 30 * 60_000_000
    )  # three times 5m, and 15m of waiting


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--approval", "prod=5m"), "no job has the environment prod; environments: production"),
        (("--approval", "production"), "write NAME=VALUE"),
        (("--cache-saves", "1m"), "only with --cache-size"),
        (("--cache-size", "huge"), "--cache-size huge"),
        (("--artifact-size", "0MiB"), "more than nothing"),
        (("--duration", "build=1m", "--duration", "build=2m"), "given twice"),
    ],
)
def test_slips_in_options_are_told(windtunnel: Windtunnel, nightly: str, options: tuple[str, ...], words: str) -> None:
    answer = windtunnel("import", "github-workflow", "storing.yml", "--out", "x.yaml", *options)
    assert answer.code == 2 and words in answer.err and not Path("x.yaml").exists()


def test_names_stay_whole_and_cannot_move_the_cursor(windtunnel: Windtunnel, tmp_path: Path) -> None:
    long = "a-name-with-many-hyphens-that-is-longer-than-any-line-of-a-terminal-of-eighty-columns-is.yml"
    for name in (long, "odd\x1b[31m.yml"):
        (tmp_path / name).write_text('name: "x\\e[31my"\n' + NOTHING)
    answer = windtunnel("import", "github-workflow", long, "--event", "push", "--explain")
    assert long in answer.out
    answer = windtunnel("import", "github-workflow", "odd\x1b[31m.yml", "--explain")
    assert "odd?[31m.yml:5 jobs.publish" in answer.out and "\x1b" not in answer.out + answer.err
    (tmp_path / "odd\x1b[31m.yml").write_text('name: "x\\e[31my"\n' + STORING.split("\n", 1)[1])
    answer = windtunnel("import", "github-workflow", "odd\x1b[31m.yml", "--out", "o.yaml")
    assert answer.code == 0 and "x?[31my" in answer.out and "# x?[31my on push" in Path("o.yaml").read_text()


def test_what_a_label_cannot_have_is_told(windtunnel: Windtunnel, tmp_path: Path) -> None:
    upload = "steps: [{uses: actions/upload-artifact@v4, with: {name: 'bin-${{ matrix.n }}', path: p}}]"
    (tmp_path / "matrix.yml").write_text(f"""\
name: Matrix
on: push
jobs:
  some: {{runs-on: ubuntu-latest, strategy: {{max-parallel: 1, matrix: {{n: [1, 2]}}}}, {upload}}}
  all: {{runs-on: ubuntu-latest, strategy: {{matrix: {{n: [3, 4]}}}}, {upload}}}
  fetch:
    needs: [some, all]
    runs-on: ubuntu-latest
    steps: [{{uses: actions/download-artifact@v4}}]
""")
    answer = windtunnel("import", "github-workflow", "matrix.yml", "--artifact-size", "5MiB", "--out", "m.yaml")
    assert answer.code == 0 and "caches, artifacts and approvals of some" in answer.err
    pipelines = load_scenario("m.yaml").workload.pipelines
    assert pipelines is not None
    jobs = pipelines["Matrix"].jobs
    assert jobs["some (1)"].max_parallel == 1 and jobs["some (1)"].artifacts is None
    assert jobs["all (3)"].label is None and jobs["all (3)"].artifacts is not None
    assert jobs["fetch"].artifacts is not None and jobs["fetch"].artifacts.consumes == ("bin-3", "bin-4")
    assert windtunnel("run", "m.yaml", "--check").code == 0


def test_steps_that_only_one_of_a_matrix_leaves_out_are_not_said_of_all(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "benches.yml").write_text(
        "on: push\njobs:\n  test:\n    strategy: {matrix: {os: [windows-latest, ubuntu-latest]}}\n"
        "    runs-on: ${{ matrix.os }}\n    steps:\n      - run: make\n"
        "      - {name: Benches, run: make bench, if: \"startsWith(matrix.os, 'ubuntu')\"}\n"
    )
    told = windtunnel("import", "github-workflow", "benches.yml", "--explain").out
    assert "steps of the first: 1: make" in told and "steps left out of the first: Benches" in told


def test_what_is_known_only_in_a_run_is_counted_in_words(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text(
        "on: push\njobs: {a: {if: vars.X == 'a', runs-on: ubuntu-latest, steps: [{run: x}]}}\n"
    )
    assert windtunnel("import", "github-workflow", "one.yml", "--out", "one.yaml").code == 0
    assert "# - 1 thing is known only in a run" in (tmp_path / "one.yaml").read_text()


def test_the_screen_of_an_imported_run_says_first_when_it_was_done(windtunnel: Windtunnel, nightly: str) -> None:
    assert windtunnel("import", "github-workflow", nightly, "--duration", "3m", "--out", "n.yaml").code == 0
    lines = windtunnel("run", "n.yaml").out.splitlines()
    assert ": done after " in lines[1], lines[:3]


def test_what_is_given_for_variables_and_outputs_is_text_as_on_github(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "given.yml").write_text(
        "on: push\njobs:\n  plan: {runs-on: ubuntu-latest, steps: [{run: x}]}\n"
        "  fan:\n    needs: plan\n    if: vars.RUN == 'true'\n    runs-on: ubuntu-latest\n"
        '    strategy: {matrix: {n: "${{ fromJSON(needs.plan.outputs.list) }}"}}\n    steps: [{run: x}]\n'
    )
    for list_ in ("[1, 2, 3]", '["a", "b", "c"]', '"[1, 2, 3]"'):
        given = ("--given", f"needs.plan.outputs.list={list_}", "--given", "vars.RUN=true")
        told = json.loads(windtunnel("import", "github-workflow", "given.yml", *given, "--json").out)
        assert len(told["jobs"]) == 4 and not [one for one in told["findings"] if one["kind"] == "unknown"]


def test_inputs_are_the_texts_that_are_written_and_choices_among_those_declared(
    windtunnel: Windtunnel, tmp_path: Path
) -> None:
    (tmp_path / "manual.yml").write_text(
        "on:\n  workflow_dispatch:\n    inputs:\n      version: {type: string}\n      sure: {type: boolean}\n"
        "      stage: {type: choice, options: [test, live]}\njobs:\n"
        "  a: {if: inputs.version == '3.10' && inputs.sure, runs-on: ubuntu-latest, steps: [{run: x}]}\n"
    )
    call = ("import", "github-workflow", "manual.yml", "--input", "version=3.10", "--input", "sure=true")
    assert "1 job" in windtunnel(*call, "--input", "stage=live").out
    refused = windtunnel(*call, "--input", "stage=lvie")
    assert refused.code == 2 and 'found "lvie" for the input stage, allowed: test, live' in refused.err


def test_a_slip_in_a_field_is_told_with_the_field_that_was_meant(windtunnel: Windtunnel, tmp_path: Path) -> None:
    (tmp_path / "slip.yml").write_text("on: push\njobs: {a: {run-on: ubuntu-latest, steps: [{run: x}], zzz: 1}}\n")
    refused = windtunnel("import", "github-workflow", "slip.yml")
    assert refused.code == 2 and "(did you mean runs-on?)" in refused.err
    assert refused.err.count("did you mean") == 1
