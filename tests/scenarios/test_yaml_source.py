"""YAML is read by its version 1.2, with lines, and refused where other readers would read something else."""

import pytest

from scenarios.nodes import find
from scenarios.yaml_source import read_yaml


def problems(text: str) -> list[str]:
    return [problem.render() for problem in read_yaml(text, "s.yaml")[1]]


def plain(text: str) -> object:
    node, wrong = read_yaml(text, "s.yaml")
    assert node is not None and not wrong
    return node.plain()


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = "[1, -2, 0x1F, 0o17, 1.5, 1e3, .inf, true, False, ~, '1', text, 2026-01-02, 1_000, y, n, '', \"no\", 'on']"
    expected = [1, -2, 31, 15, 1.5, 1000.0, float("inf"), True, False, None]
    assert plain(text) == [*expected, "1", "text", "2026-01-02", "1_000", "y", "n", "", "no", "on"]


@pytest.mark.parametrize("word", ["no", "No", "NO", "off", "yes", "YES", "on", "12:30", "1:30:00", "010", "-010"])
def test_words_that_readers_disagree_on_are_refused_with_the_advice_to_quote(word: str) -> None:
    for text in (f"a: {word}", f"a: [{word}]", f"{word}: 1"):
        (message,) = problems(text)
        assert f"found {word} without quotes, which YAML 1.1 reads as" in message and f'"{word}" in quotes' in message


def test_every_duplicate_key_is_named_with_both_lines() -> None:
    assert problems("a: 1\nb: 2\na: 3\nc: {d: 1,\n  d: 2}\na: 4\n") == [
        "s.yaml:3: a: found the same key again, allowed: each key once (it is on line 1)",
        "s.yaml:5: c.d: found the same key again, allowed: each key once (it is on line 4)",
        "s.yaml:6: a: found the same key again, allowed: each key once (it is on line 1)",
    ]


def test_aliases_repeat_a_value_and_report_where_they_stand() -> None:
    node, wrong = read_yaml("a: &x {b: 1}\nc: *x\n", "s.yaml")
    assert node is not None and not wrong and node.plain() == {"a": {"b": 1}, "c": {"b": 1}}
    assert find(node, ("c",))[0].line == 2


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "an empty file"),
        ("# nothing\n", "an empty file"),
        ("a\n---\nb\n", "s.yaml:2: found a second document"),
        ("a: &x [*x]\n", "the alias *x inside itself"),
        ("a: *x\n", "the alias *x that is not defined above"),
        ("a: !!python/object:os.system x\n", "the tag"),
        ("? [a]\n: b\n", "a list or a mapping as a key"),
        ("1: b\n", 'text as a key: write "1" in quotes'),
        ("a: b\n<<: {c: d}\n", "s.yaml:2: <<: found a merge key"),
        ("a:\n\t- b\n", "s.yaml:2: found broken YAML"),
        ("a: \x07\n", "the character U+0007"),
        ('a: "\\UFFFFFFFF"\n', "broken YAML"),
        ("%YAML 9.9\n--- a\n", "broken YAML"),
        ("[" * 5000, "more than 40 levels"),
        ("? " * 5000, "a list or a mapping as a key"),
        ("a: " + "9" * 5000, "a number of 5000 digits"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, part: str) -> None:
    assert any(part in message for message in problems(text))


def test_json_escapes_beyond_the_base_plane_are_one_character() -> None:
    assert plain('{"a": "\\ud83d\\ude00", "b\\/": "\\ud83d"}') == {"a": "\U0001f600", "b/": "\ufffd"}
