#!/usr/bin/env python3
"""Documents tell the truth: relative links lead somewhere, commands in the README exist, no path of somebody's machine stands in
them, and every test that is named for a bad input exists. `documents.py links|machines|inputs ROOT`, `documents.py commands ROOT PROGRAMS`."""
import os
import re
import subprocess
import sys
from pathlib import Path

import tree

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*?)\s*$", re.MULTILINE)
# An absolute path that is no address: its first part must be a place that every Debian has, or a path of our HTTP.
ABSOLUTE = re.compile(r"(?<![\w.:/}\])*~<>-])/([a-z][\w-]*)/[\w.-]+")
KNOWN_PLACES = {"etc", "tmp", "var", "dev", "usr", "run", "proc", "sys", "lib", "api"}
SHELLS = {"sh", "bash", "shell", "console"}
OUR_PROGRAMS = {"holdup", "hw-sim", "promqltest"}
TOOLS = {"git", "cd", "curl", "sudo", "apt-get", "cmake", "ctest", "python3", "kill", "ls", "cat", "snmpwalk", "snmpget", "journalctl", "export"}
README_LINES = 150
TEST_CASE = re.compile(r'TEST_CASE\(((?:\s*"(?:[^"\\]|\\.)*")+)')


def documents(root: Path) -> list[Path]:
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in ("build", ".git")]
        found += [Path(folder, name) for name in files if name.endswith(".md")]
    return sorted(found)


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


