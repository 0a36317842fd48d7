"""`windtunnel export`: a kept run for other tools, as OpenTelemetry or Perfetto know it."""

from contextlib import ExitStack
from pathlib import Path

import click

from windtunnel.exits import BadInput

OPTIONS = ("--otlp", "--metrics", "--perfetto", "--audit")


@click.command(short_help="Write a kept run for OpenTelemetry or Perfetto.")
@click.argument("directory", metavar="DIR")
@click.option("--otlp", metavar="FILE", help="Traces as OTLP JSON, a request a line; `-` is stdout.")
@click.option("--metrics", metavar="FILE", help="Metrics as OTLP JSON, a line per hour of the run; `-` is stdout.")
@click.option("--perfetto", metavar="FILE", help="A trace for ui.perfetto.dev; `-` is stdout.")
@click.option("--audit", metavar="FILE", help="Decisions and changes of security as JSON, one a line; `-` is stdout.")
@click.option("--policy", metavar="NAME", help="Which policy of the run; not needed where it has only one.")
@click.option("--sample", type=click.IntRange(1), default=1, metavar="N", help="Spans and slices of 1 pipeline in N.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary.")
def export(
    directory: str, otlp: str | None, metrics: str | None, perfetto: str | None, audit: str | None,
    policy: str | None, sample: int, quiet: bool,
) -> None:  # fmt: skip
    """Write what happened in the run that `windtunnel run --out DIR` kept, for tools that show traces and metrics.

    \b
    windtunnel export out/quickstart --perfetto quick.pftrace --sample 10
    windtunnel export out/quickstart --otlp t.jsonl --metrics m.jsonl
    windtunnel export out/quickstart --audit audit.jsonl
    """
    from reports.audit_lines import AuditSink
    from reports.export import MetricSink, PerfettoSink, Sink, TraceSink
    from reports.export import export as export_run
    from reports.manifest import read_manifest
    from windtunnel.choosing import choose_run
    from windtunnel.outputs import check_writable
    from windtunnel.progress import progress
    from windtunnel.streamed import streamed

    files = (otlp, metrics, perfetto, audit)
    if not any(files):
        raise BadInput(f"nothing to write: name a file with {', '.join(OPTIONS[:-1])} or {OPTIONS[-1]}")
    named = [file for file in files if file]
    if len(set(named)) < len(named):
        raise BadInput(f"{', '.join(OPTIONS[:-1])} and {OPTIONS[-1]} each need a file of their own")
    check_writable(*files)
    facts = choose_run(read_manifest(Path(directory)).runs, policy, directory)
    with ExitStack() as stack:
        sinks: list[Sink] = []
        if otlp:
            sinks.append(TraceSink(stack.enter_context(streamed(otlp)).write, facts, sample))
        if metrics:
            sinks.append(MetricSink(stack.enter_context(streamed(metrics)).write, facts))
        if perfetto:
            sinks.append(PerfettoSink(stack.enter_context(streamed(perfetto)).write, facts, sample))
        if audit:
            audited = AuditSink(stack.enter_context(streamed(audit)).write)
            sinks.append(audited)
        begin = stack.enter_context(progress([facts.policy], quiet))
        done = export_run(Path(directory) / "events.parquet", facts, sinks, begin(facts.policy))
    if not quiet:
        if otlp:
            click.echo(f"{otlp}: {done.traces:,} traces, {done.spans:,} spans", err=True)
        if metrics:
            click.echo(f"{metrics}: {done.points:,} data points", err=True)
        if perfetto:
            click.echo(f"{perfetto}: {done.slices:,} slices (open it in ui.perfetto.dev)", err=True)
        if audit:
            click.echo(f"{audit}: {', '.join(f'{n:,} {kind}s' for kind, n in audited.lines.items())}", err=True)
