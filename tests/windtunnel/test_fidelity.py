"""`fidelity`: expected, got and verdict of each check, what is skipped and why, and an exit code to go by."""

import json
from pathlib import Path

import pytest

from reports.fidelity import catalogue
from reports.fidelity.checks import Check, confident, exactly, near
from tests.windtunnel.conftest import Windtunnel


def test_a_check_shows_expected_got_and_verdict(windtunnel: Windtunnel) -> None:
    shown = windtunnel("fidelity", "--only", "drf")
    assert shown.code == 0
    assert "drf" in shown.out and "passed in" in shown.out and "NSDI 2011" in shown.out
    assert "expected        3 and 2  got        3 and 2" in shown.out
    assert shown.out.endswith("1 passed, 0 failed, 0 skipped.\n")


def test_what_has_no_data_is_skipped_and_says_which_file(windtunnel: Windtunnel, tmp_path: Path) -> None:
    for options in ((), ("--data", str(tmp_path))):
        shown = windtunnel("fidelity", "--only", "easy-textbook", *options)
        assert shown.code == 0
        assert "skipped: no swf/KTH-SP2_log.swf.gz in the folder of --data" in shown.out
        assert shown.out.endswith("0 passed, 0 failed, 1 skipped.\n")


def test_several_run_in_processes_and_come_out_in_order_as_json(windtunnel: Windtunnel) -> None:
    shown = windtunnel("fidelity", "--only", "bitcoin-days", "--only", "drf", "--json")
    assert shown.code == 0
    found = json.loads(shown.out)
    assert [(one["check"], one["verdict"]) for one in found] == [("drf", "passed"), ("bitcoin-days", "skipped")]
    assert found[0]["lines"][0]["expected"] == found[0]["lines"][0]["got"] == "3 and 2"


def test_a_check_that_fails_says_where_and_exits_with_3(
    windtunnel: Windtunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Check("drf", "nowhere", lambda data: [exactly("one", 1, 1), exactly("two", 2, 3)])
    monkeypatch.setitem(catalogue.CHECKS, "drf", wrong)
    shown = windtunnel("fidelity", "--only", "drf")
    assert shown.code == 3
    assert next(line for line in shown.out.splitlines() if "differs" in line).split()[0] == "two"
    assert shown.out.endswith("0 passed, 1 failed, 0 skipped.\n")


def test_a_wrong_name_or_folder_says_what_is_allowed(windtunnel: Windtunnel) -> None:
    wrong = windtunnel("fidelity", "--only", "nope")
    assert wrong.code == 2 and "no check 'nope'; allowed: rlscheduler," in wrong.err
    assert windtunnel("fidelity", "--data", "nowhere").code == 2


def test_a_figure_is_judged_by_its_own_rule() -> None:
    assert near("x", 100.0, 100.9, 0.01).passed and not near("x", 100.0, 101.1, 0.01).passed
    assert confident("x", 1.0, 1.01, 0.015).passed
    assert not confident("x", 1.0, 1.02, 0.015).passed, "outside its interval"
    assert not confident("x", 1.0, 1.01, 0.5).passed, "an interval that says nothing"
