"""What a scenario may say of messages between contexts, and what it is told where that makes no sense."""

import pytest
from pydantic import ValidationError

from scenarios.semantics import findings
from scenarios.spec import Scenario
from scenarios.spec_delivery import Delivery

BASE = {
    "name": "weather",
    "horizon": "1h",
    "workload": {
        "synthetic": {
            "pushes": {"rate": "6/h"},
            "jobs": {"test": {"resources": {"cpu": "1cpu"}, "duration": "5m"}},
        }
    },
    "fleet": {"providers": {"local": {"pools": {"linux": {"nodes": 1, "capacity": {"cpu": "4cpu"}}}}}},
}


def told(delivery: dict[str, object]) -> list[str]:
    scenario = Scenario.model_validate(BASE | {"faults": {"delivery": delivery}})
    return [".".join(map(str, finding.path)) for finding in findings(scenario)]


def test_shares_are_percentages_and_the_delay_any_distribution() -> None:
    some = Delivery.model_validate({"duplicate": "5%", "reorder": "0.1%", "delay": {"exponential": {"mean": "3s"}}})
    assert (some.duplicate, some.reorder) == (50_000, 1_000)
    assert told({"duplicate": "5%", "reorder": "5%", "delay": "10s"}) == []
    assert told({"duplicate": "5%"}) == [], "a message may come twice at once"


@pytest.mark.parametrize("delivery", [{"duplicate": "101%"}, {"reorder": "-1%"}, {"duplicate": "0.5"}, {"lose": "1%"}])
def test_what_is_no_share_is_refused(delivery: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Delivery.model_validate(delivery)


def test_late_messages_need_a_delay() -> None:
    assert told({"reorder": "5%"}) == ["faults.delivery.delay"]


def test_a_delay_is_a_distribution_like_any_other() -> None:
    upside_down = {"uniform": {"low": "9s", "high": "1s"}}
    assert told({"reorder": "5%", "delay": upside_down}) == ["faults.delivery.delay.uniform.low"]
