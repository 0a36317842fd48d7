"""`windtunnel import`: pipelines and fleets that are already written down, for other systems."""

from pathlib import Path

import click

from windtunnel.importing.shared_options import about_the_scenario


@click.group("import", short_help="Import CI files and Kubernetes manifests.")
def import_() -> None:
    """Read what other systems run, tell what is known of it before a run, and make a scenario of it.

    \b
    windtunnel import github-workflow .github/workflows/ci.yml --explain
    windtunnel import github-workflow .github/workflows/ci.yml --out ci.yaml
    windtunnel run ci.yaml
    """


@import_.command("github-workflow", short_help="A workflow of GitHub Actions.")
@click.argument("file")
@click.option("--event", default="", metavar="NAME", help="What starts it; left out: push, or its first event.")
@click.option("--ref", default="", metavar="REF", help="A branch, or refs/tags/NAME; left out: one that starts it.")
@click.option("--activity", default="", metavar="TYPE", help="Of the event, such as opened.")
@click.option("--actor", default="", metavar="NAME", help="Who starts it; left out: not known.")
@click.option("--fork", is_flag=True, help="A pull request from a fork.")
@click.option("--repository", default="", metavar="OWNER/NAME", help="Where the workflow is; left out: not known.")
@click.option("--default-branch", default="", metavar="NAME", help="Of the repository; left out: not known.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An input of workflow_dispatch.")
@click.option("--changed", multiple=True, metavar="FILE", help="A file that changed, for path filters.")
@click.option(
    "--given", multiple=True, metavar="CONTEXT.PATH=VALUE",
    help="""What an expression finds there, such as vars.RUNNER=linux or needs.plan.outputs.list=["a"].""",
)  # fmt: skip
@about_the_scenario
def github_workflow(
    file: str, event: str, ref: str, activity: str, actor: str, fork: bool, repository: str, default_branch: str,
    inputs: tuple[str, ...], changed: tuple[str, ...], given: tuple[str, ...], explain: bool, as_json: bool,
    assume: str, **wanted: object,
) -> int:  # fmt: skip
    """Read a workflow FILE and the local workflows that it calls.

    \b
    windtunnel import github-workflow ci.yml --event pull_request --explain
    windtunnel import github-workflow ci.yml --duration build=8m --out ci.yaml
    """
    from windtunnel.importing.github import read

    return read(
        file, event=event, ref=ref, activity=activity, actor=actor, fork=fork, repository=repository,
        default_branch=default_branch, inputs=inputs, changed=changed, given=given, explained=explain,
        as_json=as_json, assume=assume == "run", wanted=wanted,
    )  # fmt: skip


@import_.command("gitlab-ci", short_help="A GitLab CI file.")
@click.argument("file")
@click.option("--event", default="push", metavar="SOURCE", help="CI_PIPELINE_SOURCE: push, merge_request_event, …")
@click.option("--ref", default="main", metavar="REF", help="A branch, or refs/tags/NAME.  [default: main]")
@click.option("--fork", is_flag=True, help="A merge request from a fork.")
@click.option("--project", default="group/project", metavar="PATH", help="Where the file is.")
@click.option("--default-branch", default="main", metavar="NAME", help="Of the project.")
@click.option("--variable", "variables", multiple=True, metavar="NAME=VALUE", help="A CI/CD variable.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An input that spec:inputs declares.")
@click.option("--changed", multiple=True, metavar="FILE", help="A file that changed, for rules:changes.")
@click.option("--existing", multiple=True, metavar="FILE", help="A file that there is, for rules:exists.")
@click.option("--play-manual", is_flag=True, help="Somebody starts every manual job at once.")
@about_the_scenario
def gitlab_ci(
    file: str, event: str, ref: str, fork: bool, project: str, default_branch: str, variables: tuple[str, ...],
    inputs: tuple[str, ...], changed: tuple[str, ...], existing: tuple[str, ...], play_manual: bool, explain: bool,
    as_json: bool, assume: str, **wanted: object,
) -> int:  # fmt: skip
    """Read a GitLab CI FILE and the local files that it includes.

    \b
    windtunnel import gitlab-ci .gitlab-ci.yml --event schedule --explain
    """
    from windtunnel.importing.gitlab import read

    return read(
        file, event=event, ref=ref, fork=fork, project=project, default_branch=default_branch, variables=variables,
        inputs=inputs, changed=changed, existing=existing, play_manual=play_manual, explained=explain, as_json=as_json,
        assume=assume == "run", wanted=wanted,
    )  # fmt: skip


@import_.command("kubernetes", short_help="Nodes, pods and jobs of Kubernetes.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.option("--out", metavar="FILE", help="Write a scenario for `windtunnel run`; `-` is stdout.")
@click.option("--force", is_flag=True, help="With --out: replace a file that is there.")
@click.option("--duration", multiple=True, metavar="[JOB=]TIME", help="How long pods run; left out: 5m. (repeatable)")
def kubernetes(files: tuple[str, ...], as_json: bool, out: str | None, force: bool, duration: tuple[str, ...]) -> int:
    """Read manifests: what nodes have, what pods and jobs ask for, and what state their workers are in.

    \b
    kubectl get nodes,pods -o yaml > cluster.yaml
    windtunnel import kubernetes cluster.yaml --out fleet.yaml
    """
    from windtunnel.importing.kubernetes import read

    return read([Path(file) for file in files], as_json, out, duration, force)


@import_.command("workers", short_help="States of workers: Docker, Kubernetes, Firecracker.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def workers(files: tuple[str, ...], as_json: bool) -> int:
    """Read what `docker inspect`, `kubectl get pods -o json` or Firecracker's API says, and tell the workers' states.

    A state that is not known is refused, never guessed.
    """
    from windtunnel.importing.workers import read

    return read([Path(file) for file in files], as_json)
