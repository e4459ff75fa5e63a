#!/usr/bin/env python3
"""Traps and informs of net-snmp's stock tools against the whole daemon: `trap_test.py WHAT BIN`, WHAT as below. The simulated devices stand
on loopback addresses of this process's own, so that their traps can be told apart."""
import json, os, re, socket, subprocess, sys, threading, time, urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import live_rack
from live_rack import Broken, Daemon, stage, wait_for

NET = f"127.{20 + os.getpid() % 200}.{os.getpid() // 200 % 250}"
PDUS = {"pdu-a": f"{NET}.11", "pdu-a2": f"{NET}.12", "pdu-b": f"{NET}.13"}
STRANGER = f"{NET}.99"
RARITAN, TYPE, STATE = "1.3.6.1.4.1.13742.6.0.63", "1.3.6.1.4.1.13742.6.0.0.10.0", "1.3.6.1.4.1.13742.6.5.4.3.1.3.1.3.14"
STORM_SECONDS, STORM_RATE = 10, 10_000


class Ear:
    """A daemon that listens for traps."""

    def __init__(self, rack):
        rack.write(rack.text + "traps: {listen: 127.0.0.1:0}\n")
        self.rack, self.daemon = rack, Daemon(rack)
        self.daemon.redundant()
        wait_for("traps are heard", lambda: (self.daemon.status()["traps"] or {}).get("listening"))
        self.endpoint = self.daemon.status()["traps"]["endpoint"]

    def tool(self, name, version, source, *arguments):
        environment = {**os.environ, "SNMP_PERSISTENT_DIR": os.path.join(self.rack.folder, name), "MIBS": ""}
        command = [name, "-v", version, "-c", "public", "-r", "1", "-t", "2", f"--clientaddr={source}", self.endpoint, *arguments]
        return subprocess.run(command, capture_output=True, env=environment).returncode

    def outlet_off(self, name, version):
        return self.tool(name, version, PDUS["pdu-a"], "", RARITAN, TYPE, "i", "14", STATE, "i", "8")

    def metric(self, name):
        with urllib.request.urlopen(self.daemon.url + "/metrics", timeout=10) as answer:
            found = re.search(rf"^{re.escape(name)} (\S+)$", answer.read().decode(), re.MULTILINE)
        return float(found.group(1)) if found else None

    def dropped(self, what):
        return self.metric(f'holdup_dropped_total{{what="{what}"}}') or 0

    def said(self, what, verdict, **fields):
        return self.daemon.event(what, lambda e: e["verdict"] == verdict and all(e[key] == value for key, value in fields.items()))


def heard(rack, listener):
    """A false alarm by trap is reported at once and withdrawn by a reading; a true one becomes proven; both in one incident each."""
    ear = Ear(rack)
    if ear.outlet_off("snmptrap", "2c") != 0:
        raise Broken("snmptrap failed")
    begun = ear.said("the trap's word", "supply_off_commanded", phase="begin", strength="reported", element="cab1/psu1")
    ended = ear.said("its withdrawal", "supply_off_commanded", phase="end", element="cab1/psu1")
    restored = ear.said("restored", "restored", element="cab1/psu1")
    if not begun["incident"] == ended["incident"] == restored["incident"]:
        raise Broken("withdrawn under another incident")
    rack.do("set pdu-a/outlet/3 state=off")
    ear.outlet_off("snmptrap", "2c")
    proven = ear.said("the proof", "supply_off_commanded", strength="proven", element="cab1/psu1")
    pages = {e["annotations"]["incident"] for e in listener.alerts() if e["labels"]["element"] == "cab1/psu1"}
    if pages - {begun["incident"], proven["incident"]}:
        raise Broken(f"more pages than incidents: {pages}")
    devices = {device["element"]: device["last_trap"] for device in ear.daemon.status()["devices"]}
    if not devices["device/pdu-a"] or devices["device/pdu-b"]:
        raise Broken(f"who called when: {devices}")
    if ear.metric('holdup_last_trap_timestamp_seconds{device="pdu-a"}') is None or ear.metric('holdup_last_trap_timestamp_seconds{device="pdu-b"}'):
        raise Broken("the metrics do not say who called")
    print("reported, withdrawn; reported, proven")


