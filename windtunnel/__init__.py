"""The names that a notebook needs: `import windtunnel as wt`, then `wt.run("quickstart")` and `wt.frame(results[0])`.

Each name is fetched from where it is defined when it is first used, so that importing windtunnel stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.findings import Experiment as Experiment
    from reports.html import render_html as render_html
    from reports.manifest import StoreError as StoreError
    from reports.store import load_run as load_run
    from reports.summary import summarise as summarise
    from scenarios.loader import load_scenario as load_scenario
    from scenarios.loader import resolve_policies as resolve_policies
    from scenarios.problems import ScenarioError as ScenarioError
    from scenarios.spec import Scenario as Scenario
    from sim.results import RunResult as RunResult
    from sim.run import simulate as simulate
    from windtunnel.notebook import experiment as experiment
    from windtunnel.notebook import frame as frame
    from windtunnel.notebook import load as load
    from windtunnel.notebook import run as run

__version__ = "0.1.0"

_HOMES = {
    "Experiment": "reports.findings",
    "RunResult": "sim.results",
    "Scenario": "scenarios.spec",
    "ScenarioError": "scenarios.problems",
    "StoreError": "reports.manifest",
    "experiment": "windtunnel.notebook",
    "frame": "windtunnel.notebook",
    "load": "windtunnel.notebook",
    "load_run": "reports.store",
    "load_scenario": "scenarios.loader",
    "render_html": "reports.html",
    "resolve_policies": "scenarios.loader",
    "run": "windtunnel.notebook",
    "simulate": "sim.run",
    "summarise": "reports.summary",
}

__all__ = [
    "Experiment", "RunResult", "Scenario", "ScenarioError", "StoreError", "experiment", "frame", "load", "load_run",
    "load_scenario", "render_html", "resolve_policies", "run", "simulate", "summarise",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'windtunnel' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
