"""The flame graph as one HTML page that needs nothing else: boxes as wide as the time that was spent in them.

Source of the idea: Gregg, The Flame Graph, Communications of the ACM 59(6), 2016; drawn from the top down.
"""

from collections.abc import Callable, Iterator, Mapping
from html import escape

from windtunnel.profiling.stacks import Frame, Stack

NARROWEST = 0.0005
"""Boxes that are a smaller part of the whole are left out."""
HEIGHT = 18
COLOURS = (
    "#8dd3c7", "#ffd92f", "#bebada", "#fb8072", "#80b1d3", "#fdb462", "#b3de69", "#fccde5", "#cab2d6", "#ccebc5",
    "#ffed6f", "#a6cee3", "#b2df8a", "#e5c494",
)  # fmt: skip
GREY = "#d9d9d9"

STYLE = """
body{font:14px system-ui,sans-serif;margin:16px;color:#222;background:#fff}
h1{font-size:18px;margin:0 0 4px}p{margin:4px 0}
#graph{position:relative;margin-top:12px;border:1px solid #ccc;overflow:hidden}
#graph div{position:absolute;height:17px;line-height:17px;font-size:11px;overflow:hidden;white-space:nowrap;
text-overflow:ellipsis;padding:0 2px;box-sizing:border-box;border-right:1px solid #fff;cursor:pointer}
#graph div.found{outline:2px solid #c00;outline-offset:-2px}
span.layer{display:inline-block;margin:2px 10px 2px 0;white-space:nowrap}
span.layer i{display:inline-block;width:12px;height:12px;margin-right:4px;vertical-align:-1px}
#about{min-height:20px;font-family:ui-monospace,monospace;font-size:12px}
"""
SCRIPT = """
const graph=document.getElementById('graph'),about=document.getElementById('about'),boxes=[...graph.children];
const at=box=>[+box.dataset.x,+box.dataset.w,+box.dataset.d];
function zoom(to){const[x,w,d]=to?at(to):[0,1,0];for(const box of boxes){const[bx,bw,bd]=at(box);
const above=bd<d&&bx<=x+1e-9&&bx+bw>=x+w-1e-9,inside=bx>=x-1e-9&&bx+bw<=x+w+1e-9&&bd>=d;
box.style.display=above||inside?'':'none';box.style.left=above?'0':(bx-x)/w*100+'%';
box.style.width=above?'100%':bw/w*100+'%';box.style.opacity=above?0.6:1;}}
let now=null;for(const box of boxes){box.onclick=()=>{now=now===box?null:box;zoom(now)};
box.onmouseover=()=>about.textContent=box.title;}
document.getElementById('find').oninput=event=>{const word=event.target.value.toLowerCase();
for(const box of boxes)box.classList.toggle('found',!!word&&box.title.toLowerCase().includes(word));};
"""


class Node:
    """A function below those that called it, and the time spent in it and below."""

    __slots__ = ("children", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self.children: dict[Frame, Node] = {}


def tree(stacks: Mapping[Stack, float]) -> Node:
    root = Node()
    for stack, seconds in stacks.items():
        root.seconds += seconds
        node = root
        for frame in stack:
            node = node.children.setdefault(frame, Node())
            node.seconds += seconds
    return root


def flame_page(
    stacks: Mapping[Stack, float], title: str, notes: tuple[str, ...], layer_of: Callable[[Stack], str]
) -> str:
    """The same bytes for the same stacks."""
    root = tree(stacks)
    boxes = list(_boxes(root, layer_of))
    depth = max((box[2] for box in boxes), default=0) + 1
    layers = sorted({box[3] for box in boxes} - {"other"})
    colour = {layer: COLOURS[at % len(COLOURS)] for at, layer in enumerate(layers)} | {"other": GREY}
    legend = "".join(
        f'<span class="layer"><i style="background:{shade}"></i>{escape(layer)}</span>'
        for layer, shade in colour.items()
    )
    told = "".join(f"<p>{escape(note)}</p>" for note in notes)
    drawn = "\n".join(_drawn(box, root.seconds, colour) for box in boxes)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{told}<p>{legend}</p>"
        '<p><label>Find <input id="find" size="40"></label> Click a box to zoom in, again to zoom out.</p>'
        f'<p id="about"></p><div id="graph" style="height:{depth * HEIGHT}px">\n{drawn}\n</div>'
        f"<script>{SCRIPT}</script></body></html>\n"
    )


Box = tuple[float, float, int, str, Frame]
"""Where it begins, its width (shares of the whole), its depth, its layer, its function."""


def _boxes(root: Node, layer_of: Callable[[Stack], str]) -> Iterator[Box]:
    """The widest children first, so that the eye finds them."""
    todo: list[tuple[Node, Stack, float]] = [(root, (), 0.0)]
    whole = root.seconds or 1.0
    while todo:
        node, stack, start = todo.pop()
        for frame, child in sorted(node.children.items(), key=lambda one: (-one[1].seconds, one[0].words)):
            width = child.seconds / whole
            if width >= NARROWEST:
                below = (*stack, frame)
                yield start, width, len(stack), layer_of(below), frame
                todo.append((child, below, start))
            start += width


def _drawn(box: Box, seconds: float, colour: Mapping[str, str]) -> str:
    start, width, depth, layer, frame = box
    words = f"{frame.words} · {width:.1%} · {width * seconds:.3f} s · {layer} · line {frame.line}"
    return (
        f'<div data-x="{start:.6f}" data-w="{width:.6f}" data-d="{depth}" title="{escape(words)}" '
        f'style="left:{start:.4%};width:{width:.4%};top:{depth * HEIGHT}px;background:{colour[layer]}">'
        f"{escape(frame.name)}</div>"
    )
