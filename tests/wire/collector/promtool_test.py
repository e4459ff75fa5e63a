#!/usr/bin/env python3
"""The release's promtool asks a running holdup as it would a Prometheus: `promtool_test.py BIN`."""
import json, os, subprocess, sys, time, urllib.request

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests"))
from live_rack import PATIENCE, Broken, Daemon, stage, wait_for


def promtool():
    """In Prometheus' package on Debian 12, in one of its own on Debian 13."""
    for package in ("prometheus", "promtool"):
        unpacked = subprocess.run([os.path.join(ROOT, "tests", "peers"), package], capture_output=True, text=True)
        program = os.path.join(unpacked.stdout.strip(), "usr", "bin", "promtool")
        if unpacked.returncode == 0 and os.path.exists(program):
            return program
    raise Broken("promtool cannot be had: " + unpacked.stderr)


RULES = "groups: [{name: g, rules: [{alert: draws, expr: 'rack_power_watts{part=\"outlet\"} > 1'}, {record: 'rack:power', expr: 'sum(rack_power_watts)'}]}]\n"


def read(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)["data"]


def play(rack, _):
    program = promtool()
    with open(os.path.join(rack.folder, "rules.yml"), "w") as out:
        out.write(RULES)
    rack.write(rack.text + "rules: [rules.yml]\n")
    daemon = Daemon(rack)
    daemon.redundant()

    def query(kind, *words):
        answer = subprocess.run([program, "query", kind, *words], capture_output=True, text=True, timeout=PATIENCE)
        if answer.returncode != 0:
            raise Broken(f"promtool query {kind} {words}: {answer.stdout}{answer.stderr}")
        return answer.stdout.splitlines()

    def holds(what, lines, *texts):
        for text in texts:
            if not any(text in line for line in lines):
                raise Broken(f"{what}: no '{text}' in {lines[:10]}")

    now = time.time()
    start, end = f"--start={now - 60:.0f}", f"--end={now + 60:.0f}"
    wait_for("the store has power of both PDUs", lambda: sum("pdu-" in line for line in query("instant", daemon.url, 'rack_power_watts{load="cab1"}')) >= 2)
    holds("an instant query", query("instant", daemon.url, 'count by (rack) (holdup_up == 1)'), '{rack="r12"} => ')
    holds("a range query", query("range", start, end, "--step=5s", daemon.url, "sum(rack_power_watts)"), "{} =>")
    series = query("series", start, end, '--match=rack_power_watts{load="cab1"}', daemon.url)
    holds("series", series, '__name__="rack_power_watts"', 'supply="cab1/psu1"')
    if any('load="srv1"' in line for line in series):
        raise Broken(f"series that nobody asked for: {series}")
    devices = query("labels", daemon.url, "device")
    holds("the values of a label", devices, "pdu-a", "pdu-b", "shelf-psu1")
    if devices != sorted(set(devices)):
        raise Broken(f"values are not sorted, or told twice: {devices}")
    if query("series", f"--start={now - 7200:.0f}", f"--end={now - 3600:.0f}", "--match=rack_power_watts", daemon.url):
        raise Broken("series of a time when nothing ran")
    wait_for("an alert fires", lambda: [alert for alert in read(daemon.url + "/api/v1/alerts")["alerts"] if alert["state"] == "firing"])
    rules = read(daemon.url + "/api/v1/rules")["groups"][0]["rules"]
    if [(rule["name"], rule["type"], rule["health"]) for rule in rules] != [("draws", "alerting", "ok"), ("rack:power", "recording", "ok")]:
        raise Broken(f"other rules than were written: {rules}")
    wait_for("what a rule recorded is stored", lambda: any(query("instant", daemon.url, '{__name__="rack:power"}')))
    print(f"{len(series)} series of cab1, {len(devices)} devices")


if __name__ == "__main__":
    sys.exit(stage(sys.argv[1], play))
