"""`windtunnel fit`: a scenario that runs, and errors that name what is wrong."""

import json


def test_the_command_writes_a_scenario_that_runs_and_never_over_another(tmp_path, windtunnel):
    trace = tmp_path / "t.csv"
    lines = ["queued,duration,label"] + [f"{1_767_571_200 + i * 400},{60 + i % 90},build" for i in range(400)]
    trace.write_text("\n".join(lines))
    out = tmp_path / "like.yaml"
    command = ("fit", trace, "--queued", "queued", "--duration", "duration", "--duration-unit", "s", "--times",
               "epoch_s", "--label", "label", "--out", out)  # fmt: skip
    done = windtunnel(*command, "--json")
    assert done.code == 0 and json.loads(done.out)["kinds"][0]["name"] == "build"
    again = windtunnel(*command)
    assert again.code == 2 and "--force" in again.err
    assert windtunnel("run", out, "-q", "--set", "horizon=1d").code == 0


def test_wrong_options_are_named(tmp_path, windtunnel):
    trace = tmp_path / "t.dat"
    trace.write_bytes(bytes(64))
    assert "IANA" in windtunnel("fit", trace, "--timezone", "Nowhere/At_All").err
    assert "--gap" in windtunnel("fit", trace, "--gap", "5").err
    assert "does not say" in windtunnel("fit", trace, "--by", "queue").err
    assert "no rate to fit" in windtunnel("fit", trace).err
