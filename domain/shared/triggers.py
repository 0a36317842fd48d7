"""Why a pipeline came, from whom, and how far its code is trusted."""

from typing import Literal

import msgspec

TrustLevel = Literal["trusted", "untrusted"]
"""`untrusted` is code that nobody with rights here has reviewed: a pull request from a fork."""


class Trigger(msgspec.Struct, frozen=True):
    """What started a pipeline. Equal triggers are shared: one object for many pipelines."""

    event: str = "push"  # push, pull_request, schedule, merge_group, manual
    actor: str = ""  # a user of the tenant; empty: the tenant itself
    ref: str = "main"
    trust: TrustLevel = "trusted"


PUSH = Trigger()
