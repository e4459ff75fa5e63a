#!/usr/bin/env python3
"""Reads ctest's JUnit file for tests/run: what failed and why, the ten slowest, the closing count, and the exit code."""
import argparse
import fnmatch
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

SHOWN_LINES = 40


@dataclass
class Result:
    name: str
    seconds: float
    state: str  # passed | failed | skipped
    output: str

    def skip_reason(self) -> str:
        lines = [line.split("SKIP:", 1)[1].strip() for line in self.output.splitlines() if "SKIP:" in line]
        return lines[0] if lines else "no reason given"


def read_results(path: Path) -> list[Result]:
    return [read_case(case) for case in ElementTree.parse(path).getroot().iter("testcase")]


def read_case(case: ElementTree.Element) -> Result:
    if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
        state = "failed"
    elif case.get("status") == "run" and case.find("skipped") is None:
        state = "passed"
    else:  # a program that could not be started is "notrun" too: only the pattern or the exit code of a skip is one
        skip = case.find("skipped")
        state = "skipped" if skip is not None and skip.get("message", "").startswith("SKIP_") else "failed"
    return Result(case.get("name", "?"), float(case.get("time", 0)), state, case.findtext("system-out") or "")


def read_allowed(path: Path) -> list[str]:
    lines = [line.strip() for line in path.read_text().splitlines()]
    rules = [line for line in lines if line and not line.startswith("#")]
    for rule in rules:
        if " · " not in rule:
            sys.exit(f"{path}: no reason given: {rule}")
    return [rule.split(" · ", 1)[0].strip() for rule in rules]


def print_failures(results: list[Result]) -> None:
    for result in results:
        if result.state == "failed":
            print(f"\nFAILED {result.name}")
            for line in result.output.splitlines()[-SHOWN_LINES:]:
                print(f"  {line}")


def print_skips(results: list[Result], allowed: list[str]) -> int:
    """Says each skip with its reason; returns how many nobody allowed."""
    refused = 0
    for result in (result for result in results if result.state == "skipped"):
        listed = any(fnmatch.fnmatchcase(result.name, pattern) for pattern in allowed)
        refused += not listed
        print(f"skipped{'' if listed else ', not in tests/allowed_skips'}: {result.name}: {result.skip_reason()}")
    return refused


def print_summaries(results: list[Result]) -> None:
    """What a test wants to be read although it passed."""
    for line in (line for result in results for line in result.output.splitlines()):
        if line.startswith("SUMMARY: "):
            print(line.removeprefix("SUMMARY: "))


def print_slowest(results: list[Result]) -> None:
    print("\nThe ten slowest:")
    for result in sorted(results, key=lambda result: -result.seconds)[:10]:
        print(f"{result.seconds:8.2f} s  {result.name}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--allowed", type=Path, required=True)
    parser.add_argument("--runner-exit", type=int, default=0)
    options = parser.parse_args()
    allowed = read_allowed(options.allowed)
    results = read_results(options.results) if options.results.exists() else []
    count = {state: sum(result.state == state for result in results) for state in ("passed", "failed", "skipped")}
    print_failures(results)
    refused = print_skips(results, allowed)
    print_slowest(results)
    print_summaries(results)
    broken = options.runner_exit != 0 and count["failed"] == 0
    if broken or not results:
        print(f"the test runner itself failed (exit {options.runner_exit}, {len(results)} results)")
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] or refused or broken or not results else 0


if __name__ == "__main__":
    sys.exit(main())
