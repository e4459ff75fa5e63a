#!/usr/bin/env python3
"""`holdup coverage` both ways, on a simulated rack: on paper before anything runs, and of the running daemon: `coverage_test.py BIN`."""
import json, os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from live_rack import PATIENCE, Broken, Daemon, stage, wait_for


def coverage(rack, code, *words):
    """Its lines by element; the exit code must be this one."""
    answer = subprocess.run([f"{rack.binaries}/holdup", "coverage", "--json", *words], capture_output=True, text=True, timeout=PATIENCE)
    if answer.returncode != code:
        raise Broken(f"coverage {' '.join(words)}: exit code {answer.returncode}, not {code}: {answer.stdout[:600]} {answer.stderr[:400]}")
    return {line["element"]: line for line in map(json.loads, answer.stdout.splitlines())}


def sign(line, what):
    found = [one for one in line["signs"] if one["what"] == what]
    if len(found) != 1:
        raise Broken(f"{line['element']} has {len(found)} signs '{what}': {[one['what'] for one in line['signs']]}")
    return found[0]


def must(true, what):
    if not true:
        raise Broken(what)


def on_paper(rack):
    """Without profiles the PDUs are unknown; with them the planner sees every sign, and each term is a data sheet's or unknown."""
    bare = coverage(rack, 4, "-c", rack.site)
    must(bare["srv1/psu1"]["unknown"] == ["device/pdu-a2"], f"pdu-a2 is known without a profile: {bare['srv1/psu1']}")
    must([term["basis"] for term in sign(bare["cab1/psu1"], "its input bit")["terms"]] == ["unknown", "data sheet", "data sheet"], "the terms on paper")
    planned = os.path.join(rack.folder, "planned.yaml")
    with open(planned, "w") as out:
        out.write(rack.text.replace("feed: A", "feed: A, profile: apc-rpdu2").replace("feed: B", "feed: B, profile: apc-rpdu2"))
    known = coverage(rack, 0, "-c", planned)
    must(known["srv1/psu1"]["unknown"] == [] and "output" in [one["what"] for one in known["srv1/psu1"]["blind"]], f"srv1: {known['srv1/psu1']}")
    must(known["feed/A"]["pdus"] == ["pdu-a", "pdu-a2"] and known["feed/B"]["blind"][0]["what"] == "single_pdu", "the feeds' PDUs")
    nothing = os.path.join(rack.folder, "nothing.yaml")
    with open(nothing, "w") as out:
        out.write("rack: r\ndevices: {env: {url: snmp://127.0.0.1, profile: akcp-sensorprobe}}\nloads: {cab1: {supplies: {psu1: {status: env}}}}\n")
    must(coverage(rack, 1, "-c", nothing)["cab1/psu1"]["blind"][0]["what"] == "nothing", "a supply without any sensor")


def live(rack):
    daemon = Daemon(rack)
    daemon.redundant()
    psu1 = coverage(rack, 0, "--url", daemon.url)["cab1/psu1"]
    bit = sign(psu1, "its input bit")
    must(bit["terms"][1]["basis"] == "measured" and bit["exercised"] is None, f"the bit: {bit}")
    must(not psu1["exercised"] and psu1["carried"], f"never lost, and carrying: {psu1}")
    silence = sign(psu1, "the PDU's silence, with its load taken over")
    must("device/pdu-b" not in silence["needs"] and "device/shelf-psu2" in silence["needs"], f"who sees the takeover: {silence}")
    rack.do("fail pdu-a/outlet/3")
    lost = daemon.event("the loss", lambda e: e["durable"] and e["verdict"] == "supply_input_lost" and e["phase"] == "begin")
    seen = wait_for("the bit is exercised", lambda: sign(coverage(rack, 0, "--url", daemon.url)["cab1/psu1"], "its input bit")["exercised"])
    must(seen["event"] == lost["id"] and seen["verdict"] == "supply_input_lost", f"by {seen}, not {lost}")
    daemon.kill()
    again = Daemon(rack)
    after = wait_for("the past is read", lambda: sign_if_known(rack, again))
    must(after == seen, f"a restart forgets: {after}")
    again.kill()
    coverage(rack, 4, "--url", again.url)


def sign_if_known(rack, daemon):
    answer = subprocess.run([f"{rack.binaries}/holdup", "coverage", "--json", "--url", daemon.url], capture_output=True, text=True, timeout=PATIENCE)
    for line in map(json.loads, answer.stdout.splitlines()):
        if line["element"] == "cab1/psu1" and "its input bit" in [one["what"] for one in line["signs"]]:
            return sign(line, "its input bit")["exercised"]
    return None


def main():
    if len(sys.argv) != 2:
        print("usage: coverage_test.py BIN", file=sys.stderr)
        return 2

    def play(rack, listener):
        rack.text = rack.text.replace("hot: 20ms", "hot: 500ms")  # nothing here is about speed
        rack.write(rack.text)
        on_paper(rack)
        live(rack)
        print("on paper with and without profiles, live before and after a loss and a restart")

    return stage(sys.argv[1], play)


if __name__ == "__main__":
    sys.exit(main())
