"""Whether a job is in the pipeline, and when it runs: `rules`, or `only` and `except`.

Source: "Specify when jobs run with rules", "only / except", docs.gitlab.com, read 2026-11.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from domain.acl.ci_to_orchestration.documents import Data, Path, as_list, as_mapping
from domain.acl.ci_to_orchestration.imported import Notes
from domain.acl.gitlab_ci_to_orchestration.assumptions import Assumptions
from domain.acl.gitlab_ci_to_orchestration.conditions import ConditionFlaw, Lookup, Unsure, matches
from domain.acl.gitlab_ci_to_orchestration.situation import MERGE_REQUEST, Situation, expand, unexpanded


class Verdict(msgspec.Struct, frozen=True):
    """Whether it is in, and the rule that said so (empty where none did)."""

    included: bool
    rule: Mapping[str, Data] = {}


class Judge(msgspec.Struct, frozen=True):
    """Judges rules of one job, or of the whole workflow, in one situation."""

    situation: Situation
    notes: Notes
    file: str
    lookup: Lookup
    assumptions: Assumptions

    def by_rules(self, rules: list[Data], path: Path) -> Verdict:
        """The first rule that matches decides; without one it is out."""
        for index, rule in enumerate(rules):
            if self._matches(rule, (*path, index), rule.get("when") != "never"):
                return Verdict(rule.get("when") != "never", rule)
        return Verdict(False)

    def _matches(self, rule: Mapping[str, Data], path: Path, for_running: bool) -> bool:
        if "if" in rule and not self._true(str(rule["if"]), (*path, "if"), for_running):
            return False
        for name in ("changes", "exists"):
            if name in rule and not self._files(name, rule[name], (*path, name)):
                return False
        return True

    def _files(self, name: str, written: Data, path: Path) -> bool:
        """Whether one of the patterns finds a file that changed, or that is there."""
        files = self.situation.changed if name == "changes" else self.situation.existing
        if files is None:
            what = "which files changed" if name == "changes" else "which files there are"
            self._open(f"{what} is not known", path)
            return self.assumptions.wanted
        patterns = as_list(as_mapping(written).get("paths") if isinstance(written, Mapping) else written)
        texts = [self._text(str(pattern), path) for pattern in patterns]
        return any(_glob(text, file) for text in texts for file in files)

    def _text(self, pattern: str, path: Path) -> str:
        """The pattern with its variables put in."""
        known = self.assumptions.known(self.lookup)
        values = {name: known(name) for name in unexpanded(pattern)}
        for name, value in values.items():
            if isinstance(value, Unsure):
                self.notes.unknown(self.file, path, f"{value.reason}: ${name} is taken as it is written")
        return expand(pattern, {name: value for name, value in values.items() if not isinstance(value, Unsure)})

    def _open(self, reason: str, path: Path) -> None:
        taken = "to match" if self.assumptions.wanted else "not to match"
        self.notes.unknown(self.file, path, f"{reason}: taken {taken}")

    def _true(self, condition: str, path: Path, for_running: bool) -> bool:
        try:
            value, assumed = self.assumptions.settle(condition, self.lookup, for_running)
        except ConditionFlaw as flaw:
            self.notes.refuse(self.file, path, str(flaw), 'a condition such as $CI_COMMIT_BRANCH == "main"')
            return False
        for text in assumed:
            self.notes.unknown(self.file, path, text)
        return value

    def by_policies(self, only: Data, without: Data, path: Path) -> bool:
        """`only` needs all of its parts, `except` any of them to leave the job out."""
        if only is not None and not all(self._policy(only, (*path, "only"))):
            return False
        return without is None or not any(self._policy(without, (*path, "except")))

    def _policy(self, policy: Data, path: Path) -> list[bool]:
        parts = policy if isinstance(policy, Mapping) else {"refs": as_list(policy)}
        found: list[bool] = []
        for name, values in parts.items():
            here = (*path, name) if isinstance(policy, Mapping) else path
            if name == "refs":
                found.append(any(self._ref(str(ref), here) for ref in as_list(values)))
            elif name == "variables":
                found.append(
                    any(
                        self._true(str(one), (*here, index), path[-1] == "only")
                        for index, one in enumerate(as_list(values))
                    )
                )
            elif name == "changes":
                found.append(self._files(name, values, here))
            else:  # kubernetes: active
                self._open("whether the project has a Kubernetes cluster is not known", here)
                found.append(self.assumptions.wanted)
        return found

    def _ref(self, ref: str, path: Path) -> bool:
        ref = ref.partition("@")[0] if not ref.startswith("/") else ref
        situation = self.situation
        if ref in _KEYWORDS:
            return _KEYWORDS[ref](situation)
        if situation.source == MERGE_REQUEST:
            return False
        pattern = re.fullmatch(r"/(.*)/([ism]*)", ref, re.DOTALL)
        if pattern is None:
            return ref == situation.ref
        value = matches(situation.ref, *pattern.groups())
        if isinstance(value, Unsure):
            self._open(value.reason, path)
            return self.assumptions.wanted
        return value


_KEYWORDS: dict[str, Callable[[Situation], bool]] = {
    "branches": lambda s: not s.is_tag and s.source != MERGE_REQUEST,
    "tags": lambda s: s.is_tag,
    "merge_requests": lambda s: s.source == MERGE_REQUEST,
    "schedules": lambda s: s.source == "schedule",
    "pushes": lambda s: s.source == "push",
    "web": lambda s: s.source == "web",
    "api": lambda s: s.source == "api",
    "triggers": lambda s: s.source == "trigger",
    "pipelines": lambda s: s.source == "pipeline",
    "external": lambda s: s.source == "external",
    "external_pull_requests": lambda s: s.source == "external_pull_request_event",
    "chat": lambda s: s.source == "chat",
}

_PIECES = re.compile(r"\*\*/|\*\*|\*|\?|\{[^{}]*\}|\[[^\]]*\]|.", re.DOTALL)


def _glob(pattern: str, file: str) -> bool:
    """Ruby's File.fnmatch with pathname, dotmatch and extglob, as GitLab matches paths."""
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    out = []
    for piece in _PIECES.findall(pattern[:500].lstrip("/")):
        if piece in meaning:
            out.append(meaning[piece])
        elif len(piece) > 1 and piece.startswith("{"):
            out.append(
                f"(?:{'|'.join(re.escape(one).replace(re.escape('*'), '[^/]*') for one in piece[1:-1].split(','))})"
            )
        elif len(piece) > 1 and piece.startswith("["):
            out.append(piece.replace("\\", "\\\\"))
        else:
            out.append(re.escape(piece))
    try:
        return re.fullmatch("".join(out), file) is not None
    except re.error:
        return pattern == file
