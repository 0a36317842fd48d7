"""The presets: what a pool gets by its `kind`, `runner`, `instance` and `market`, wherever the file leaves it out."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("presets.yaml")

RUNNERS = tuple(
    f"{system}-{size}c"
    for system, sizes in (
        ("linux", (1, 2, 4, 8, 16, 32, 64)),
        ("linux-arm", (2, 4, 8, 16, 32, 64)),
        ("windows", (2, 4, 8, 16, 32, 64)),
        ("macos", (3, 12)),
        ("linux-gpu", (4,)),
    )
    for size in sizes
)
INSTANCES = ("m6i.xlarge", "c5.2xlarge", "c7g.2xlarge")


@cache
def presets() -> dict[str, Any]:
    """The tables of the data file; read when a scenario asks for the first of them."""
    import yaml

    tables: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tables


def with_presets(pool: object) -> object:
    """A pool as it is written, with what its presets say filled in below what it says itself.

    Its nodes get the attributes `kind`, `market` and `arch`, for jobs to ask for or to avoid.
    """
    if not isinstance(pool, Mapping) or not {"kind", "runner", "instance"} & pool.keys():
        return pool
    tables, filled = presets(), dict(pool)
    for field, table in (("runner", "runners"), ("instance", "instances"), ("kind", "kinds")):
        named = pool.get(field)
        known = tables[table].get(named) if isinstance(named, str) else None
        if known is not None:
            if pool.get("market") == "spot" and "spot_price" in known:
                known = {**known, "price": known["spot_price"], "on_demand_price": known["price"]}
            filled = _below(filled, {key: value for key, value in known.items() if key not in ("source", "spot_price")})
    if isinstance(pool.get("kind"), str):
        arch = filled.get("architecture", "x64")
        filled = _below(
            filled, {"attributes": {"kind": pool["kind"], "market": filled.get("market", "on-demand"), "arch": arch}}
        )
    if "price" not in filled:
        filled = {key: value for key, value in filled.items() if key != "billing" or "billing" in pool}
    return filled


def _below(written: Mapping[str, Any], preset: Mapping[str, Any]) -> dict[str, Any]:
    """Both, mapping by mapping; what is written wins, and a distribution is replaced as a whole."""
    both = dict(written)
    for key, value in preset.items():
        if key not in both:
            both[key] = value
        elif key in ("workers", "billing", "capacity", "stopped", "attributes") and isinstance(both[key], Mapping):
            both[key] = _below(both[key], value)
    return both
