#!/usr/bin/env python3
"""`holdup guard` while somebody works on a simulated rack: `guard_test.py BIN`."""
import json, os, signal, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from live_rack import PATIENCE, Broken, Daemon, stage, wait_for


class Guard:
    """The verb as it runs; each line is one word of it."""

    def __init__(self, rack, daemon, *words):
        self.process = subprocess.Popen([f"{rack.binaries}/holdup", "guard", "--working-on", "cab1/psu1", "--json", "--url", daemon.url, *words],
                                        stdout=subprocess.PIPE, text=True)

    def says(self, what, wanted):
        for line in self.process.stdout:
            word = json.loads(line)
            if wanted(word):
                return word
        raise Broken(f"it ended before it said: {what}")

    def done(self, code):
        self.process.send_signal(signal.SIGINT)
        if self.process.wait(timeout=PATIENCE) != code:
            raise Broken(f"guard ended with {self.process.returncode}, not {code}")


def windows(daemon):
    return [(one["element"], one["intent"]) for one in daemon.status()["maintenance"]]


def safely_done(rack, listener, daemon):
    guard = Guard(rack, daemon, "--intent", "remove")
    guard.says("safe", lambda word: word["safe"])
    wait_for("its window", lambda: windows(daemon) == [("cab1/psu1", "remove")])
    rack.do("fail cab1/psu1 kind=removed")
    daemon.event("the supply is out", lambda e: e["durable"] and e["element"] == "cab1/psu1" and e["phase"] == "begin")
    rack.do("restore cab1/psu1")
    wait_for("all is restored", lambda: not daemon.status()["incidents"])
    guard.done(0)
    wait_for("its window is ended", lambda: windows(daemon) == [])
    loud = [alert["labels"]["alertname"] for alert in listener.alerts() if alert["labels"]["severity"] == "critical"]
    if loud:
        raise Broken(f"paged for what was meant: {loud}")


def stopped(rack, daemon):
    """The wrong cord is pulled."""
    guard = Guard(rack, daemon)
    guard.says("safe", lambda word: word["safe"])
    rack.do("fail pdu-b/outlet/3")
    guard.says("STOP for psu2", lambda word: not word["safe"] and any(stop["element"] == "cab1/psu2" for stop in word["stops"]))
    rack.do("restore pdu-b/outlet/3")
    guard.says("safe again", lambda word: word["safe"])
    guard.done(1)
    wait_for("its window is ended", lambda: windows(daemon) == [])


def once(rack, daemon, code):
    return subprocess.run([f"{rack.binaries}/holdup", "guard", "--working-on", "cab1/psu1", "--once", "--url", daemon.url], capture_output=True, text=True,
                          timeout=PATIENCE).returncode == code


def main():
    if len(sys.argv) != 2:
        print("usage: guard_test.py BIN", file=sys.stderr)
        return 2

    def play(rack, listener):
        rack.text = rack.text.replace("hot: 20ms", "hot: 500ms")  # nothing here is about speed
        rack.write(rack.text)
        daemon = Daemon(rack)
        daemon.redundant()
        safely_done(rack, listener, daemon)
        daemon.redundant()
        stopped(rack, daemon)
        rack.do("fault device/shelf-psu2 kind=silent")
        wait_for("what is not known is a reason to stop", lambda: once(rack, daemon, 1))
        if windows(daemon):
            raise Broken("a window for what was not begun")
        daemon.kill()
        if not once(rack, daemon, 4):
            raise Broken("safe although nobody could be asked")
        print("safe, pulled and done; the wrong cord, the unseen side and the dead daemon stopped it")

    return stage(sys.argv[1], play)


if __name__ == "__main__":
    sys.exit(main())
