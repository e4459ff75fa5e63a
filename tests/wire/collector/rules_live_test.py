#!/usr/bin/env python3
"""Rules in a real daemon on a real rack: `rules_live_test.py killed|dying|looking_back BIN`.

killed: after kill -9 an alert goes on under the same begin, recorded series go on, nothing is told over that is not, and its end comes once
looking_back: what was before a start, and before a reload, is in the windows and subqueries of rules before these say anything
dying: a device that falls silent takes its own alert back only once telemetry_lost was said"""
import json, os, signal, sys, urllib.parse, urllib.request

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


FAN = 'rack_fan_speed_rpm{device="shelf-psu1"}'
PAST = f"""groups:
- name: past
  interval: 1s
  rules:
  - {{alert: stopped, expr: 'max_over_time({FAN}[10m]) > 8000 and {FAN} < 100'}}
  - {{alert: stopped_by_steps, expr: 'max_over_time({FAN}[2h:1s]) > 8000 and {FAN} < 100'}}
  - {{alert: never_turned, expr: 'max_over_time({FAN}[10m]) < 100'}}
  - {{alert: never_turned_by_steps, expr: 'max_over_time({FAN}[2h:1s]) < 100'}}
  - {{alert: nothing_known, expr: 'absent(rack:fan:most)'}}
  - {{record: 'rack:fan:most', expr: 'max(max_over_time({FAN}[10m]))'}}
"""
RELOADED = f"""  - {{alert: reloaded, expr: 'max_over_time({FAN}[11m]) > 8000 and {FAN} < 100'}}
  - {{alert: reloaded_by_steps, expr: 'max_over_time({FAN}[2h1m:1s]) > 8000 and {FAN} < 100'}}
  - {{alert: never_reloaded, expr: 'max_over_time({FAN}[12m]) < 100'}}
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


def looking_back(rack, listener):
    rules = os.path.join(rack.folder, "past.yml")
    daemon = Daemon(rack)
    daemon.redundant()
    seen_by_a_step = f"max_over_time({FAN}[1m:1s])"  # the next sample may come within the same second, and no step between them
    wait_for("its fan in the store", lambda: [s for s in query(daemon, seen_by_a_step) if float(s["value"][1]) > 8000])
    daemon.kill()
    rack.do("set cab1/psu1 fan=0")
    with open(rules, "w") as out:
        out.write(PAST)
    rack.write(rack.text + "rules: [past.yml]\n")
    daemon = Daemon(rack)
    for name in ("stopped", "stopped_by_steps"):
        wait_for(f"the alert {name}", lambda: told(listener, name))
    with open(rules, "a") as out:
        out.write(RELOADED)
    daemon.process.send_signal(signal.SIGHUP)
    for name in ("reloaded", "reloaded_by_steps"):
        wait_for(f"the alert {name}", lambda: told(listener, name))
    wait_for("the log's word on the store", lambda: daemon.log_text().count("rules_looked_back") >= 2)
    for name in ("never_turned", "never_turned_by_steps", "nothing_known", "never_reloaded"):
        if told(listener, name):
            raise Broken(f"{name} was told: its window began empty")
    if {a["alertname"] for a in listener.firing_labels()} < {"stopped", "stopped_by_steps", "reloaded", "reloaded_by_steps"}:
        raise Broken("an alert was taken back")
    daemon.kill()
    print("windows and steps were filled at the start and at a reload: " + [line for line in daemon.log_text().splitlines() if "rules_looked_back" in line][0])


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
    sys.exit(stage(sys.argv[2], {"killed": killed, "dying": dying, "looking_back": looking_back}[sys.argv[1]]))
