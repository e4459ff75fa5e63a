#!/usr/bin/env python3
"""`holdup scan` finds the agents of a range and nobody else, asks each address once, and prints what a site file takes.
`scan_test.py PROGRAMS`."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

RECORDING = """1.3.6.1.2.1.1.1.0|4|APC Rack PDU (MN:AP8853 \x1b[2J)
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1.3.4.6
1.3.6.1.2.1.1.3.0|67|100
"""


def expect(what: str, good: bool) -> None:
    if not good:
        sys.exit(f"not so: {what}")


def scan(programs: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([f"{programs}/holdup", "scan", *arguments], capture_output=True, text=True, timeout=60)


def main() -> int:
    programs = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder, "pdu.snmprec")
        recording.write_text(RECORDING)
        simulator = subprocess.Popen([f"{programs}/hw-sim", "replay", str(recording), "--listen", "127.0.0.9:0"], stdout=subprocess.PIPE, text=True)
        try:
            port = simulator.stdout.readline().split()[1].rsplit(":", 1)[1]
            quick = ("--port", port, "--rate", "200", "--timeout", "1s")
            found = scan(programs, "127.0.0.8/30", "--json", *quick)
            told = [json.loads(line) for line in found.stdout.splitlines()]
            expect("one agent is found", found.returncode == 0 and len(told) == 1)
            expect("its address and its vendor are told", told[0]["url"] == f"snmp://127.0.0.9:{port}" and told[0]["vendor"] == "APC")
            pasted = scan(programs, "127.0.0.9/32", *quick).stdout
            expect("the site file's shape", pasted.startswith("devices:\n  snmp-127-0-0-9: {url: snmp://127.0.0.9:") and "# APC, APC Rack PDU" in pasted)
            expect("no escape sequence reaches the terminal", "\x1b" not in pasted)
            probe = subprocess.run([f"{programs}/holdup", "probe", f"snmp://127.0.0.9:{port}", "--explain"], capture_output=True, text=True, timeout=60)
            expect("probe explains its packets and what it decided", probe.returncode == 0 and "GETNEXT" in probe.stderr and "read through: snmp-system" in probe.stderr)
            nobody = scan(programs, "127.0.0.8/30", "--community", "other", *quick)
            expect("nobody answers another community", nobody.returncode == 4 and "nobody answered" in nobody.stderr)
            expect("a range too wide is refused", scan(programs, "10.0.0.0/8").returncode == 2)
            expect("a rate that is none is refused", scan(programs, "127.0.0.9/32", "--rate", "fast").returncode == 2)
        finally:
            simulator.terminate()
            simulator.wait(timeout=10)
    return 0


if __name__ == "__main__":
    sys.exit(main())
