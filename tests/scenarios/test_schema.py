"""The JSON Schema says what the loader does: on the catalogue, on every good file, and on single fields."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from scenarios.catalogue import STARTER, entries
from scenarios.loader import load_text
from scenarios.problems import ScenarioError
from scenarios.schema import SCHEMA_FILE, json_schema, written

GOOD = Path(__file__).with_name("good")
MINIMAL = (GOOD / "minimal.yaml").read_text(encoding="utf-8")
FILES = [*sorted(GOOD.glob("*.yaml")), STARTER, *(entry.path for entry in entries())]
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_the_committed_copy_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == written(), "run: python -m scenarios.schema"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_every_field_is_described() -> None:
    for model in (json_schema(), *json_schema()["$defs"].values()):
        branches = model.get("anyOf", [model])
        assert model["description"]
        for field in (field for branch in branches for field in branch.get("properties", {}).values()):
            assert field["description"]


@pytest.mark.parametrize(
    "path", [*GOOD.glob("*.yaml"), STARTER, *(entry.path for entry in entries())], ids=lambda p: p.stem
)
def test_good_files_are_valid(path: Path) -> None:
    VALIDATOR.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


JOB = "workload.synthetic.jobs.build"
POOL = "fleet.providers.aws.pools.linux"


@pytest.mark.parametrize(
    ("path", "value", "good"),
    [
        ("horizon", "1h30m", True),
        ("horizon", "0s", False),
        ("horizon", 7, False),
        ("horizon", "7", False),
        ("horizon", "1h ", False),
        ("horizon", "30m1h", False),
        ("horizont", "1h", False),
        ("warm_up", "0s", True),
        ("seed", 0, True),
        ("seed", -1, False),
        ("seed", 1.5, False),
        ("seed", "1", False),
        ("seed", True, False),
        ("seed", None, False),
        ("question", None, False),
        ("question", "what?\n", True),
        ("question", "one\ntwo\n", False),
        ("name", "", False),
        ("name", " x", False),
        ("tenants", {"a": {}}, True),
        ("tenants", {}, False),
        ("tenants", {" a": {}}, False),
        ("tenants", {"a": {"weight": 0}}, False),
        ("tenants", {"a": None}, False),
        (f"{JOB}.count", 3, True),
        (f"{JOB}.count", -1, False),
        (f"{JOB}.count", {"lognormal": {"median": 2.5, "sigma": 1}}, True),
        (f"{JOB}.count", {"lognormal": {"median": 0, "sigma": 1}}, False),
        (f"{JOB}.duration", {"mixture": []}, False),
        (f"{JOB}.duration", {"mixture": [{"weight": 1, "median": "1s", "sigma": 0}]}, True),
        (f"{JOB}.duration", {"constant": "1s", "exponential": {"mean": "1s"}}, False),
        (f"{JOB}.duration", {}, False),
        (f"{JOB}.resources", {"cpu": "0cpu"}, False),
        (f"{JOB}.resources", {"cpu": "0.5cpu", "gpu": "0gpu", "disk": "0MiB"}, True),
        (f"{JOB}.failure_rate", 1, True),
        (f"{JOB}.failure_rate", 1.1, False),
        ("workload.synthetic.pushes.rate", "0/h", False),
        ("workload.synthetic.pushes.rate", "1000/d", True),
        ("workload.synthetic.pushes.profile", "office-hours", True),
        ("workload.synthetic.pushes.profile", "office", False),
        ("workload.synthetic.pushes.profile", [1] * 24, True),
        ("workload.synthetic.pushes.profile", [1] * 23, False),
        (f"{POOL}.nodes", 0, False),
        (f"{POOL}.nodes", {"min": 0, "max": "unlimited"}, True),
        (f"{POOL}.nodes", {"min": 0, "max": 0}, False),
        (f"{POOL}.nodes", {"max": 3}, False),
        (f"{POOL}.price", "$0.012/min", True),
        (f"{POOL}.price", "0.012/min", False),
        (f"{POOL}.labels", ["a", ""], False),
        (f"{POOL}.node_boot", "40s", True),
        (f"{POOL}.workers", {"kind": "cattle"}, False),
        ("scheduling", {"allocator": "drf", "offer_ttl": "1s"}, True),
        ("scheduling", {"allocator": "drff"}, False),
        ("scheduling", {"estimates": "exact"}, True),
        ("policies", {"a": {"ordering": "sjf"}}, True),
        ("policies", {"a": {"seed": 1}}, False),
        ("fleet.providers.aws.max_nodes", 5, True),
        ("fleet.providers.aws.pools", {}, False),
    ],
)
def test_schema_and_loader_agree(path: str, value: Any, good: bool) -> None:
    tree = yaml.safe_load(MINIMAL)
    *way, last = path.split(".")
    at = tree
    for part in way:
        at = at[part]
    at[last] = value
    assert VALIDATOR.is_valid(tree) is good
    if good:
        load_text(json.dumps(tree))
    else:
        with pytest.raises(ScenarioError):
            load_text(json.dumps(tree))