def link_problems(root: Path) -> list[str]:
    problems = []
    for document in documents(root):
        for pair in LINK.findall(without_code(document.read_text())):
            target = pair[0] or pair[1]
            if re.match(r"[a-z][a-z+.-]*:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (document.parent / path) if path else document
            if not file.exists():
                problems.append(f"{document.relative_to(root)}: {target} leads nowhere")
            elif anchor and anchor not in map(slug, HEADING.findall(FENCE.sub("", file.read_text()))):
                problems.append(f"{document.relative_to(root)}: {target} names no heading")
    return problems


def machine_problems(root: Path) -> list[str]:
    problems = []
    for document in documents(root):
        for number, line in enumerate(document.read_text().splitlines(), 1):
            for match in ABSOLUTE.finditer(line):
                if match[1] not in KNOWN_PLACES:
                    problems.append(f"{document.relative_to(root)}:{number}: {match[0]} is a path of somebody's machine")
    return problems


def command_lines(text: str) -> list[str]:
    """The commands of the shell blocks; in a console block only what follows the prompt."""
    lines = []
    for language, block in FENCE.findall(text):
        if language in SHELLS:
            joined = block.replace("\\\n", " ").splitlines()
            lines += [line[2:] if line.startswith("$ ") else line for line in joined if language != "console" or line.startswith("$ ")]
    return [line.split(" #")[0].strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def command_problems(root: Path, programs: Path) -> list[str]:
    readme = root / "README.md"
    if not readme.exists():
        return ["README.md is not there"]
    lines = readme.read_text().splitlines()
    problems = [f"README.md: {len(lines)} lines, {README_LINES} may be"] if len(lines) > README_LINES else []
    commands = [part.strip() for line in command_lines(readme.read_text()) for part in re.split(r"&&|\|\||[|;&]", line)]
    if not commands:
        problems.append("README.md: no shell block with a command")
    for command in filter(None, commands):
        problems += [f"README.md: `{command}`: {why}" for why in what_is_wrong(command.split(), root, programs)]
    return problems


def key_problems(root: Path) -> list[str]:
    """Every key that a profile may have stands in the README of the profiles, every key of a site file in docs/configuration.md."""
    readers = {
        "firmware-profiles/README.md": [p for p in (root / "drivers/profile").glob("*loader.cpp")],
        "docs/operating.md": [root / "drivers/profile/override.cpp"],
        "docs/configuration.md": [root / "collector/site/site_file.cpp", root / "collector/site/receivers.cpp", *(root / "collector/site").glob("*_reader.cpp")],
    }
    problems = []
    for page, sources in readers.items():
        text = (root / page).read_text()
        for source in sources:
            for key in keys_read(source.read_text()):
                if not re.search(rf"(?<![\w]){re.escape(key)}(?![\w])", text):
                    problems.append(f"{page}: says nothing of `{key}`, which {source.relative_to(root)} reads")
    return problems


def keys_read(source: str) -> list[str]:
    calls = r'\.(?:text|required_text|texts|number|integer|flag|word|duration|find)\("([a-z_0-9]+)"|(?:load_\w+|bounded|each|period|rhythm|positive|read_phases|read_outlets|read_cords)\(\w+, "([a-z_0-9]+)"'
    return sorted({first or second for first, second in re.findall(calls, source)})


def what_is_wrong(words: list[str], root: Path, programs: Path) -> list[str]:
    while words and (words[0] == "sudo" or re.match(r"[A-Z_]+=", words[0])):
        words = words[1:]
    if not words or words[0] in TOOLS:
        return []
    program = Path(words[0]).name
    if program in OUR_PROGRAMS or program.startswith("bench-"):
        return wrong_in_call(programs / program, words[1:])
    script = root / words[0]
    if "/" not in words[0] or not script.is_file():
        return ["no such command"]
    if not os.access(script, os.X_OK):
        return ["cannot be executed"]
    return unknown_options(help_of([str(script), "--help"]), words[1:])


def wrong_in_call(program: Path, words: list[str]) -> list[str]:
    if not program.exists():
        return [f"{program.name} is not built"]
    verb: list[str] = []
    help_text = help_of([str(program), "--help"])
    while len(verb) < len(words) and re.search(r"^subcommands:", help_text, re.MULTILINE | re.IGNORECASE):
        word = words[len(verb)]
        if not re.fullmatch(r"[a-z]+", word):
            break
        if not re.search(rf"^\s+{word}\b", help_text, re.MULTILINE):
            return [f"{' '.join([program.name, *verb])} --help knows no verb {word}"]
        verb.append(word)
        help_text = help_of([str(program), *verb, "--help"])
    return unknown_options(help_text, words)


def unknown_options(help_text: str, words: list[str]) -> list[str]:
    options = {word.split("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)}
    return [f"--help knows no {option}" for option in sorted(options) if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", help_text)]


def help_of(command: list[str]) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    return answer.stdout + answer.stderr if answer.returncode == 0 else ""


def section(text: str, heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def test_names(root: Path) -> set[str]:
    """Sentences of Catch2 cases, and `FILE: play` of python tests that have a function of that name."""
    names = set()
    for file in (root / "tests").rglob("*_test.cpp"):
        for literals in TEST_CASE.findall(file.read_text()):
            names.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)))
    for file in (root / "tests").rglob("*_test.py"):
        names |= {f"{file.stem}: {play}" for play in re.findall(r"^def (\w+)\(", file.read_text(), re.MULTILINE)}
    return names


def input_problems(root: Path) -> list[str]:
    rows = re.findall(r"^\| (?!input |---)(.*?) \| (.*) \|$", section((root / "docs/testing.md").read_text(), "Bad input"), re.MULTILINE)
    known = test_names(root)
    problems = [] if rows else ["docs/testing.md: no table under Bad input"]
    for row, tests in rows:
        named = re.findall(r"`([^`]+)`", tests)
        problems += [] if named else [f"docs/testing.md: {row}: names no test"]
        problems += [f"docs/testing.md: {row}: no test '{name}'" for name in named if name not in known]
    return problems


def main() -> None:
    check, root = sys.argv[1], Path(sys.argv[2])
    checks = {
        "links": lambda: link_problems(root),
        "machines": lambda: machine_problems(root),
        "inputs": lambda: input_problems(root),
        "keys": lambda: key_problems(root),
        "commands": lambda: command_problems(root, Path(sys.argv[3])),
    }
    tree.report(checks[check](), f"{check}: {len(documents(root))} documents")


if __name__ == "__main__":
    main()
