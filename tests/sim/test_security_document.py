"""docs/security.md shows a scenario that runs as the page says."""

import re
from pathlib import Path

from domain.contracts.orchestration import PipelineStarted
from scenarios.loader import load_text
from sim.run import simulate

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"


def test_the_scenario_of_the_page_runs_and_shows_what_it_promises() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    trusts: list[str] = []

    def sink(events, causes) -> None:
        trusts.extend(event.trust for event in events if isinstance(event, PipelineStarted))

    result = simulate(load_text(text), "drf+fifo+best-fit", check=True, event_sink=sink)
    tables = {one.title: one for one in result.contexts if one.context == "security"}
    assert {"Decisions", "Job tokens", "Secrets", "Deployments", "Sessions", "Isolation"} <= set(tables)
    assert 0.1 < trusts.count("untrusted") / len(trusts) < 0.4
    reasons = {row[2] for row in tables["Decisions"].rows}
    assert {"granted", "untrusted", "no-grant", "protected-ref", "suspended-user"} <= reasons
