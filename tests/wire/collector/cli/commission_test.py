#!/usr/bin/env python3
"""`holdup commission` on a simulated rack, the test being the person who pulls: `commission_test.py WHAT BIN`, WHAT as below."""
import json, os, pty, re, select, signal, subprocess, sys, time, urllib.parse, urllib.request
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
import live_rack
from live_rack import PATIENCE, Broken, Daemon, stage, wait_for

REFRESH = 0.02  # seconds: how often the simulated units measure; nothing tells holdup so
SIM_FOLDER = os.path.dirname(live_rack.RACK)


def run(rack, code, *words):
    answer = subprocess.run([f"{rack.binaries}/holdup", *words], capture_output=True, text=True, timeout=PATIENCE)
    if answer.returncode != code:
        raise Broken(f"holdup {' '.join(words)}: exit code {answer.returncode}, not {code}: {answer.stdout[:400]} {answer.stderr[:400]}")
    return answer.stdout + answer.stderr


class Watching:
    """The verb without a terminal: one JSON object a line."""

    def __init__(self, rack, daemon, *words):
        self.process = subprocess.Popen([f"{rack.binaries}/holdup", "commission", *words, "--by", "eve", "--json", "--url", daemon.url],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.saying("watching")

    def saying(self, what):
        for line in self.process.stdout:
            said = json.loads(line)
            if said["say"] == what:
                return said
        raise Broken(f"it ended before it said {what}: {self.process.stderr.read()[:400]}")

    def ends(self, code):
        if self.process.wait(PATIENCE) != code:
            raise Broken(f"commission: exit code {self.process.returncode}, not {code}: {self.process.stderr.read()[:400]}")


class AtTerminal:
    """The verb at a terminal of its own, as a person has it."""

    def __init__(self, rack, daemon, *words):
        self.terminal, theirs = pty.openpty()
        self.process = subprocess.Popen([f"{rack.binaries}/holdup", "commission", *words, "--by", "eve", "--url", daemon.url],
                                        stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "NO_COLOR": "1"})
        os.close(theirs)
        self.text, self.at = "", 0

    def reads(self, what):
        """Until it says so, after what was read before."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = re.search(what, self.text[self.at:])
            if found:
                self.at += found.end()
                return found
            if select.select([self.terminal], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.terminal, 65536).decode()
                except OSError:  # it ended
                    break
        raise Broken(f"it never said '{what}' but: {self.text}")

    def types(self, text):
        os.write(self.terminal, text.encode())

    def ends(self, code):
        if self.process.wait(PATIENCE) != code:
            raise Broken(f"commission: exit code {self.process.returncode}, not {code}: {self.text}")


def is_dark(daemon, outlet):
    """What the outlet was measured at last, as the store has it, is nothing."""
    pdu, _, index = outlet.split("/")
    query = urllib.parse.quote(f'rack_current_amperes{{device="{pdu}",part="outlet",index="{index}"}}')
    with urllib.request.urlopen(f"{daemon.url}/api/v1/query?query={query}", timeout=10) as answer:
        return [one["value"][1] for one in json.load(answer)["data"]["result"]] == ["0"]


def windows(daemon):
    return sorted((one["element"], one["intent"]) for one in daemon.status()["maintenance"])


def utc(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def pulled(rack, daemon, verb, outlet):
    """Pulls a cord, puts it back once its outlet was measured; the result, held against when that was."""
    before = time.time()
    rack.do(f"fail {outlet}")
    after = time.time()
    lost = verb.saying("lost")
    verdict = utc(lost["time"])
    wait_for("only its window stands", lambda: windows(daemon) == [(lost["element"], "off")])
    wait_for("its outlet is measured dark", lambda: is_dark(daemon, outlet))
    rack.do(f"restore {outlet}")
    result = verb.saying("result")
    found = result["detection_s"]
    if not (found["least"] <= verdict - before + 0.001 and verdict - after <= found["most"] + REFRESH):
        raise Broken(f"detected after {verdict - after:.4f} to {verdict - before:.4f} s, said: {found}")
    return result


def stored(rack):
    lines = run(rack, 0, "events", "--store", f"{rack.folder}/rack.db", "--json").splitlines()
    return [event for event in map(json.loads, lines) if event["verdict"] == "commissioned"]


def corded(rack, listener):
    """Both cords of a cabinet, in any order: as configured, quietly, with the true time; refused of what would go down; remembered over a kill."""
    daemon = Daemon(rack)
    daemon.redundant()
    wait_for("the control socket", lambda: daemon.status()["control"])
    run(rack, 2, "commission", "--url", daemon.url)
    run(rack, 2, "commission", "cab9", "--by", "eve", "--url", daemon.url)
    if "no other supply" not in run(rack, 3, "commission", "srv1", "--by", "eve", "--url", daemon.url):
        raise Broken("it does not say why srv1 is not to be pulled")
    if run(rack, 1, "commission", "--list", "--url", daemon.url).count("never") < 3:
        raise Broken("commissioned before it was")
    verb = Watching(rack, daemon, "cab1")
    if windows(daemon) != [("cab1/psu1", "off"), ("cab1/psu2", "off")]:
        raise Broken(f"windows on {windows(daemon)}")
    verb.process.send_signal(signal.SIGINT)
    verb.ends(4)
    if windows(daemon):
        raise Broken(f"interrupted, it left windows on {windows(daemon)}")
    verb = Watching(rack, daemon, "cab1")
    for supply, outlet in (("cab1/psu2", "pdu-b/outlet/3"), ("cab1/psu1", "pdu-a/outlet/3")):
        result = pulled(rack, daemon, verb, outlet)
        if (result["element"], result["result"], result["seen"], result["said"]) != (supply, "as configured", outlet, "supply_input_lost"):
            raise Broken(f"of {supply} it said {result}")
        if result["handover_s"] > result["detection_s"]["most"] + PATIENCE or result["restored_s"] <= 0 or not result["event"]:
            raise Broken(f"not all was measured: {result}")
        if {sign["source"] for sign in result["signs"]} != {f"device/shelf-{supply[5:]}", f"device/{outlet[:5]}"}:
            raise Broken(f"shown by {result['signs']}")
    verb.ends(0)
    if daemon.status()["maintenance"] or daemon.status()["incidents"]:
        raise Broken("a window or an incident is left open")
    loud = [a["labels"] for a in listener.alerts() if a["labels"]["severity"] != "info"]
    if loud or not listener.alerts():
        raise Broken(f"a pull that was meant paged: {loud}")
    daemon.kill()
    if [event["element"] for event in stored(rack)] != ["cab1/psu2", "cab1/psu1"]:
        raise Broken(f"in the store: {stored(rack)}")
    daemon = Daemon(rack)
    daemon.redundant()
    lines = [json.loads(line) for line in run(rack, 1, "commission", "--list", "--json", "--url", daemon.url).splitlines()]
    if [(line["element"], line["result"]) for line in lines] != [("cab1/psu1", "as configured"), ("cab1/psu2", "as configured"), ("srv1/psu1", None)]:
        raise Broken(f"the list says {lines}")
    print("both as configured, detection as long as it truly was, nothing paged, remembered over a kill")


def miscorded(rack, listener):
    """A supply that hangs on the other feed is found, with the outlet where it hangs."""
    daemon = Daemon(rack)
    wait_for("both of its supplies are proven good", lambda: len([s for s in daemon.status()["supplies"] if s["element"].startswith("srv4/") and s["state"] == "on"]) == 2)
    wait_for("every device heard", lambda: all(device["age_s"] is not None for device in daemon.status()["devices"]))
    wait_for("the control socket", lambda: daemon.status()["control"])
    verb = Watching(rack, daemon, "srv4/psu2")
    result = pulled(rack, daemon, verb, "pdu-a/outlet/13")
    if (result["element"], result["result"], result["cord"], result["seen"]) != ("srv4/psu2", "miscorded", "pdu-b/outlet/4", "pdu-a/outlet/13"):
        raise Broken(f"it said {result}")
    verb.ends(1)
    print("found on pdu-a/outlet/13, not on pdu-b/outlet/4")


def person(rack, listener):
    """At a terminal: the wrong cord pages WRONG SIDE, the right one is timed from the person's word, and hands off refuse it all."""
    daemon = Daemon(rack)
    daemon.redundant()
    wait_for("the control socket", lambda: daemon.status()["control"])
    verb = AtTerminal(rack, daemon, "cab1/psu1")
    verb.reads(r"cab1/psu1: pull its cord \(pdu-a/outlet/3\)")
    rack.do("fail pdu-b/outlet/3")
    verb.reads("NOT cab1/psu1: what is lost is cab1/psu2")
    wait_for("its page", lambda: [a for a in listener.alerts() if a["labels"]["alertname"] == "wrong_side" and a["labels"]["severity"] == "critical"])
    rack.do("restore pdu-b/outlet/3")
    verb.reads(r"cab1/psu1: pull its cord \(pdu-a/outlet/3\)")
    verb.types("\n")
    rack.do("fail pdu-a/outlet/3")
    verb.reads("seen: supply_input_lost cab1/psu1")
    verb.reads("as configured: pdu-a/outlet/3 fell: put it back")
    rack.do("restore pdu-a/outlet/3")
    verb.reads(r"by your word after \d")
    verb.reads(r"cab1/psu1 +pdu-a/outlet/3 +pdu-a/outlet/3 +status, outlet +[\d.]+ to [\d.]+ s +[\d.]+ s +as configured")
    verb.ends(0)
    if [(event["element"], event["evidence"][0]["point"]) for event in stored(rack)] != [("cab1/psu1", "by: eve")]:
        raise Broken(f"in the store: {stored(rack)}")
    print("the wrong cord paged, the right one was timed")


