#!/usr/bin/env python3
"""Registers of real devices, served by hw-sim and read by holdup, against values that others wrote down: at least 90 in 100 are right.
`coverage_test.py PROGRAMS SHARED`."""
import re
import subprocess
import sys
from pathlib import Path


def main() -> int:
    programs, shared = sys.argv[1], Path(sys.argv[2])
    judge, dumps = shared / "tools" / "score-modbus", shared / "devices" / "modbus" / "dumps"
    if not judge.exists():
        print("SKIP: the recordings are not beside the repository")
        return 0
    command = [sys.executable, "-B", judge, "--bin", programs, "--dir", dumps]
    summary = subprocess.run(command, capture_output=True, text=True, check=True, timeout=280).stdout.splitlines()[-1]
    print(summary)
    right, of = map(int, re.search(r"right (\d+) of (\d+)", summary).groups())
    if of == 0 or right / of < 0.9:
        print("less than 90 % are right", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
