"""CI files are read as their own platforms read them, know their lines, and cannot be traps."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.ci_files import LARGEST_FILE, MOST_VALUES, Dialect, read_file, read_text
from scenarios.problems import ScenarioError


def data(text: str, dialect: Dialect = "github") -> Any:
    (document,) = read_text(text, "x.yml", dialect)
    return document.data


def refused(text: str, dialect: Dialect = "github") -> str:
    with pytest.raises(ScenarioError) as error:
        read_text(text, "x.yml", dialect)
    return str(error.value)


def test_on_stays_a_key_and_words_stay_words() -> None:
    assert data("on: push\nyes: no\n1.10: 1\nnull: ~") == {"on": "push", "yes": "no", "1.10": 1, "null": None}


def test_gitlab_reads_yaml_1_1_words_as_booleans() -> None:
    assert data("a: yes\nb: Off\nc: 'yes'\non: 1", "gitlab") == {"a": True, "b": False, "c": "yes", "on": 1}


def test_scalars_follow_the_core_schema() -> None:
    assert data("[1, -2, 0x1F, 0o17, 1.5, 1e3, .5, 3.10, true, False, '1', \"x\", 1.2.3, 1_000, 12:30, +1]") == [
        1, -2, 31, 15, 1.5, 1000.0, 0.5, 3.1, True, False, "1", "x", "1.2.3", "1_000", "12:30", 1,
    ]  # fmt: skip


def test_references_and_merge_keys_are_gitlabs() -> None:
    text = ".x: &x {a: 1, b: 1}\n.y: &y {b: 2, c: 2}\nz: {<<: [*x, *y], c: 3}\nr: !reference [.x, a]"
    assert data(text, "gitlab")["z"] == {"a": 1, "b": 1, "c": 3}
    assert data(text, "gitlab")["r"] == {"!reference": [".x", "a"]}
    assert "the tag" in refused("r: !reference [.x, a]")
    assert "merge key" in refused("x: &x {a: 1}\ny: {<<: *x}")
    assert data("x: &x {a: 1}\ny: *x")["y"] == {"a": 1}


def test_every_place_knows_its_line() -> None:
    text = "jobs:\n  a:\n    steps:\n    - run: x\n    - uses: y\n  b: &b\n    z: 1\n  c: *b\n"
    (document,) = read_text(text, "x.yml", "github")
    lines = {("jobs",): 1, ("jobs", "a"): 2, ("jobs", "a", "steps", 1, "uses"): 5, ("jobs", "b", "z"): 7}
    assert {path: document.line(path) for path in lines} == lines
    assert document.line(("jobs", "a", "nothing", "deeper")) == 2
    assert document.line(("jobs", "c", "z")) == 8  # where the alias stands


def test_several_documents_are_several() -> None:
    documents = read_text("a: 1\n---\nb: 2\n---\n", "x.yml", "kubernetes")
    assert [(one.data, one.line(("b",))) for one in documents] == [({"a": 1}, 1), ({"b": 2}, 3)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "found broken YAML"),
        ("a: 1\na: 2", "x.yml:2: a: found the same key again, allowed: each key once (it is on line 1)"),
        ("? [a]\n: 1", "x.yml:1: found a list or a mapping as a key"),
        ("a: *b", "alias *b that is not defined above"),
        ("a: &a [*a]", "alias *a inside itself"),
        ("a: !!python/object:os.system {}", "the tag"),
        ("a: !!binary aGk=", "the tag"),
        ("[" * 500 + "]" * 500, "more than 60 levels"),
        ("a: \x07", "x.yml:1"),
        ("\t- a: b", "broken YAML"),
    ],
)
def test_what_cannot_be_read_names_its_line(text: str, words: str) -> None:
    assert words in refused(text)


def test_an_alias_bomb_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert f"more than {MOST_VALUES:,} values" in refused("\n".join(lines))
    merged = ["b0: &b0 {x: 1}", *(f"b{n}: &b{n} {{x: {{<<: *b{n - 1}}}, y: *b{n - 1}}}" for n in range(1, 40))]
    assert "more than" in refused("\n".join(merged), "gitlab")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yml"
    path.write_bytes(b"a: " + b"x" * LARGEST_FILE)
    with pytest.raises(ScenarioError, match="more than 1024 KiB"):
        read_file(path, "huge.yml", "github")


@pytest.mark.parametrize(
    ("content", "words"), [(b"a: 1\nb: \xff", "huge.yml:2: found the byte 0xFF"), (None, "no such file")]
)
def test_files_that_are_none_are_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "huge.yml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioError, match=words):
        read_file(path, "huge.yml", "github")
    with pytest.raises(ScenarioError, match="a folder"):
        read_file(tmp_path, "folder", "github")


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#, \n\t?~0", max_size=60), st.sampled_from(["github", "gitlab", "kubernetes"]))
def test_any_text_is_read_or_refused(text: str, dialect: Dialect) -> None:
    try:
        read_text(text, "x.yml", dialect)
    except ScenarioError as error:
        assert error.problems and str(error)