class SealedEar(Ear):
    """The same, its devices polled with SNMPv3 and calling with it."""

    def calls(self, device, *more):
        self.rack.do(f"trap device/{device} oid={RARITAN} {TYPE}=i:14 {STATE}=i:8 version=3 to={self.endpoint} {' '.join(more)}")

    def lie(self, passphrase):
        engine = self.rack.do("status")["engines"]["device/pdu-a"]
        command = ["snmptrap", "-v", "3", "-e", f"0x{engine}", "-u", "ops", "-l", "authPriv", "-a", "SHA-256", "-A", passphrase, "-x", "AES", "-X", "privpass1",
                   f"--clientaddr={PDUS['pdu-a']}", self.endpoint, "", RARITAN]
        subprocess.run(command, capture_output=True, check=True, env={**os.environ, "SNMP_PERSISTENT_DIR": os.path.join(self.rack.folder, "liar"), "MIBS": ""})

    def engine(self):
        with open(os.path.join(self.rack.folder, "rack.db.engine")) as file:
            return file.read().split()


def sealed(rack, listener):
    """A v3 device's trap is reported at once and withdrawn, its inform acknowledged, before and after restarts of the daemon and of the device; who
    cannot prove itself is refused, counted and named, and no secret is written anywhere."""
    rack.text = re.sub(r"(url: snmp://[^,}]+)", rf"\1, v3_file: {rack.v3_file}", rack.text)
    ear = SealedEar(rack)
    ear.calls("pdu-a")
    begun = ear.said("the v3 trap's word", "supply_off_commanded", phase="begin", strength="reported", element="cab1/psu1")
    ended = ear.said("its withdrawal", "supply_off_commanded", phase="end", element="cab1/psu1")
    if begun["incident"] != ended["incident"]:
        raise Broken("withdrawn under another incident")
    ear.calls("pdu-b", "inform=true")
    wait_for("the inform is acknowledged", lambda: rack.do("status")["informs_acknowledged"] == 1)
    ear.lie("otherwords")
    wait_for("the lie is counted", lambda: ear.dropped("traps_v3_wrong_digest") == 1)
    wait_for("the lie is named", lambda: "trap_refused device=pdu-a snmp=3 reason=wrong_digest" in ear.daemon.log_text())
    ear.daemon.kill()
    engine, ear = ear.engine(), SealedEar(rack)
    if ear.engine()[:2] != engine[:2] or [engine[3], ear.engine()[3]] != ["1", "2"]:
        raise Broken(f"our engine was {engine}, is {ear.engine()}")
    ear.calls("pdu-b", "inform=true")
    wait_for("an inform is acknowledged after the restart", lambda: rack.do("status")["informs_acknowledged"] == 2)
    rack.do("fault device/pdu-a kind=reboot ms=500")
    # Its engine's boots tell it, or the uptime of the answer after it, whichever is read first.
    wait_for("the device is read again", lambda: any(word in ear.daemon.log_text() for word in ("snmp_engine_restarted", "restarted=yes")))
    ear.calls("pdu-a")
    ear.said("the word after the device's restart", "supply_off_commanded", phase="begin", strength="reported", element="cab1/psu1")
    with urllib.request.urlopen(ear.daemon.url + "/metrics", timeout=10) as answer:
        shown = answer.read().decode() + ear.daemon.log_text() + json.dumps(ear.daemon.status())
    if any(secret in shown for secret in ("authpass1", "privpass1", "otherwords")):
        raise Broken("a secret was written")
    if 'holdup_dropped_total{what="snmp_v3_stray"}' not in shown or 'holdup_dropped_total{what="snmp_late"}' not in shown:
        raise Broken("what polling drops is not counted")
    print("reported, withdrawn, acknowledged; after both restarts too")


def known(rack, listener):
    """v1 under its RFC 3584 name, unknown traps with numeric OIDs, informs acknowledged; strangers counted and never answered."""
    ear = Ear(rack)
    if ear.tool("snmptrap", "1", PDUS["pdu-a2"], "1.3.6.1.4.1.318", PDUS["pdu-a2"], "6", "269", "", "1.3.6.1.4.1.318.1.1.12.3.3.1.1.1.5", "i", "5") != 0:
        raise Broken("snmptrap -v 1 failed")
    ear.said("the v1 trap's word", "supply_off_commanded", element="srv1/psu1", strength="reported")
    if ear.tool("snmpinform", "2c", PDUS["pdu-b"], "", "1.3.6.1.4.1.4711.0.1", "1.3.6.1.4.1.4711.1.0", "s", "\x1b[31mred") != 0:
        raise Broken("an inform of a known device was not acknowledged")
    unknown = ear.said("the unknown trap", "trap", element="device/pdu-b")
    if "1.3.6.1.4.1.4711.0.1" not in unknown["evidence"][0]["point"] or "1.3.6.1.4.1.4711.1.0" not in unknown["evidence"][1]["point"]:
        raise Broken(f"no numeric OIDs: {unknown}")
    if ear.tool("snmpinform", "2c", STRANGER, "", "1.3.6.1.4.1.4711.0.2") == 0:
        raise Broken("a stranger's inform was acknowledged")
    wait_for("the stranger is counted", lambda: ear.dropped("traps_unknown_source") >= 1)
    shown = subprocess.run([f"{rack.binaries}/holdup", "events", "--url", ear.daemon.url], capture_output=True, text=True)
    if "1.3.6.1.4.1.4711.0.1" not in shown.stdout or "1.3.6.1.4.1.4711.0.2" in shown.stdout or "\x1b" in shown.stdout:
        raise Broken(f"holdup events shows: {shown.stdout[-800:]!r}")
    print("v1, unknown, inform, stranger")


