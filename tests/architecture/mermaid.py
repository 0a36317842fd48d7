"""As much of Mermaid's syntax as our diagrams use: what is not of it is a fault."""

import re

STATE = re.compile(r"(\[\*\]|\w+) --> (\[\*\]|\w+)(: \w+)?")
NODE = re.compile(r"(\w+)(\[[^\[\]]+\]|\([^()]+\))")
ARROW = re.compile(r"(\w+) -->(?:\|[^|]+\|)? (\w+)")
RESERVED = {"end", "subgraph", "class", "click", "style", "default"}


def faults(diagram: str) -> list[str]:
    """Lines that are not of the kind of diagram that the first line names, and names that nobody declared."""
    head, *lines = diagram.strip().splitlines()
    if head == "stateDiagram-v2":
        bad = [line for line in lines if not STATE.fullmatch(line.strip())]
        return bad + ([] if any(line.strip().startswith("[*] -->") for line in lines) else ["no initial state"])
    if head != "flowchart LR":
        return [head]
    declared: set[str] = set()
    bad = []
    for line in map(str.strip, lines):
        node, arrow = NODE.fullmatch(line), ARROW.fullmatch(line)
        if node:
            declared.add(node[1])
        unknown = arrow is not None and not {arrow[1], arrow[2]} <= declared
        if unknown or not (node or arrow) or RESERVED & set(re.split(r"\W+", line)):
            bad.append(line)
    return bad
