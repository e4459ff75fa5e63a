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
        credential, wrong = Path(folder, "ops.yaml"), Path(folder, "wrong.yaml")
        for file, passphrase in ((credential, "authpass1"), (wrong, "authpass2")):
            file.write_text(f"user: ops\nauth: {{protocol: SHA-256, passphrase: {passphrase}}}\npriv: {{protocol: AES-128, passphrase: privpass1}}\n")
            file.chmod(0o600)
        words = [f"{programs}/hw-sim", "replay", "--listen", "127.0.0.9:0", "--v3-file", str(credential), str(recording)]
        simulator = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
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
            site = Path(folder, "site.yaml")
            by_v1 = scan(programs, "127.0.0.9/32", "--snmp-version", "1", *quick).stdout
            expect("v1 finds it too", by_v1 == pasted)
            by_v3 = scan(programs, "127.0.0.9/32", "--v3-file", str(credential), *quick).stdout
            expect("SNMPv3 finds it, with its credential file", f"v3_file: {credential}}}" in by_v3)
            for found in (pasted, by_v3):
                site.write_text("rack: r1\nfeeds:\n  A: {nominal_volts: 230}\n" + found)
                checked = subprocess.run([f"{programs}/holdup", "check", "-c", str(site)], capture_output=True, text=True, timeout=60)
                expect("check takes what was pasted: " + checked.stderr, checked.returncode == 0 and "1 devices" in checked.stdout)
            refused = scan(programs, "127.0.0.9/32", "--v3-file", str(wrong), *quick)
            expect("who is refused over SNMPv3 is told so", refused.returncode == 4 and "none takes this user" in refused.stderr)
            probe = subprocess.run([f"{programs}/holdup", "probe", f"snmp://127.0.0.9:{port}", "--explain"], capture_output=True, text=True, timeout=60)
            expect("probe explains its packets and what it decided", probe.returncode == 0 and "GETNEXT" in probe.stderr and "read through: snmp-system" in probe.stderr and "settings: SNMP v2c" in probe.stderr)
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
