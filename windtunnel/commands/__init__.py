"""The commands, one module each; they import what they need when they run, so `--help` stays fast."""

import click

from windtunnel.commands.bench import bench
from windtunnel.commands.compare import compare
from windtunnel.commands.conformance import conformance
from windtunnel.commands.domain import domain
from windtunnel.commands.events import events
from windtunnel.commands.explain import explain
from windtunnel.commands.export import export
from windtunnel.commands.fidelity import fidelity
from windtunnel.commands.fit import fit
from windtunnel.commands.hindcast import hindcast
from windtunnel.commands.import_ import import_
from windtunnel.commands.init import init
from windtunnel.commands.list import list_names
from windtunnel.commands.plan import plan
from windtunnel.commands.profile import profile
from windtunnel.commands.query import query
from windtunnel.commands.report import report
from windtunnel.commands.run import run
from windtunnel.commands.schema import schema
from windtunnel.commands.stats import stats
from windtunnel.commands.sweep import sweep
from windtunnel.commands.validate import validate

COMMANDS: tuple[click.Command, ...] = (
    run, compare, sweep, plan, validate, list_names, init, import_, report, explain, query, events, export, stats, fit,
    hindcast, schema, domain, conformance, fidelity, bench, profile,
)  # fmt: skip
"""In the order of a first day's use."""
