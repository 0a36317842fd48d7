"""Two workloads fitted to a recorded week of Firefox CI: builds and tests on Linux, to start a scenario from."""

from scenarios.spec import Synthetic

# Source of all figures: gecko-3-b-linux.dat (36,511 tasks) and gecko-t-t-linux-large.dat (106,233 tasks) of
# taskcluster/taskcluster-provisioning-simulator at fdff8304, MPL-2.0, 4.6 days each; fitted 2026-11. A push is a batch:
# arrivals with no gap above 2 s. Its size is a lognormal that fits the mean, p90, p99 and E[B²] / E[B] of the recorded
# ones, cut at their p99. Hours are those of the recorded clock, whose time zone is not known, as pushes relative to the
# mean. Durations are fits of two lognormals. What a task takes of a node is not recorded: 1 CPU stands for a worker.

BUILD_LINUX = Synthetic.model_validate({
    "pushes": {
        "rate": "83/h",
        "profile": [
            0.95, 2.32, 2.73, 0.28, 1.29, 1.22, 0.75, 0.21, 0.19, 0.45, 0.60, 0.39,
            1.33, 2.43, 1.41, 0.45, 0.62, 1.31, 1.05, 0.85, 0.82, 0.73, 0.78, 0.84,
        ],
    },
    "jobs": {
        "build-linux": {
            "resources": {"cpu": "1cpu"},
            "count": {"lognormal": {"median": 0.74, "sigma": 2.0, "max": 36}},
            "duration": {
                "mixture": [
                    {"weight": 0.70, "median": "213s", "sigma": 0.67},
                    {"weight": 0.30, "median": "1396s", "sigma": 0.55},
                ]
            },
        }
    },
})  # fmt: skip

TEST_LINUX = Synthetic.model_validate({
    "pushes": {
        "rate": "46/h",
        "profile": [
            1.33, 1.22, 0.85, 0.53, 0.51, 0.38, 0.61, 0.41, 0.40, 0.49, 0.50, 0.72,
            0.95, 1.05, 1.33, 0.94, 1.27, 1.83, 2.00, 1.53, 1.66, 1.15, 1.03, 1.32,
        ],
    },
    "jobs": {
        "test-linux": {
            "resources": {"cpu": "1cpu"},
            "count": {"lognormal": {"median": 4.3, "sigma": 2.0, "max": 236}},
            "duration": {
                "mixture": [
                    {"weight": 0.27, "median": "718s", "sigma": 0.90},
                    {"weight": 0.73, "median": "1239s", "sigma": 0.28},
                ]
            },
        }
    },
})  # fmt: skip

PRESETS = {"build-linux": BUILD_LINUX, "test-linux": TEST_LINUX}
"""Recorded pool → the workload fitted to it."""
