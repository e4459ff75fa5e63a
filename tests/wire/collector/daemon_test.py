#!/usr/bin/env python3
"""The whole daemon against a simulated rack, on real sockets: `daemon_test.py WHAT BIN`, WHAT as below."""
import os, signal, subprocess, sys, time, urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from live_rack import PATIENCE, Broken, Daemon, stage, wait_for

SICK = ["garbage", "late", "duplicate", "wrong_id", "wrong_source", "truncated", "silent", "lossy ratio=0.5"]


def metrics(daemon):
    with urllib.request.urlopen(daemon.url + "/metrics", timeout=10) as answer:
        return answer.read().decode()


def ages(daemon):
    return {device["element"]: device["age_s"] for device in daemon.status()["devices"]}


def sick(rack, listener):
    """A device that misbehaves in every way harms nobody: its neighbours are polled on, and nothing is said of power."""
    daemon = Daemon(rack)
    daemon.redundant()
    for manner in SICK:
        rack.do(f"fault device/pdu-a2 kind={manner}")
        until = time.monotonic() + 3
        while time.monotonic() < until:
            late = {name: age for name, age in ages(daemon).items() if name != "device/pdu-a2" and (age is None or age > 5)}
            if late:
                raise Broken(f"while pdu-a2 is {manner}, not heard for 5 s: {late}")
            time.sleep(0.2)
        rack.do("clear device/pdu-a2")
    daemon.redundant()
    said = {alert["labels"]["alertname"] for alert in listener.alerts()} - {"telemetry_lost"}
    if said:
        raise Broken(f"said of power although it was fine: {said}")
    print(f"{len(SICK)} manners: neighbours polled on, nothing said of power")


def late(rack, listener):
    """A device that answers after its time-out is heard all the same: its values stay fresh, it is not called silent, and the log says why."""
    daemon = Daemon(rack)
    daemon.redundant()
    rack.do("fault device/pdu-a2 kind=slow ms=700")
    wait_for("the mend in the log", lambda: "answers_late device=pdu-a2" in daemon.log_text())
    time.sleep(8)
    age = ages(daemon)["device/pdu-a2"]
    if age is None or age > 6:
        raise Broken(f"pdu-a2 was last heard {age} s ago")
    if "device_silent device=pdu-a2" in daemon.log_text():
        raise Broken("pdu-a2 was called silent")
    if 'holdup_up{device="pdu-a2"' in metrics(daemon) and 'holdup_up{device="pdu-a2",rack="r12"} 1' not in metrics(daemon):
        raise Broken("holdup_up of pdu-a2 is not 1")
    said = {alert["labels"]["alertname"] for alert in listener.alerts()}
    if said:
        raise Broken(f"said although everything was fine: {said}")
    print("late answers were heard, the mend was said")


def reloaded(rack, listener):
    """SIGHUP swaps a good file in, keeps the old one on an error, and what is latched stays latched."""
    daemon = Daemon(rack)
    daemon.redundant()
    rack.do("fail pdu-a/outlet/3")
    begun = daemon.event("the loss", lambda e: e["phase"] == "begin" and e["verdict"] == "supply_input_lost")
    rack.write(rack.text.replace("rack: r12", "rack: r13", 1))
    daemon.process.send_signal(signal.SIGHUP)
    wait_for("the new rack's name", lambda: daemon.status()["rack"] == "r13")
    if begun["incident"] not in [incident["id"] for incident in daemon.status()["incidents"]]:
        raise Broken("the incident was lost by the reload")
    rack.write(rack.text + "nonsense: 1\n")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for("the refusal in the log", lambda: "reload_refused" in daemon.log_text())
    if "nonsense: unknown key" not in daemon.log_text():
        raise Broken("the log does not say what is wrong with the file")
    rack.do("restore pdu-a/outlet/3")
    restored = daemon.event("restored", lambda e: e["verdict"] == "restored")
    if restored["incident"] != begun["incident"]:
        raise Broken("restored under another id")
    print("swapped, refused, restored under one incident")


