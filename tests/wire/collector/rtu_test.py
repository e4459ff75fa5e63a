#!/usr/bin/env python3
"""The whole daemon on a simulated serial line with two supplies: `rtu_test.py WHAT BIN`, WHAT as below."""
import json, os, re, sys, tempfile, time, urllib.parse, urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import live_rack
from live_rack import Broken, Daemon, stage, wait_for

SHELF = os.path.join(os.path.dirname(live_rack.RACK), "shelf-rtu.yaml")
SICK, WELL = "device/shelf-psu1", "device/shelf-psu2"
MANNERS = ["bad_crc", "bad_crc ratio=0.5", "echo", "echo ratio=0.5", "gaps ms=40", "drip ms=2", "drip ms=1000", "wrong_source", "wrong_id",
           "late ms=600", "slow ms=150", "silent", "lossy ratio=0.5", "truncated", "garbage", "duplicate", "merged", "byte_count", "data_size",
           "busy", "exception"]
UNDERSTOOD = ["echo", "echo ratio=0.5", "gaps ms=40", "drip ms=2", "duplicate", "merged"]  # of these the unit itself is heard on, too
CALM = 2  # seconds: four of the units' periods
MASTERS_ROUND = 1.6  # seconds: 16 questions, 100 ms apart; the lanes of the site file are shorter, 500 ms


def shelf(folder, master=None):
    """The shelf without its contacts, whose chip is a kernel's, and its line behind a link, as udev gives a USB adapter."""
    with open(SHELF) as file:
        text = file.read().replace("/dev/ttyUSB0", f"{folder}/line")
    text = re.sub(r"^contacts:\n(  .*\n)+", "", text, flags=re.M)
    text = re.sub(r"^  contact/.*\n", "", text, flags=re.M)
    if master:
        text = text.replace("profile: orv3-psu,", "profile: orv3-psu, tap: true,")
        text = text.replace("shelf-psu1: {turnaround: 5ms}", f"shelf-psu1: {{turnaround: 5ms, master: {master}}}")
    path = os.path.join(folder, "shelf.yaml")
    with open(path, "w") as file:
        file.write(text)
    return path


def ages(daemon):
    return {device["element"]: device["age_s"] for device in daemon.status()["devices"]}


def input_voltages(daemon):
    """By supply: value, quality and age of the input voltage that the supply itself tells."""
    return {supply["element"]: value for supply in daemon.status()["supplies"] for value in supply["values"]
            if value["metric"] == "rack_voltage_volts" and value["labels"].get("name") == "input" and "psu" in value["labels"]["device"]}


def heard_well(daemon):
    daemon.redundant()
    wait_for("both supplies' input voltages, good and fresh", lambda: len(input_voltages(daemon)) == 2
             and all(volts["quality"] == "good" and volts["age_s"] < 3 for volts in input_voltages(daemon).values()))
    for supply, volts in input_voltages(daemon).items():
        if volts["quality"] == "good" and abs(volts["value"] - 230) > 12:
            raise Broken(f"{supply} is told to have {volts}")


def nothing_said_of_power(listener, of=SICK):
    said = [alert["labels"] for alert in listener.alerts() if alert["labels"]["alertname"] != "telemetry_lost"]
    if said:
        raise Broken(f"said although the power was fine: {said}")
    others = {alert["labels"]["element"] for alert in listener.alerts()} - {of}
    if others:
        raise Broken(f"called silent although it was heard: {others}")


def lose_and_restore(rack, daemon, supply, feed):
    rack.do(f"fail feed/{feed}")
    begun = daemon.event("the loss", lambda e: e["phase"] == "begin" and e["verdict"] == "supply_input_lost")
    if begun["element"] != supply:
        raise Broken(f"{begun['element']} is told of instead of {supply}")
    pdu = "pdu-" + feed.lower()
    daemon.event("its PDU, the only one of its feed", lambda e: (e["verdict"], e["element"], e["incident"]) == ("pdu_dark", pdu, begun["incident"]))
    rack.do(f"restore feed/{feed}")
    daemon.event("restored", lambda e: e["verdict"] == "restored" and e["phase"] == "end" and e["incident"] == begun["incident"])
    heard_well(daemon)
    return begun


def told(rack, listener):
    """Two supplies on one line: what each says arrives, and the loss of each one's input is told of that one, and of its PDU."""
    daemon = Daemon(rack)
    heard_well(daemon)
    for supply, feed in (("cab1/psu1", "A"), ("cab1/psu2", "B")):
        lose_and_restore(rack, daemon, supply, feed)
    rack.do("fail cab1/psu2")
    daemon.event("the failed supply", lambda e: e["phase"] == "begin" and e["verdict"] == "supply_output_failed" and e["element"] == "cab1/psu2")
    rack.do("restore cab1/psu2")
    heard_well(daemon)
    print("both supplies heard over one line, each loss told of the right one")


