#!/usr/bin/env python3
"""docs/devices.md is what `holdup profile list` says. `device_table.py ROOT PROGRAMS [--write]`."""
import json
import subprocess
import sys
from pathlib import Path

HEAD = """# Devices

What holdup reads out of the box: a row a firmware profile. A device is read through every profile that fits it, and a device that no
vendor's profile fits through the standard MIBs it answers. [Add a device](add-a-device.md) says how to write one more.

This page is generated: `tests/architecture/device_table.py ROOT PROGRAMS --write`.

"""


def cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def table(programs: str) -> str:
    told = subprocess.run([f"{programs}/holdup", "profile", "list", "--json"], capture_output=True, text=True, check=True, timeout=60).stdout
    rows = sorted((row for row in map(json.loads, told.splitlines()) if row["reads"]), key=lambda row: (row["protocol"], row["profile"]))
    lines = ["| profile | vendor | over | what it is |", "|---|---|---|---|"]
    lines += [f"| `{row['profile']}` | {cell(row['vendor'])} | {row['protocol']} | {cell(row['about'])} |" for row in rows]
    return HEAD + "\n".join(lines) + "\n"


def main() -> int:
    root, programs = Path(sys.argv[1]), sys.argv[2]
    page = root / "docs" / "devices.md"
    wanted = table(programs)
    if "--write" in sys.argv[3:]:
        page.write_text(wanted)
    if page.exists() and page.read_text() == wanted:
        return 0
    print(f"{page.relative_to(root)} is not what the profiles say; write it anew with --write", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
