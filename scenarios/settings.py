"""Changes to a scenario from the command line: `--set key.path=value` and `--trace PATH`."""

import re

from scenarios.nodes import Node, put
from scenarios.problems import Path, Problem, dotted, show
from scenarios.yaml_source import DEEPEST, read_yaml

TRACE_OPTION = "--trace"
_FORM = "KEY.PATH=VALUE such as scheduling.ordering=sjf"
_PART = re.compile(r'(?:"([^"]*)"|([^."=]+))(?:\.|=)')


def apply_setting(root: Node, setting: str) -> tuple[Node, list[Problem]]:
    """The tree with one setting applied; with problems, the tree as it was.

    The value is YAML as it could stand in the file. Keys that hold dots stand in double quotes; items of lists are
    numbered from 0.
    """
    path, at = path_of(setting)
    if not path:
        return root, [Problem(f"--set {show(setting)}", 0, (), "no path and value", _FORM)]
    if len(path) > DEEPEST:
        return root, [Problem("--set", 0, (), f"a path of {len(path)} parts", f"at most {DEEPEST}")]
    source = f"--set {dotted(path)}"
    if not setting[at:].strip():
        return root, [Problem(source, 0, path, "nothing", "a value after =")]
    value, problems = read_yaml(setting[at:], source)
    problems = [Problem(source, 0, path + problem.path, problem.found, problem.allowed) for problem in problems]
    if value is None or problems:
        return root, problems
    try:
        return put(root, path, _placed(value)), []
    except KeyError as error:
        stop: Path = error.args[0]
        what = f"{dotted(stop)}, which has no {dotted(path[len(stop) : len(stop) + 1])}"
        return root, [Problem(source, 0, (), what, "a path to a field of a mapping or an item of a list")]


def apply_trace(root: Node, trace: str) -> tuple[Node, list[Problem]]:
    """The tree with `workload.trace.file` from `--trace`."""
    workload = root.value.get("workload") if isinstance(root.value, dict) else None
    if workload is None or not isinstance(workload.value, dict) or "trace" not in workload.value:
        return root, [Problem(f"{TRACE_OPTION} {show(trace)}", 0, (), "a scenario without workload.trace",
                              "a scenario that replays a recorded trace")]  # fmt: skip
    try:
        return put(root, ("workload", "trace", "file"), Node(trace, TRACE_OPTION, 0)), []
    except KeyError:
        return root, []  # `trace` is no mapping: validation says so


def path_of(setting: str) -> tuple[Path, int]:
    """The path before the first `=` outside quotes, and where the value begins; an empty path for anything else."""
    parts: list[str] = []
    at = 0
    while match := _PART.match(setting, at):
        parts.append(match[2].strip() if match[1] is None else match[1])
        at = match.end()
        if match[0].endswith("="):
            return tuple(parts) if all(parts) else (), at
    return (), 0


def _placed(node: Node) -> Node:
    """The value with all its lines taken away: they are of no use in an option."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _placed(child) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_placed(child) for child in value]
    return Node(value, node.source, 0, node.text, node.size)