def blind(rack, listener):
    """A supply of which nothing tells a loss: said so, with the outlet that fell where the site file has another; recorded as not noticed."""
    rack.write(rack.text.replace("psu2: {cord: pdu-b/outlet/3, status: shelf-psu2,", "psu2: {cord: pdu-b/outlet/8,"))
    daemon = Daemon(rack)
    wait_for("the control socket", lambda: daemon.status()["control"])
    wait_for("psu1 is proven good", lambda: [s for s in daemon.status()["supplies"] if s["element"] == "cab1/psu1" and s["state"] == "on"])
    wait_for("every device heard", lambda: all(device["age_s"] is not None for device in daemon.status()["devices"]))
    if "not proven good" not in run(rack, 3, "commission", "cab1/psu1", "--by", "eve", "--url", daemon.url):
        raise Broken("psu1 is to be pulled although nothing shows that psu2 is there")
    run(rack, 0, "attest", "cab1/psu2", "--by", "eve", "--reason", "its lamp is green", "--url", daemon.url)
    verb = Watching(rack, daemon, "cab1/psu1")
    verb.process.send_signal(signal.SIGTERM)
    verb.ends(4)
    verb = AtTerminal(rack, daemon, "cab1/psu2", "--wait", "8s")
    verb.reads(r"cab1/psu2: pull its cord \(pdu-b/outlet/8\)")
    verb.types("\n")
    rack.do("fail pdu-b/outlet/3")
    verb.reads("not noticed: pdu-b/outlet/3 fell")
    verb.reads("nothing was noticed within 8s: put it back")
    rack.do("restore pdu-b/outlet/3")
    verb.types("\n")
    verb.reads("never")
    verb.ends(1)
    if "not noticed" not in run(rack, 1, "commission", "--list", "--url", daemon.url):
        raise Broken("the list does not say that it was not noticed")
    print("a supply that nothing sees is said to be one")


def main():
    whats = {"corded": corded, "miscorded": miscorded, "person": person, "blind": blind}
    if len(sys.argv) != 3 or sys.argv[1] not in whats:
        print(f"usage: commission_test.py {'|'.join(whats)} BIN", file=sys.stderr)
        return 2
    if sys.argv[1] == "miscorded":
        live_rack.RACK = os.path.join(SIM_FOLDER, "rack-site.yaml")

    def play(rack, listener):
        rack.text = rack.text.replace("hot: 20ms", "hot: 500ms")
        rack.write(rack.text)
        whats[sys.argv[1]](rack, listener)

    return stage(sys.argv[2], play)


if __name__ == "__main__":
    sys.exit(main())
