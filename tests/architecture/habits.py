#!/usr/bin/env python3
"""The rules of CONTRIBUTING.md that a machine can hold: names, headers, what is caught, no sleeping test, small room files."""
import re
import sys
from pathlib import Path

import tree

VAGUE = re.compile(r"(Manager|Helper|Util|Utils|Handler|Base|Impl|Data|Info)$")
TYPE = re.compile(r"^\s*(?:class|struct|enum class|enum)\s+(?:\[\[\w+\]\]\s*)?(\w+)\s*(?:final\s*)?(?::[^:{;][^{;]*)?\{", re.MULTILINE)
VAGUE_FILE = re.compile(r"(^|_)(manager|helper|util|utils|handler|base|impl|data|info|process|common|misc)(_|$)")
SLEEP = re.compile(r"\bsleep_for\b|\bsleep_until\b|\busleep\s*\(|(?<![\w.])sleep\s*\(|\btime\.sleep\s*\(")
FORWARD = re.compile(r"^namespace [\w:]+ \{\n(?:(?:class|struct|enum)[^{};]*;\n)+\}.*\n", re.MULTILINE)
NAMESPACE = re.compile(r"^namespace (\w+)::(\w+)(?:::\w+)* \{", re.MULTILINE)
ROOM_LINES = 30


def name_problems(file: Path, text: str) -> list[str]:
    problems = [f"{file}: {name} says nothing: find the noun" for name in TYPE.findall(text) if VAGUE.search(name)]
    problems += [f"{file}: {name}: types are UpperCamelCase" for name in TYPE.findall(text) if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)]
    if not re.fullmatch(r"[a-z0-9_]+", file.stem) or VAGUE_FILE.search(file.stem):
        problems.append(f"{file}: files are snake_case nouns")
    return problems


def namespace_problems(file: Path, text: str) -> list[str]:
    """A room's namespace is its folder's name; a folder inside a room may share the room's."""
    top = "hwsim" if file.parts[0] == "hw-sim" else "holdup"
    opened = NAMESPACE.findall(FORWARD.sub("", text)) if file.parts[0] != "tests" else []
    return [f"{file}: namespace {first}::{second} is not its room's" for first, second in opened if first != top or second not in file.parts[:-1]]


def header_problems(file: Path, text: str) -> list[str]:
    problems = [] if "#pragma once" in text else [f"{file}: no #pragma once"]
    opening = re.split(r"^namespace\b|^#define\b", FORWARD.sub("", text), maxsplit=1, flags=re.MULTILINE)[0]
    if not re.search(r"^//", opening, re.MULTILINE):
        problems.append(f"{file}: no opening paragraph: what is it, who uses it")
    return problems


def habit_problems(file: Path, text: str) -> list[str]:
    problems = []
    if re.search(r"catch\s*\(\s*\.\.\.\s*\)", text) and file.name != "main.cpp":
        problems.append(f"{file}: catch (...) outside main")
    if file.parts[0] == "tests" and file.parts[1:2] != ("bench",) and SLEEP.search(text):  # a bench measures time, and gates nothing
        problems.append(f"{file}: a test that sleeps")
    if re.search(r'TEST_CASE\("[^"\n]*;', text):
        problems.append(f"{file}: a test's name with a semicolon, which the runner takes for two")
    if re.search(r"\b(TODO|FIXME|XXX)\b", text):
        problems.append(f"{file}: something left for later")
    return problems


def cmake_problems(root: Path) -> list[str]:
    problems = []
    for folder in tree.SOURCE_FOLDERS:
        for file in sorted((root / folder).rglob("CMakeLists.txt")):
            text = file.read_text()
            lines = len(text.splitlines())
            if folder != "tests" and lines > ROOM_LINES:
                problems.append(f"{file.relative_to(root)}: {lines} lines, {ROOM_LINES} may be")
            if re.search(r"file\s*\(\s*GLOB", text):
                problems.append(f"{file.relative_to(root)}: files are listed, not globbed")
    return problems


def problems_of(root: Path) -> list[str]:
    problems = cmake_problems(root)
    for file in tree.source_files(root):
        text = (root / file).read_text(errors="replace")
        problems += name_problems(file, text) + namespace_problems(file, text) + habit_problems(file, text)
        if file.suffix == ".hpp":
            problems += header_problems(file, text)
    return problems


if __name__ == "__main__":
    tree.report(problems_of(Path(sys.argv[1])), "habits")
