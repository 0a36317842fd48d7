"""What a worker runs in, and how a provider is used: the values behind every kind of machine."""

from typing import Literal

import msgspec

from domain.workers.endpoint import EndpointRules

Kind = Literal["container", "kubernetes-pod", "vm", "stopped-vm", "microvm", "hosted-runner", "bare-metal"]
Isolation = Literal["process", "container", "microvm", "vm", "machine"]

ISOLATION: dict[str, Isolation] = {
    "container": "container",
    "kubernetes-pod": "container",
    "vm": "vm",
    "stopped-vm": "vm",
    "microvm": "microvm",
    "hosted-runner": "vm",
    "bare-metal": "machine",
}
"""kind → what stands between two jobs on one machine."""


class RuntimeSpec(msgspec.Struct, frozen=True):
    """What a worker is: its kind, image, isolation, processor architecture, and whether it serves more than one job."""

    kind: str = ""
    image: str = ""
    isolation: str = "process"
    architecture: str = "x64"
    reusable: bool = False


class ProviderConfig(msgspec.Struct, frozen=True):
    """How a provider is used: its quota over all pools (None: no limit), and the rules of its endpoint."""

    name: str
    max_machines: int | None = None
    endpoint: EndpointRules = EndpointRules()
