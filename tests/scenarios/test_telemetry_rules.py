"""What a scenario says about telemetry is read with its units, and every broken rule is said with its place."""

import json
from pathlib import Path

import pytest
import yaml

from scenarios.loader import load_text
from scenarios.problems import ScenarioError
from scenarios.quantities import PERCENT, QuantityError
from sim.contexts.telemetry import objectives_of

MINIMAL = yaml.safe_load(Path(__file__).with_name("good").joinpath("minimal.yaml").read_text(encoding="utf-8"))
GOOD = {"indicator": "queue_wait", "threshold": "2m", "target": "95%"}


def text(**telemetry: object) -> str:
    return json.dumps(MINIMAL | {"telemetry": telemetry})


def said(objective: dict[str, object], **telemetry: object) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_text(text(objectives={"o": objective}, **telemetry), "s.yaml")
    return [problem.render().split("telemetry.", 1)[1] for problem in caught.value.problems]


def test_an_objective_is_read_into_whole_numbers() -> None:
    alert = {"long": "1h", "short": "5m", "burn": 14.4, "severity": "wake", "hold": "2m"}
    found = load_text(text(objectives={"o": GOOD | {"target": "99.9%", "window": "7d", "alerts": [alert]}})).telemetry
    assert found is not None
    (objective,) = objectives_of(found)
    assert (objective.target_ppm, objective.window_us, objective.threshold_us) == (
        999_000,
        604_800_000_000,
        120_000_000,
    )
    (rule,) = objective.rules
    assert (rule.long_us, rule.short_us, rule.burn_milli) == (3_600_000_000, 300_000_000, 14_400)
    assert (rule.severity, rule.hold_us) == ("wake", 120_000_000)


def test_without_alerts_they_are_the_workbooks_and_an_empty_list_is_none() -> None:
    found = load_text(text(objectives={"usual": GOOD, "silent": GOOD | {"alerts": []}})).telemetry
    assert found is not None
    usual, silent = objectives_of(found)
    assert [rule.burn_milli for rule in usual.rules] == [14_400, 6_000, 3_000, 1_000]
    assert silent.rules == ()


def test_telemetry_may_be_left_out_or_empty() -> None:
    assert load_text(json.dumps(MINIMAL)).telemetry is None
    assert load_text(text()).telemetry is not None


@pytest.mark.parametrize(
    ("objective", "problem"),
    [
        (
            {"indicator": "queue_wait", "target": "95%"},
            "objectives.o.threshold: found nothing, allowed: a duration with a unit such as 2m, for queue_wait",
        ),
        (
            {"indicator": "job_success", "target": "95%", "threshold": "1m"},
            "objectives.o.threshold: found 1m, allowed: with queue_wait or pipeline_duration only",
        ),
        (
            GOOD | {"indicator": "pipeline_duration", "label": "build"},
            'objectives.o.label: found "build", allowed: no label: a pipeline has jobs of several',
        ),
        (GOOD | {"target": "100%"}, "objectives.o.target: found 100%, allowed: more than 0% and less than 100%"),
        (GOOD | {"target": "0%"}, "objectives.o.target: found 0%, allowed: more than 0% and less than 100%"),
        (GOOD | {"tenant": "nobody"}, 'objectives.o.tenant: found no tenant "nobody", allowed: default'),
        (
            GOOD | {"label": "biuld"},
            'objectives.o.label: found no class "biuld", allowed: build (did you mean build?)',
        ),
        (
            GOOD | {"alerts": [{"long": "5m", "short": "1h", "burn": 2}]},
            "objectives.o.alerts.0.short: found 1h, allowed: at most long, which is 5m",
        ),
        (
            GOOD | {"alerts": [{"long": "5m", "short": "10s", "burn": 2}]},
            "objectives.o.alerts.0.short: found 10s, allowed: at least telemetry.evaluate_every, which is 1m",
        ),
        (
            GOOD | {"alerts": [{"long": "1h", "short": "5m", "burn": 21}]},
            "objectives.o.alerts.0.burn: found 21, allowed: at most 20: with a target of 95% no budget burns faster",
        ),
    ],
)
def test_a_broken_rule_is_said_with_its_place(objective: dict[str, object], problem: str) -> None:
    assert said(objective) == [problem]


def test_windows_are_not_cut_into_millions_of_steps() -> None:
    (problem,) = said(GOOD | {"alerts": []}, evaluate_every="1s")
    assert problem == (
        "objectives.o.window: found 4w, allowed: at most 1,000,000 times telemetry.evaluate_every, which is 1s"
    )


def test_a_share_without_its_sign_is_refused() -> None:
    (problem,) = said(GOOD | {"target": 0.95})
    assert problem == "objectives.o.target: found 0.95, allowed: a share with a unit such as 95% or 99.9%"
    (problem,) = said(GOOD | {"indicator": "queue-wait"})
    assert problem.startswith("objectives.o.indicator: found ")
    assert "queue_wait" in problem


@pytest.mark.parametrize(("written", "worth"), [("95%", 950_000), ("99.9999%", 999_999), ("0.5 %", 5_000), ("0%", 0)])
def test_percentages_are_read_exactly(written: str, worth: int) -> None:
    assert PERCENT.parse(written) == worth


@pytest.mark.parametrize(
    ("written", "why"), [("99.99999%", "finer than 0.0001%"), ("101%", "more than the largest, 100%")]
)
def test_a_percentage_that_is_none_is_refused(written: str, why: str) -> None:
    with pytest.raises(QuantityError) as caught:
        PERCENT.parse(written)
    assert caught.value.why == why
