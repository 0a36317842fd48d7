"""The closed forms give the reference values that others computed."""

import json

import pytest

from reports.fidelity import formulas


@pytest.fixture(scope="module")
def values(data):
    return json.loads(data("queueing_theory/closed_forms.json").read_text(encoding="utf-8"))


def test_erlang_b_and_c(values) -> None:
    for name, lost in values["Erlang B"].items():
        servers, load = (float(part.split("=")[1]) for part in name.split(","))
        assert formulas.erlang_b(load, int(servers)) == pytest.approx(lost, rel=1e-9)
    for row in values["M/M/c"]:
        assert formulas.erlang_c(row["lambda_"], row["mu"], row["c"]) == pytest.approx(row["P_wait"], rel=1e-9)


def test_a_queue_with_room_for_so_many(values) -> None:
    for row in values["M/M/c/K"]:
        full = formulas.full(row["lambda_"], row["mu"], row["c"], row["K"])
        assert full == pytest.approx(row["P_block"], rel=1e-9)


def test_pollaczek_khinchine(values) -> None:
    for row in values["M/G/1 (Pollaczek-Khinchine)"].values():
        second = row["ES"] ** 2 * (1 + row["cv2"])
        assert formulas.pollaczek_khinchine(row["lambda_"], row["ES"], second) == pytest.approx(row["Wq"], rel=1e-9)


def test_priorities_and_shortest_first(values) -> None:
    by_class = values["M/M/c non-preemptive priority (Cobham/Davis) Wq per class"]["l=[.3,.5],mu=1,c=1"]
    assert formulas.priority_waits([(0.3, 1, 2), (0.5, 1, 2)]) == pytest.approx(by_class, rel=1e-9)
    mean = values["M/M/1 non-preemptive SJF mean Wq (Phipps)"]["rho=.8"]
    assert formulas.shortest_first_wait(0.8) == pytest.approx(mean, rel=1e-4)


def test_che(values) -> None:
    from reports.fidelity.sharing import zipf

    hit = values["LRU hit ratio, Che approximation, IRM Zipf"]["N=1000,alpha=1.0,C=100"]
    assert formulas.che_hit_rate(zipf(), 100) == pytest.approx(hit, rel=1e-9)
