"""Sampled stacks for speedscope.app, in its file format.

Source: file-format-spec.ts of speedscope 1.x (github.com/jlfwong/speedscope, read 2026-11).
"""

from collections.abc import Mapping
from typing import Any

from windtunnel.profiling.stacks import Stack

SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def speedscope(stacks: Mapping[Stack, float], name: str, exporter: str) -> dict[str, Any]:
    """One profile of weights in seconds; equal stacks are one sample, in order of their names."""
    ordered = sorted(stacks, key=lambda stack: [frame.words for frame in stack])
    number = {frame: place for place, frame in enumerate(dict.fromkeys(one for stack in ordered for one in stack))}
    weights = [stacks[stack] for stack in ordered]
    return {
        "$schema": SCHEMA,
        "name": name,
        "exporter": exporter,
        "activeProfileIndex": 0,
        "shared": {"frames": [{"name": one.words, "file": one.file, "line": one.line} for one in number]},
        "profiles": [
            {
                "type": "sampled",
                "name": name,
                "unit": "seconds",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": [[number[frame] for frame in stack] for stack in ordered],
                "weights": weights,
            }
        ],
    }