def varbind(name, value):
    return b"\x30" + bytes([len(name) + len(value)]) + name + value


def oid(text):
    parts = [int(part) for part in text.split(".")]
    out = bytes([parts[0] * 40 + parts[1]])
    for part in parts[2:]:
        piece = [part & 0x7F]
        while part := part >> 7:
            piece.insert(0, part & 0x7F | 0x80)
        out += bytes(piece)
    return b"\x06" + bytes([len(out)]) + out


def noise(number):
    binds = varbind(oid("1.3.6.1.6.3.1.1.4.1.0"), oid(f"1.3.6.1.4.1.4711.0.{number}"))
    pdu = b"\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30" + bytes([len(binds)]) + binds
    message = b"\x02\x01\x01\x04\x06public\xa7" + bytes([len(pdu)]) + pdu
    return b"\x30" + bytes([len(message)]) + message


def storm(ear, sent):
    """10,000 traps a second from the very device that will announce its loss."""
    caller = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    caller.bind((PDUS["pdu-a"], 0))
    host, port = ear.endpoint.rsplit(":", 1)
    datagrams = [noise(number) for number in range(1, 101)]
    began = time.monotonic()
    while (passed := time.monotonic() - began) < STORM_SECONDS:
        while sent[0] < passed * STORM_RATE:
            caller.sendto(datagrams[sent[0] % 100], (host, int(port)))
            sent[0] += 1
        threading.Event().wait(0.001)
    caller.close()


def stormy(rack, listener):
    """In a storm of 10 s the loss that is announced is reported and proven, everything is polled on, and what is dropped is counted."""
    ear, sent = Ear(rack), [0]
    sender = threading.Thread(target=storm, args=(ear, sent))
    sender.start()
    wait_for("the storm", lambda: sent[0] > STORM_RATE * 2)
    rack.do("set pdu-a/outlet/3 state=off")
    called = time.monotonic()
    if ear.outlet_off("snmpinform", "2c") != 0:
        raise Broken("the inform was not acknowledged in the storm")
    ear.said("the proof", "supply_off_commanded", strength="proven", element="cab1/psu1")
    took = time.monotonic() - called
    oldest = 0
    while sender.is_alive():
        ages = {device["element"]: device["age_s"] for device in ear.daemon.status()["devices"]}
        oldest = max(oldest, *ages.values())
        sender.join(0.2)
    if oldest > 5:
        raise Broken(f"a device was not heard for {oldest} s in the storm")
    wait_for("all is counted", lambda: (ear.metric("holdup_traps_received_total") or 0) + ear.dropped("traps_kernel") >= sent[0] * 0.999)
    if ear.dropped("traps") < sent[0] / 2:
        raise Broken("the storm was not limited")
    print(f"{sent[0]} traps in {STORM_SECONDS} s: received {ear.metric('holdup_traps_received_total'):.0f}, kernel dropped {ear.dropped('traps_kernel'):.0f}, "
          f"loss proven after {took:.2f} s, oldest answer {oldest:.1f} s")


def main():
    what, binaries = sys.argv[1:]
    v3_file = f"/tmp/holdup-trap-ops-{os.getpid()}.yaml"
    if what == "sealed":
        with open(os.open(v3_file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write("user: ops\nauth: {protocol: SHA-256, passphrase: authpass1}\npriv: {protocol: AES-128, passphrase: privpass1}\n")
        live_rack.SIMULATOR, live_rack.Rack.v3_file = ["--v3-file", v3_file], v3_file
    with open(live_rack.RACK) as text:
        rack = text.read()
    for name, number in (("pdu-a", 11), ("pdu-a2", 12), ("pdu-b", 13)):
        rack = rack.replace(f"snmp://192.0.2.{number}", f"snmp://{PDUS[name]}:10161")
    folder = f"/tmp/holdup-trap-rack-{os.getpid()}.yaml"
    with open(folder, "w") as out:
        out.write(rack)
    live_rack.RACK = folder
    try:
        return stage(binaries, {"heard": heard, "known": known, "sealed": sealed, "stormy": stormy}[what])
    finally:
        os.remove(folder)
        if what == "sealed":
            os.remove(v3_file)


if __name__ == "__main__":
    sys.exit(main())
