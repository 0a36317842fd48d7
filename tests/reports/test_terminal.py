"""The terminal shows the answer on one screen, at any width, with and without colours."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from reports.comparison import headlines
from reports.summary import summarise
from reports.terminal import render


def shown(summaries, width: int = 80, **options) -> str:
    console = Console(file=StringIO(), width=width, **options)
    render(summaries, console)
    return console.file.getvalue()


@pytest.fixture(scope="module")
def three(live):
    tenants = ("acme", "globex", "initech", "umbrella")
    runs = [live(3000, policy, load=0.95, tenants=tenants) for policy in ("fifo", "sjf")]
    return [summarise(run) for run in (*runs, replace(runs[0], policy="drf+edf"))]


@pytest.mark.parametrize("width", [80, 100, 160])
def test_fits_one_screen_and_cuts_nothing(three, width: int) -> None:
    lines = shown(three, width).splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if "…" in line]


def test_policies_stand_side_by_side_and_figures_below_each_other(three) -> None:
    text = shown(three)
    (head,) = (line for line in text.splitlines() if line.split() == ["fifo", "sjf", "drf+edf"])
    ends = [head.index(name) + len(name) for name in ("fifo", "sjf", "drf+edf")]
    for words in ("queue wait mean", "           p95", "fairness   (Jain)", "jobs       succeeded"):
        (line,) = (line for line in text.splitlines() if line.startswith(words))
        assert all(line[end - 1].isalnum() for end in ends)
    for word in ("boot", "idle", "total", "per job", "digest", "simulated", "wall time", three[1].digest[:16]):
        assert word in text


@pytest.mark.parametrize("width", [80, 160])
def test_every_label_and_tenant_has_three_percentiles_of_every_policy(three, width: int) -> None:
    lines = [line.split() for line in shown(three, width).splitlines()]
    assert ["p50", "p95", "p99"] * 3 in lines
    brief = [line for line in lines if line[:1] in (["label"], ["tenant"])] if width == 80 else []
    assert [len(line) for line in brief] == [2 + 9] * len(brief)
    for name in ("build", "lint", "test", "acme", "initech"):
        assert sum(name in line[:2] for line in lines) == 1


def test_three_names_of_twenty_characters_are_whole_at_80_columns(three) -> None:
    names = ("fair-shortest-first-", "drf+shortest+spread.", "first-come-best-fit0")
    lines = shown([replace_policy(s, name) for s, name in zip(three, names, strict=True)]).splitlines()
    blank = lines.index("")
    columns = [words.split() for words in lines[blank + 1 : blank + 3]]
    heads = ["".join(column) for column in zip(*columns, strict=True)] if len(columns[0]) == 3 else []
    if not heads:  # all on one line
        heads = columns[0]
    assert heads == list(names)
    assert max(map(len, lines)) <= 80


def test_names_that_cannot_be_wrapped_become_letters_with_a_legend(three) -> None:
    names = ("x" * 50, "y" * 50, "z" * 50)
    lines = shown([replace_policy(s, name) for s, name in zip(three, names, strict=True)]).splitlines()
    for letter, name in zip("ABC", names, strict=True):
        assert f"{letter} {name}" in lines
    assert ["A", "B", "C"] in [line.split() for line in lines]


def test_one_policy_is_a_plain_list(three) -> None:
    text = shown(three[:1])
    assert "*" not in text
    assert max(map(len, text.splitlines()[4:])) <= 50
    for word in ("fifo", "queue wait mean", "p99", "build", "acme", "digest"):
        assert word in text


def test_the_best_is_marked_in_plain_text_and_in_bold(three) -> None:
    plain = shown(three)
    assert "\x1b" not in plain
    row = next(line for line in plain.splitlines() if line.startswith("           p95"))
    assert row.count("*") == 1
    assert "\x1b[1m" in shown(three, force_terminal=True)
    assert "\x1b[33m" not in shown(three, force_terminal=True, no_color=True)


def test_headlines_say_who_is_best_and_by_how_much(three) -> None:
    first = headlines(three)[0]
    assert first.startswith("sjf has the lowest p95 queue wait (")
    assert first.endswith("below fifo.") or "; their 95 % intervals overlap." in first


def test_equal_policies_have_no_winner(three) -> None:
    same = headlines([three[0], three[0]])
    assert same == [f"All policies have the same p95 queue wait ({same[0].split('(')[1][:-2]})."]
    assert "*" not in shown([three[0], three[0]])


def test_too_much_for_a_screen_is_cut_with_a_count(live) -> None:
    names = tuple(f"team-with-a-long-name-{i}" for i in range(30))
    run = live(400, tenants=names, tenant_weights=(1,) * 30)
    jobs = replace(run.jobs, tenant=run.jobs.job % 30)
    summaries = [replace_policy(summarise(replace(run, jobs=jobs)), f"policy-{i}") for i in range(12)]
    text = shown(summaries)
    assert "… 25 tenants more in the report" in text
    assert "… 4 policies more in the report" in text
    assert max(map(len, text.splitlines())) <= 80


def replace_policy(summary, name: str):
    from msgspec.structs import replace as changed

    return changed(summary, policy=name)


def test_names_cannot_write_to_the_terminal(make) -> None:
    text = shown([summarise(make([{}], tenants=("\x1b[2Jevil\nname",), policy="[bold]p[/]"))])
    assert "\x1b" not in text
    assert "[bold]p[/]" in text


def test_nothing_at_all_can_be_shown(make) -> None:
    assert "No policy has finished." in shown([])
    assert "No job was queued" in shown([summarise(make())])


def test_a_long_name_of_one_policy_is_whole(three) -> None:
    assert "A " + "x" * 60 in shown([replace_policy(three[0], "x" * 60)])


@pytest.mark.parametrize("policies", [4, 6, 8])
def test_more_policies_than_fit_keep_their_percentiles_in_further_tables(three, policies: int) -> None:
    names = [f"policy-{i}" for i in range(policies)]
    text = shown([replace_policy(three[i % 3], name) for i, name in enumerate(names)])
    lines = [line.split() for line in text.splitlines()]
    assert sum(len(line) // 3 for line in lines if line[:3] == ["p50", "p95", "p99"]) == policies
    assert "…" not in text
    assert all(f" {name}" in text for name in names)


def test_of_a_few_jobs_the_longest_wait_is_told(make) -> None:
    jobs = [{"started_us": 1_000_000 * i, "finished_us": 20_000_000} for i in (1, 2, 9)]
    first = headlines([summarise(make(jobs))])[0]
    assert first == "3 jobs waited at most 9 s, half of them at most 2 s."
    assert headlines([summarise(make(jobs[:1]))])[0] == "1 job waited 1 s."


def test_jobs_cancelled_before_they_queued_are_told_apart_from_those_that_waited(make) -> None:
    early = {"queued_us": -1, "assigned_us": -1, "started_us": -1, "outcome": "CANCELLED"}
    summary = summarise(make([{}, early, {**early, "outcome": "SKIPPED"}]))
    assert summary.never_queued == 2
    assert ["never", "queued", "2"] in [line.split() for line in shown([summary]).splitlines()]
    skipped = summarise(make([{}, {**early, "outcome": "SKIPPED"}]))
    assert "never queued" not in shown([skipped])  # that skipped jobs never queue needs no row
