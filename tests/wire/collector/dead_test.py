#!/usr/bin/env python3
"""Devices that are silent cost the living nothing: `dead_test.py BIN`. 40 simulated PDUs, 10 of them silent from the first question on, and
the whole daemon: every living one is identified and polled on, none of the dead is taken for one."""
import os, sys, tempfile, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import live_rack
from live_rack import Broken, Daemon, stage, wait_for

PDUS, DEAD = 40, 10
WATCHED_SECONDS, PATIENT_SECONDS = 10, 5  # polled every second; a silence this long is none of a busy machine


def rack_text():
    devices, loads, sim = "devices:\n", "loads:\n", "sim:\n"
    for number in range(1, PDUS + 1):
        devices += f"  pdu-{number}: {{url: snmp://192.0.2.{number}, feed: {'AB'[number % 2]}}}\n"
        sim += f"  pdu-{number}: {{model: raritan-px3, refresh: 1s}}\n"
    for number in range(1, PDUS + 1, 2):
        loads += f"  cab{number}:\n    supplies:\n"
        loads += "".join(f"      psu{psu}: {{cord: pdu-{number - 1 + psu}/outlet/1, rated_watts: 600, holdup: 20ms}}\n" for psu in (1, 2))
        sim += f"  cab{number}: {{watts: 300}}\n"
    feeds = "".join(f"  {feed}: {{nominal_volts: 230, rating_amperes: 32}}\n" for feed in "AB")
    return f"rack: dead\nsystem: 1ph\nfeeds:\n{feeds}{devices}{loads}{sim}"


def crowd(rack, listener):
    dead = {f"device/pdu-{4 * number}" for number in range(1, DEAD + 1)}
    for device in dead:
        rack.do(f"fault {device} kind=silent")
    daemon = Daemon(rack)

    def ages():
        return {device["element"]: device["age_s"] for device in daemon.status()["devices"]}

    wait_for("every living device answers", lambda: all(age is not None for name, age in ages().items() if name not in dead))
    oldest, end = 0, time.monotonic() + WATCHED_SECONDS
    while time.monotonic() < end:
        told = ages()
        if len(told) != PDUS:
            raise Broken(f"{len(told)} devices are told of")
        if any(told[name] is not None for name in dead):
            raise Broken("a dead device is said to have answered")
        oldest = max(oldest, *(age for name, age in told.items() if name not in dead))
        threading.Event().wait(0.1)
    if oldest > PATIENT_SECONDS:
        raise Broken(f"a living device was not heard for {oldest} s")
    print(f"{PDUS - DEAD} living devices polled, the oldest answer {oldest:.1f} s old; {DEAD} dead")


def main():
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as rack:
        rack.write(rack_text())
        rack.flush()
        live_rack.RACK = rack.name
        return stage(sys.argv[1], crowd)


if __name__ == "__main__":
    sys.exit(main())
