"""What is exported of a run says the same as the tables of its contexts."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from reports.context_metrics import context_value
from scenarios.thresholds import parse_threshold
from scenarios.vocabulary import SHARES, slug
from sim.results import FiguresTable


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """A morning of the scenario `complete`, its summary, metrics and audit trail beside each other."""
    folder = tmp_path_factory.mktemp("exported")
    run = folder / "kept"
    options = ("--policy", "fair", "--set", "warm_up=0s", "--set", "horizon=11h", "-q", "--out", str(run))
    windtunnel = (sys.executable, "-m", "windtunnel")
    subprocess.run([*windtunnel, "run", "complete", *options], check=True, capture_output=True)
    files = ("--metrics", str(run / "m.jsonl"), "--audit", str(run / "a.jsonl"))
    subprocess.run([*windtunnel, "export", str(run), *files, "-q"], check=True)
    return run


def table(run: Path, context: str, title: str) -> list[list]:
    (summary,) = msgspec.json.decode((run / "summary.json").read_bytes())["summaries"]
    (found,) = (one for one in summary["contexts"] if (one["context"], one["title"]) == (context, title))
    return found["rows"]


def counters(run: Path) -> dict[str, Counter[tuple[str, ...]]]:
    """Metric → values of its attributes → count, as they stood at the end."""
    last = msgspec.json.decode((run / "m.jsonl").read_bytes().splitlines()[-1])
    metrics = last["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    return {
        metric["name"].removeprefix("windtunnel."): Counter({
            tuple(each["value"]["stringValue"] for each in point["attributes"]): int(point["asInt"])
            for point in metric["sum"]["dataPoints"]
        })
        for metric in metrics
        if "sum" in metric
    }  # fmt: skip


def test_the_audit_trail_adds_up_to_the_table_of_decisions(exported) -> None:
    lines = [msgspec.json.decode(line) for line in (exported / "a.jsonl").read_bytes().splitlines()]
    told = Counter((line["action"], line["reason"]) for line in lines if line["kind"] == "decision")
    counted = {(action, reason): n for action, _, reason, n in table(exported, "security", "Decisions")}
    asked_again = counted.pop(("enter-environment", "granted"), 0)
    assert asked_again >= counted.get(("deploy", "granted"), 0) > 0
    assert told == counted


def test_metrics_of_security_are_those_of_its_tables(exported) -> None:
    metrics = counters(exported)
    tokens = dict(table(exported, "security", "Job tokens"))
    exchanged = sum(n for tags, n in metrics["security.token.exchanges"].items() if "allowed" in tags)
    assert exchanged == tokens["exchanged"] > 0
    secrets = metrics["security.secret.requests"]
    rows = table(exported, "security", "Secrets")
    assert sum(n for tags, n in secrets.items() if "allowed" in tags) == sum(row[1] for row in rows) > 0
    assert sum(n for tags, n in secrets.items() if "denied" in tags) == sum(row[2] for row in rows) > 0
    assert metrics["security.session.active"].total() == 0, "all are closed when the run ends"


def test_metrics_of_artifacts_are_those_of_their_tables(exported) -> None:
    metrics = counters(exported)
    ((_, lookups, exact, prefix, rate, restored, _, _, saved),) = table(exported, "artifacts", "Caches")
    hits = Counter({kind: sum(n for tags, n in metrics["cache.lookups"].items() if kind in tags)
                    for kind in ("exact", "prefix", "miss")})  # fmt: skip
    assert (hits["exact"], hits["prefix"], hits.total()) == (exact, prefix, lookups)
    assert (hits["exact"] + hits["prefix"]) / hits.total() == rate
    assert (metrics["cache.restored"].total(), metrics["cache.saved"].total()) == (restored, saved)
    ((uploaded, _, downloaded, _, _),) = table(exported, "artifacts", "Artifact store")
    assert (metrics["artifact.uploaded"].total(), metrics["artifact.downloaded"].total()) == (uploaded, downloaded)
    assert metrics["image.pulls"].total() == sum(row[1] for row in table(exported, "artifacts", "Image pulls"))


def test_every_table_says_of_which_time_it_is(exported) -> None:
    (summary,) = msgspec.json.decode((exported / "summary.json").read_bytes())["summaries"]
    covers = {(one["context"], one["covers"]) for one in summary["contexts"]}
    assert {("security", "whole run"), ("artifacts", "whole run"), ("orchestration", "after warm-up")} <= covers


def test_shares_of_contexts_are_known_to_be_shares_before_a_run(exported) -> None:
    """So that thresholds about them are written and shown in per cent; a budget may be overdrawn, and is a number."""
    (summary,) = msgspec.json.decode((exported / "summary.json").read_bytes())["summaries"]
    columns = [tuple(column) for one in summary["contexts"] for column in one["columns"]]
    shares = {slug(name) for name, unit in columns if unit == "share"}
    shares |= {"batches_in_conflict", "claims_in_conflict", "claims_lost"}  # of several schedulers, which it has not
    assert shares - {"error_budget_left"} == SHARES
    assert not SHARES & {slug(name) for name, unit in columns if unit != "share"}


@pytest.mark.parametrize("text", re.findall(
    r"`((?:security|artifacts)\.[a-z_.]+(?:\{[^}`]*\})? [<>=]+ [^`]+)`",
    "".join((Path(__file__).parents[2] / "docs" / f"{page}.md").read_text() for page in ("security", "artifacts")),
))  # fmt: skip
def test_thresholds_that_the_pages_name_have_a_figure(exported, text) -> None:
    (summary,) = msgspec.json.decode((exported / "summary.json").read_bytes())["summaries"]
    tables = [msgspec.convert(one, FiguresTable) for one in summary["contexts"]]
    metric = parse_threshold(text.replace("secret=registry}", "secret=registry-token}")).metric
    assert isinstance(context_value(metric, tables), float)
