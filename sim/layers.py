"""Where a run's processor time goes, layer by layer, by looking at the stack hundreds of times a second."""

import signal
from collections import Counter
from time import process_time
from types import FrameType, TracebackType

EVERY_S = 0.001  # asked for; systems ring less often, so samples are shares, not times

LAYERS = {
    "domain.shared": "lifecycles and values",
    "domain.contracts": "lifecycles and values",
    "domain.orchestration": "orchestration",
    "domain.scheduling": "scheduling",
    "domain.workers": "workers",
    "domain.execution": "execution",
    "domain.security": "security",
    "domain.artifacts": "artifacts",
    "domain.telemetry": "telemetry",
    "domain.acl": "translation between contexts",
    "sim.bus": "event bus",
    "sim.digest": "event digest",
    "sim.recorder": "recorder",
    "sim.checkers": "checkers",
    "sim.contexts.security": "security",
    "sim.contexts.security_phases": "security",
    "sim.contexts.security_policy": "security",
    "sim.contexts.artifacts": "artifacts",
    "sim.contexts.artifact_phases": "artifacts",
    "sim.contexts.artifact_plans": "artifacts",
    "sim.contexts.artifact_chance": "artifacts",
    "sim.contexts.telemetry": "telemetry",
    "sim": "simulated time",
    "simpy": "simulated time",
    "scenarios": "workload",
    "reports": "event table",
}
"""Module, the most particular first → the layer its time is counted to; what is in no module here counts as `other`."""


class LayerTimes:
    """Inside `with`, counts samples; afterwards `seconds` has the processor time of each layer.

    Works in the main thread of a POSIX process, through SIGPROF; elsewhere it measures nothing and `seconds` is empty.
    Sampling costs under one per cent and changes nothing in the run.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._samples: Counter[str] = Counter()
        self._layer_of: dict[str, str] = {}

    def __enter__(self) -> "LayerTimes":
        try:
            self._before = signal.signal(signal.SIGPROF, self._sample)
            signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
        except (AttributeError, ValueError):  # no such signal, or not in the main thread
            self._before = None
        self._began = process_time()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._before is None:
            return
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._before)
        spent, samples = process_time() - self._began, self._samples.total()
        self.seconds = {layer: spent * count / samples for layer, count in self._samples.most_common()}

    def _sample(self, _: int, frame: FrameType | None) -> None:
        """Count one sample to the innermost frame that belongs to a layer."""
        while frame is not None:
            layer = self._find(frame.f_globals.get("__name__", ""))
            if layer:
                self._samples[layer] += 1
                return
            frame = frame.f_back
        self._samples["other"] += 1

    def _find(self, module: str) -> str:
        found = self._layer_of.get(module)
        if found is None:
            parts = module.split(".")
            names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
            found = self._layer_of[module] = next((LAYERS[name] for name in names if name in LAYERS), "")
        return found
