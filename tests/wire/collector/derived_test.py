#!/usr/bin/env python3
"""What holdup reckons and who the parts are, seen from outside a running daemon: `derived_test.py WHAT BIN`, WHAT as below."""
import json, os, signal, socket, subprocess, sys, urllib.parse, urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from live_rack import PATIENCE, Broken, Daemon, stage, wait_for

RULES = """groups:
  - name: g
    rules:
      - {alert: FailoverTight, expr: 'holdup_headroom_amperes{part="inlet"} < 30'}
      - {alert: MarginKnown, expr: 'holdup_holdup_margin_seconds{supply="cab1/psu1"} > 0.01'}
      - {alert: SerialKnown, expr: 'rack_fan_speed_rpm * on (rack, device, supply) group_left (serial) holdup_part_info{part="supply"} > 0'}
"""

# A server whose two supplies the ENTITY-MIB tells: class 6, serial number, model.
SERVER = """1.3.6.1.2.1.1.1.0|4|Bench server
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1
1.3.6.1.2.1.1.3.0|67|{ticks}
1.3.6.1.2.1.47.1.1.1.1.2.1|4|Supply 1
1.3.6.1.2.1.47.1.1.1.1.2.2|4|Supply 2
1.3.6.1.2.1.47.1.1.1.1.5.1|2|6
1.3.6.1.2.1.47.1.1.1.1.5.2|2|6
1.3.6.1.2.1.47.1.1.1.1.11.1|4|{first}
1.3.6.1.2.1.47.1.1.1.1.11.2|4|SN-TWO
1.3.6.1.2.1.47.1.1.1.1.13.1|4|PS-800
1.3.6.1.2.1.47.1.1.1.1.13.2|4|PS-800
"""


def metrics(daemon):
    with urllib.request.urlopen(daemon.url + "/metrics", timeout=10) as answer:
        return answer.read().decode()


def query(daemon, expression):
    """By the labels that are asked for: {labels: value}."""
    url = daemon.url + "/api/v1/query?query=" + urllib.parse.quote(expression)
    with urllib.request.urlopen(url, timeout=10) as answer:
        result = json.load(answer)["data"]["result"]
    return [({k: v for k, v in one["metric"].items() if k != "__name__"}, float(one["value"][1])) for one in result]


def one(daemon, expression):
    found = query(daemon, expression)
    return found[0][1] if len(found) == 1 else None


def told(rack, listener):
    """Headroom, margin and serial numbers stand on /metrics, in queries, before the rules and in the file; headroom adds up."""
    rules = os.path.join(rack.folder, "rules.yml")
    with open(rules, "w") as out:
        out.write(RULES)
    rack.write(rack.text + f"rules: [{rules}]\n")
    daemon = Daemon(rack)
    daemon.redundant()
    left = lambda: one(daemon, 'holdup_headroom_amperes{device="pdu-b",part="inlet"}')
    wait_for("headroom of pdu-b", left)
    expected = '32 - sum(rack_current_amperes{device=~"pdu-a|pdu-b",part="outlet",index="3"})'
    wait_for("headroom that adds up", lambda: abs((left() or 0) - (one(daemon, expected) or 99)) < 0.3)
    if not 20 < left() < 28:
        raise Broken(f"1800 W at 230 V of 32 A leave {left()} A")
    wait_for("headroom of feed A, which two PDUs share", lambda: 18 < (one(daemon, 'holdup_headroom_amperes{part="feed",feed="A"}') or 0) < 25)
    wait_for("the sheet's 20 ms", lambda: one(daemon, 'holdup_holdup_margin_seconds{supply="cab1/psu1"}') == 0.02)
    parts = dict(((labels["device"], labels["part"]), labels) for labels, _ in query(daemon, "holdup_part_info"))
    for key, supply in ((("pdu-a", "system"), None), (("pdu-a2", "system"), None), (("shelf-psu1", "supply"), "cab1/psu1")):
        if not parts.get(key, {}).get("serial") or parts[key].get("supply") != supply:
            raise Broken(f"no serial number of {key}, or of another supply: {parts}")
    text = metrics(daemon)
    for family in ("holdup_headroom_amperes{", "holdup_holdup_margin_seconds{", "holdup_part_info{"):
        if f"\n{family}" not in text:
            raise Broken(f"/metrics lacks {family}")
    for name in ("FailoverTight", "MarginKnown", "SerialKnown"):
        wait_for(f"the alert {name}", lambda: [a for a in listener.alerts() if a["labels"]["alertname"] == name])
    rack.do("fail feed/A")
    daemon.event("the loss", lambda e: e["phase"] == "begin" and e["element"] == "cab1/psu1")
    wait_for("no margin of a supply that is lost", lambda: one(daemon, 'holdup_holdup_margin_seconds{supply="cab1/psu1"}') is None)
    wait_for("headroom of what is left", lambda: abs((left() or 0) - (one(daemon, '32 - rack_current_amperes{device="pdu-b",part="inlet"}') or 99)) < 0.3)
    daemon.process.send_signal(signal.SIGTERM)
    daemon.process.wait(PATIENCE)
    kept = subprocess.run([f"{rack.binaries}/holdup", "query", "--store", f"{rack.folder}/rack.db", "holdup_headroom_amperes"], capture_output=True, text=True)
    if "pdu-b" not in kept.stdout:
        raise Broken(f"the file does not hold it: {kept.stdout[:300]} {kept.stderr[:300]}")
    print("reckoned, shown, asked, ruled by and kept")


def serve(rack, name, port, **texts):
    path = os.path.join(rack.folder, f"{name}.snmprec")
    with open(path, "w") as out:
        out.write(SERVER.format(**texts))
    served = subprocess.Popen([f"{rack.binaries}/hw-sim", "replay", path, "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    served.stdout.readline()
    return served


def swapped(rack, listener):
    """A supply that is swapped is another series: the former one ends at once, and its sibling's stands."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = serve(rack, "before", port, ticks=90000000, first="SN-ONE")
    try:
        rack.write(f"""rack: bench
store: {{path: {rack.folder}/bench.db}}
http: {{listen: 127.0.0.1:0}}
feeds: {{A: {{nominal_volts: 230}}}}
devices: {{bmc: {{url: "snmp://127.0.0.1:{port}"}}}}
loads: {{srv: {{supplies: {{psu1: {{status: bmc}}, psu2: {{status: bmc}}}}}}}}
""")
        daemon = Daemon(rack)
        serials = lambda: {labels["serial"]: labels.get("supply") for labels, _ in query(daemon, 'holdup_part_info{part="supply"}')}
        wait_for("both supplies", lambda: serials() == {"SN-ONE": "srv/psu1", "SN-TWO": "srv/psu2"})
        server.terminate(), server.wait()
        wait_for("its silence", lambda: "device_silent device=bmc" in daemon.log_text())
        server = serve(rack, "after", port, ticks=100, first="SN-THREE")
        wait_for("the swap", lambda: serials() == {"SN-THREE": "srv/psu1", "SN-TWO": "srv/psu2"})
        if "SN-ONE" in metrics(daemon):
            raise Broken("/metrics still shows the former one")
        if "parts_changed device=bmc count=1" not in daemon.log_text():
            raise Broken("the log does not say so")
    finally:
        server.terminate(), server.wait()
    print("a swap ended one series and began another")


if __name__ == "__main__":
    plays = {play.__name__: play for play in (told, swapped)}
    if len(sys.argv) != 3 or sys.argv[1] not in plays:
        sys.exit(f"usage: derived_test.py {'|'.join(plays)} BIN")
    sys.exit(stage(sys.argv[2], plays[sys.argv[1]]))
