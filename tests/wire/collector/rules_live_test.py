#!/usr/bin/env python3
"""Rules in a real daemon on a real rack: `rules_live_test.py killed|dying BIN`.

killed: after kill -9 an alert goes on under the same begin, recorded series go on, nothing is told over that is not, and its end comes once
dying: a device that falls silent takes its own alert back only once telemetry_lost was said"""
import json, os, sys, urllib.parse, urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from live_rack import Broken, Daemon, stage, wait_for

RULES = """groups:
- name: own
  interval: 1s
  rules:
  - record: rack:fan:least
    expr: min(rack_fan_speed_rpm)
  - alert: fans_turn
    expr: rack:fan:least > 100
    annotations: {summary: 'at {{ $value | humanize }} rpm of {{ with query "rack:fan:least" }}{{ len . }}{{ end }}'}
  - alert: one_turns
    expr: rack_fan_speed_rpm{device="shelf-psu1"} > 100
"""


def query(daemon, expression):
    url = daemon.url + "/api/v1/query?" + urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)["data"]["result"]


def told(listener, name):
    return [alert for alert in listener.alerts() if alert["labels"]["alertname"] == name]


def add_rules(rack):
    with open(os.path.join(rack.folder, "own.yml"), "w") as out:
        out.write(RULES)
    rack.write(rack.text + "rules: [own.yml]\n")


def killed(rack, listener):
    add_rules(rack)
    daemon = Daemon(rack)
    daemon.redundant()
    wait_for("the alert at the webhook", lambda: told(listener, "fans_turn"))
    begin = told(listener, "fans_turn")[0]["startsAt"]
    wait_for("the alert in the store", lambda: query(daemon, 'holdup_alert_firing_since_seconds{alertname="fans_turn"}'))
    wait_for("the recorded series in the store", lambda: query(daemon, "rack:fan:least"))
    for _ in range(3):
        before = len(listener.alerts())
        daemon.kill()
        daemon = Daemon(rack)
        daemon.redundant()
        wait_for("the alert, told again", lambda: [a for a in listener.alerts()[before:] if a["labels"]["alertname"] == "fans_turn"])
    if {alert["startsAt"] for alert in told(listener, "fans_turn")} != {begin}:
        raise Broken(f"one alert, told under {sorted({a['startsAt'] for a in told(listener, 'fans_turn')})}")
    if "alerts_restored" not in daemon.log_text():
        raise Broken("the log does not tell that alerts were restored")
    if [a for a in listener.firing_labels() if a["alertname"] == "fans_turn"] == []:
        raise Broken("it was told over")
    summaries = {alert["annotations"]["summary"] for alert in told(listener, "fans_turn")}
    if not any(text.endswith("k rpm of 1") for text in summaries):
        raise Broken(f"its summary is {summaries}")
    rack.do("set cab1/psu1 fan=0")
    wait_for("the end", lambda: [a for a in listener.firing_labels() if a["alertname"] == "fans_turn"] == [])
    if {alert["startsAt"] for alert in told(listener, "fans_turn")} != {begin}:
        raise Broken("its end came under another begin")
    daemon.kill()
    print(f"killed three times: one alert since {begin}, told {len(told(listener, 'fans_turn'))} times, over once")


def dying(rack, listener):
    add_rules(rack)
    daemon = Daemon(rack)
    daemon.redundant()
    wait_for("the alert at the webhook", lambda: told(listener, "one_turns"))
    rack.do("fault device/shelf-psu1 kind=silent")
    lost = daemon.event("telemetry_lost", lambda e: e["verdict"] == "telemetry_lost" and e["element"] == "device/shelf-psu1" and e["phase"] == "begin")
    wait_for("the end of its alert", lambda: [a for a in listener.firing_labels() if a["alertname"] == "one_turns"] == [])
    end = min(alert["endsAt"] for alert in told(listener, "one_turns"))
    if end < lost["time"]:
        raise Broken(f"its alert was over at {end}, its silence a verdict at {lost['time']} only")
    rack.do("clear device/shelf-psu1 kind=silent")
    wait_for("the alert, once it answers", lambda: [a for a in listener.firing_labels() if a["alertname"] == "one_turns"])
    daemon.kill()
    print(f"over at {end}, not before telemetry_lost of {lost['time']}")


if __name__ == "__main__":
    sys.exit(stage(sys.argv[2], {"killed": killed, "dying": dying}[sys.argv[1]]))
