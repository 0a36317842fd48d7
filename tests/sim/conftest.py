"""Small scenarios that exercise every process: a fleet that queues, boots, reuses, expires and fails."""

from collections.abc import Callable
from typing import Any

import pytest

from scenarios.spec import Scenario

POOL = {"nodes": 4, "capacity": {"cpu": "4cpu", "memory": "16GiB"}, "labels": ["linux"]}
ELASTIC = POOL | {
    "nodes": {"min": 1, "max": 6, "idle_timeout": "3m"},
    "node_boot": {"lognormal": {"median": "40s", "sigma": 0.4}},
    "workers": {"kind": "reusable", "start": {"lognormal": {"median": "2s", "sigma": 0.5}}, "idle_timeout": "1m"},
}
JOBS = {
    "build": {
        "resources": {"cpu": "2cpu", "memory": "4GiB"},
        "runs_on": ["linux"],
        "duration": {"lognormal": {"median": "90s", "sigma": 0.7}},
        "failure_rate": 0.1,
        "timeout": "10m",
    },
    "test": {
        "resources": {"cpu": "1cpu", "memory": "2GiB"},
        "runs_on": ["linux"],
        "count": {"lognormal": {"median": 3, "sigma": 0.8}},
        "duration": {"exponential": {"mean": "2m"}},
        "needs": ["build"],
        "max_queue_time": "20m",
    },
}


@pytest.fixture
def scenario() -> Callable[..., Scenario]:
    """`scenario(pool=…, jobs=…, scheduling=…, …)`: six busy hours for two tenants, with what is named replaced."""

    def make(pool: dict[str, Any] = POOL, jobs: dict[str, Any] = JOBS, **changes: Any) -> Scenario:
        return Scenario.model_validate(
            {
                "name": "small",
                "seed": 7,
                "horizon": "6h",
                "tenants": {"web": {"weight": 2}, "app": {}},
                "workload": {"synthetic": {"pushes": {"rate": "90/h"}, "jobs": jobs}},
                "fleet": {"providers": {"cloud": {"pools": {"linux": pool}}}},
                **changes,
            }
        )

    return make


@pytest.fixture
def elastic() -> dict[str, Any]:
    return ELASTIC


@pytest.fixture
def job_classes() -> dict[str, Any]:
    return JOBS