def sick(rack, listener):
    """One unit misbehaves in every way: the other is heard on, and nothing is said of power."""
    daemon, oldest = Daemon(rack), {}
    heard_well(daemon)
    for manner in MANNERS:
        rack.do(f"fault {SICK} kind={manner}")
        until, oldest[manner] = time.monotonic() + CALM, 0
        while time.monotonic() < until:
            age = ages(daemon)[WELL]
            if age is None or age > 5:
                raise Broken(f"while its neighbour is {manner}, {WELL} was heard {age} s ago")
            oldest[manner] = max(oldest[manner], age)
            time.sleep(0.05)
        if manner in UNDERSTOOD:
            wait_for(f"{SICK} heard while it is {manner}", lambda: (ages(daemon)[SICK] or 9) < 1)
        rack.do(f"clear {SICK}")
        wait_for(f"{SICK} heard again after {manner}", lambda: (ages(daemon)[SICK] or 9) < 1)
        nothing_said_of_power(listener)
    heard_well(daemon)
    print("the neighbour's age at most: " + ", ".join(f"{manner} {age:.2f} s" for manner, age in oldest.items()))


def unplugged(rack, listener):
    """The line's adapter goes and comes back as another terminal: both units are silent, nothing is said of power, and both are heard again."""
    daemon = Daemon(rack)
    heard_well(daemon)
    for _ in range(3):
        rack.do(f"fault {SICK} kind=unplugged")
        wait_for("both units are old", lambda: min(ages(daemon)[SICK], ages(daemon)[WELL]) > 1.5)
        rack.do(f"clear {SICK}")
        wait_for("both units heard again", lambda: max(ages(daemon)[SICK], ages(daemon)[WELL]) < 1)
    heard_well(daemon)
    said = {alert["labels"]["alertname"] for alert in listener.alerts()} - {"telemetry_lost"}
    if said:
        raise Broken(f"said although the power was fine: {said}")
    lose_and_restore(rack, daemon, "cab1/psu1", "A")
    print("unplugged three times, heard again each time")


def told_at(daemon):
    """When the supplies' input voltages were measured, as the samples of the last minute say."""
    question = urllib.parse.quote('rack_voltage_volts{name="input",device=~"shelf-psu.*"}[1m]')
    with urllib.request.urlopen(f"{daemon.url}/api/v1/query?query={question}", timeout=10) as answer:
        return {one["metric"]["device"]: [float(at) for at, _ in one["values"]] for one in json.load(answer)["data"]["result"]}


def tapped(rack, listener):
    """The shelf's own controller asks, holdup listens only: samples have the times they were heard at, the loss is told, not a byte is sent."""
    daemon = Daemon(rack)
    heard_well(daemon)
    wait_for("six hearings of each supply", lambda: len(told_at(daemon)) == 2 and min(len(times) for times in told_at(daemon).values()) >= 6)
    for device, times in told_at(daemon).items():
        shortest = min(later - earlier for earlier, later in zip(times, times[1:]))
        if shortest < 0.6 * MASTERS_ROUND:
            raise Broken(f"samples of {device} are {shortest:.2f} s apart although the master asks it every {MASTERS_ROUND} s only: {times}")
    lose_and_restore(rack, daemon, "cab1/psu1", "A")
    rack.do(f"fault {SICK} kind=unplugged")
    wait_for("both units are old", lambda: min(ages(daemon)[SICK], ages(daemon)[WELL]) > 3 * MASTERS_ROUND)
    rack.do(f"clear {SICK}")
    wait_for("both units heard again", lambda: max(ages(daemon)[SICK], ages(daemon)[WELL]) < 2 * MASTERS_ROUND)
    heard_well(daemon)
    lines = rack.do("status")["lines"]
    if [line["bytes_heard"] for line in lines.values()] != [0]:
        raise Broken(f"something was sent: {lines}")
    print("heard by the line's own master, and only then; not a byte sent")


if __name__ == "__main__":
    plays = {play.__name__: play for play in (told, sick, unplugged, tapped)}
    if len(sys.argv) != 3 or sys.argv[1] not in plays:
        sys.exit(f"usage: rtu_test.py {'|'.join(plays)} BIN")
    with tempfile.TemporaryDirectory(prefix="holdup-test-") as place:
        live_rack.RACK = shelf(place, master="100ms" if sys.argv[1] == "tapped" else None)
        sys.exit(stage(sys.argv[2], plays[sys.argv[1]]))
