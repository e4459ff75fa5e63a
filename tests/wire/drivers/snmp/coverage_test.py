#!/usr/bin/env python3
"""Recordings of real devices, served by hw-sim and read by holdup, against values that others wrote down: every device is identified,
nothing is wrong, at least 97 in 100 are right. `coverage_test.py PROGRAMS SHARED`."""
import json
import subprocess
import sys
from pathlib import Path


def main() -> int:
    programs, shared = sys.argv[1], Path(sys.argv[2])
    judge, recordings = shared / "tools" / "score-snmp", shared / "devices" / "snmp"
    if not judge.exists():
        print("SKIP: the recordings are not beside the repository")
        return 0
    command = [sys.executable, "-B", judge, "--bin", programs, "--dir", recordings, "--jobs", "2", "--json"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=280).stdout.splitlines()
    told = json.loads(lines[0])
    total, summary = told["total"], lines[-1]
    print(summary)
    nameless = [name for name, profile, _ in told["devices"] if profile in ("-", "")]
    wrong = [name for name, _, score in told["devices"] if score["wrong"]]
    right = total["right"] / max(1, sum(total.values()))
    problems = []
    if nameless:
        problems.append(f"read through no profile: {', '.join(nameless)}")
    if wrong:
        problems.append(f"wrong values: {', '.join(wrong)}")
    if right < 0.97:
        problems.append(f"only {100 * right:.1f} % are right")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