def terminated(rack, listener):
    """SIGTERM ends it with exit code 0, and everything said is in the file."""
    daemon = Daemon(rack)
    daemon.redundant()
    rack.do("fail feed/A")
    begun = daemon.event("the loss", lambda e: e["phase"] == "begin" and e["verdict"] == "supply_input_lost")
    daemon.process.send_signal(signal.SIGTERM)
    if daemon.process.wait(PATIENCE) != 0:
        raise Broken(f"exit code {daemon.process.returncode}")
    told = subprocess.run([f"{rack.binaries}/holdup", "events", "--store", f"{rack.folder}/rack.db", "--json"], capture_output=True, text=True)
    if f'"id":"{begun["id"]}"' not in told.stdout:
        raise Broken(f"the event is not in the file: {told.stdout[:400]} {told.stderr[:400]}")
    print("ended cleanly, the event is in the file")


def counted(rack, listener):
    """A card that restarts while the power behind it goes on: sysUpTime begins anew, nothing else moved, and an alert of that stands."""
    daemon = Daemon(rack)
    daemon.redundant()
    time.sleep(3)  # of polls on either side: what carried what before
    rack.do("fault device/pdu-b kind=reboot ms=1000")
    said = daemon.event("the restart", lambda e: e["verdict"] == "card_restarted" and e["durable"])
    if (said["element"], said["phase"], said["incident"]) != ("device/pdu-b", "begin", said["id"]):
        raise Broken(f"not an incident of its own: {said}")
    daemon.event("its end", lambda e: e["verdict"] == "restored" and e["incident"] == said["id"] and e["durable"])
    wait_for("its alert", lambda: [a for a in listener.alerts() if a["labels"]["alertname"] == "card_restarted" and a["labels"]["severity"] == "info"])
    closed = daemon.status()["incidents"]
    if any(incident["verdict"] == "card_restarted" for incident in closed):
        raise Broken(f"it stands open: {closed}")
    wrong = {alert["labels"]["alertname"] for alert in listener.alerts()} - {"telemetry_lost", "card_restarted"}
    if wrong:
        raise Broken(f"said of power although it was fine: {wrong}")
    print("a restarted card is told as such, once, and nothing is said of power")


def verbs(rack, listener):
    """status, events, query and their exit codes, on a daemon and on its file."""
    daemon = Daemon(rack)
    daemon.redundant()
    run = lambda *words: subprocess.run([f"{rack.binaries}/holdup", *words], capture_output=True, text=True, timeout=PATIENCE)
    expected = [(0, ["status", "--url", daemon.url]), (0, ["status", "--url", daemon.url, "--json"]), (0, ["events", "--url", daemon.url]),
                (0, ["query", "--url", daemon.url, "rack_power_watts > 0"]), (2, ["query", "--url", daemon.url, "rack_power_watts >"]),
                (4, ["status", "--url", "http://127.0.0.1:1"]), (2, ["status", "--nonsense"]), (0, ["check", "-c", rack.site])]
    for code, words in expected:
        answer = wait_for(f"an answer of {words}", lambda: run(*words))
        if answer.returncode != code:
            raise Broken(f"holdup {' '.join(words)}: exit code {answer.returncode}, not {code}: {answer.stdout[:300]} {answer.stderr[:300]}")
    rack.do("fail pdu-a/outlet/3")
    daemon.event("the loss", lambda e: e["durable"] and e["verdict"] == "supply_input_lost")
    if run("status", "--url", daemon.url).returncode != 1:
        raise Broken("an open incident is a problem found: exit code 1")
    for family in ("holdup_up", "holdup_build_info", "rack_power_watts", "holdup_point_age_seconds", "holdup_loop_turn_seconds", "holdup_redundancy"):
        if f"\n{family}" not in metrics(daemon):
            raise Broken(f"/metrics lacks {family}")
    print("verbs and exit codes as promised")


if __name__ == "__main__":
    plays = {play.__name__: play for play in (sick, late, reloaded, terminated, counted, verbs)}
    if len(sys.argv) != 3 or sys.argv[1] not in plays:
        sys.exit(f"usage: daemon_test.py {'|'.join(plays)} BIN")
    sys.exit(stage(sys.argv[2], plays[sys.argv[1]]))
