"""Whether stored runs may be looked at together: what differs in where they come from, in words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from reports.manifest import Manifest, StoreError
from scenarios.problems import listed

MOST_NAMED = 3


class Differences(NamedTuple):
    """`serious` ones make figures incomparable; of the others a reader is only told."""

    serious: tuple[str, ...]
    slight: tuple[str, ...]


def differences(runs: Sequence[tuple[str, Manifest]]) -> Differences:
    """Of runs with the names that they are known by."""
    if len(runs) < 2:
        return Differences((), ())
    known = [(name, each) for name, each in runs if each.provenance]
    serious = [*_unknown(runs), *_code(known), *_split("scenario schema", known, _schema)]
    serious += [*_inputs(known), *_contradictions(runs)]
    slight = [*_split("Python", known, _python), *_packages(known)]
    return Differences(tuple(serious), tuple(slight))


def refuse_unequal(runs: Sequence[tuple[str, Manifest]], mixed: bool, way_out: str) -> tuple[str, ...]:
    """Raises StoreError for serious differences unless `mixed` is allowed; what a reader must be told otherwise."""
    found = differences(runs)
    if found.serious and not mixed:
        lines = ["these runs do not come from the same source, so their figures may not be about the same thing:"]
        raise StoreError(
            "\n".join([*lines, *(f"  {each}" for each in found.serious), f"Choose among them, or {way_out}"])
        )
    return (*(f"mixed: {each}" for each in found.serious), *found.slight)


def _unknown(runs: Sequence[tuple[str, Manifest]]) -> Iterator[str]:
    if unknown := [name for name, each in runs if not each.provenance]:
        yield f"provenance: {listed(unknown, MOST_NAMED)} kept by a windtunnel that noted none"


def _split(what: str, runs: Sequence[tuple[str, Manifest]], of: Callable[[Manifest], str]) -> Iterator[str]:
    yield from _groups(what, [(of(each), name) for name, each in runs])


def _groups(what: str, found: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One sentence where not all have the same value."""
    by_value: dict[str, list[str]] = {}
    for value, name in found:
        if value:  # a sweep does not say everything
            by_value.setdefault(value, []).append(name)
    if len(by_value) > 1:
        yield f"{what}: " + "; ".join(f"{value} in {listed(names, MOST_NAMED)}" for value, names in by_value.items())


def _code(runs: Sequence[tuple[str, Manifest]]) -> Iterator[str]:
    """The same sources are the same code, from whichever checkout."""
    words: dict[str, str] = {}
    for _, run in runs:
        assert run.provenance
        code = run.provenance.code
        state = " with changes" if code.changed else ""
        commit = f", commit {code.commit[:10]}{state}" if code.commit else ""
        words.setdefault(code.sources, f"windtunnel {code.windtunnel} (sources {code.sources[:8]}{commit})")
    yield from _groups("code", [(words[run.provenance.code.sources], name) for name, run in runs if run.provenance])


def _schema(run: Manifest) -> str:
    assert run.provenance
    return run.provenance.code.schema[:8]


def _python(run: Manifest) -> str:
    assert run.provenance
    return run.provenance.python


def _packages(runs: Sequence[tuple[str, Manifest]]) -> Iterator[str]:
    of = {name: each.provenance.packages for name, each in runs if each.provenance}
    for package in sorted({package for packages in of.values() for package in packages}):
        yield from _groups(
            package, [(packages.get(package, "none"), name) for name, packages in of.items() if packages]
        )


def _inputs(runs: Sequence[tuple[str, Manifest]]) -> Iterator[str]:
    """Files of one name and different contents; the scenario is what people mean to vary, and has its own hash."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, each in runs:
        for file in each.provenance.inputs if each.provenance else ():
            if file.role != "scenario":
                found.setdefault((file.role, file.name), []).append((f"sha256 {file.sha256[:8]}", name))
    for (role, file_name), values in found.items():
        yield from _groups(f"{role} {file_name}", values)


def _contradictions(runs: Sequence[tuple[str, Manifest]]) -> Iterator[str]:
    """The same scenario, policy and seed have to give the same events."""
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for name, each in runs:
        for facts in each.runs if each.scenario_hash else ():
            key = (each.scenario_hash, facts.policy, str(facts.scheduling))
            found.setdefault(key, []).append((f"digest {facts.digest[:8]}", name))
    for (_, policy, _), values in found.items():
        yield from _groups(f"events of {policy} in the same scenario", values)
