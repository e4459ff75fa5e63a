#!/usr/bin/env python3
"""The daemon is killed, again and again, in the middle of an incident; the rack, the store and the listener are real.

  kill_test.py after BIN    killed after the incident's begin event was acknowledged, 50 times: still latched, the same id, and one value of
                            `incident` at the webhook
  kill_test.py before BIN   killed around the loss, before anything was acknowledged, 12 times (or --times N): the same labels at the
                            webhook afterwards, never two alerts firing
Prints what was counted; exit 1 with the reason when a promise is broken."""
import argparse, json, os, random, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from live_rack import Broken, Daemon, stage, wait_for


def killed_after(rack, listener, times, chance):
    daemon = Daemon(rack)
    daemon.redundant()
    rack.do("fail feed/A")
    begun = daemon.event("the begin event, acknowledged", lambda e: e["durable"] and e["phase"] == "begin" and e["verdict"] == "supply_input_lost")
    for _ in range(times):
        daemon.kill()
        daemon = Daemon(rack)
        wait_for("the incident, latched", lambda: [i for i in daemon.status()["incidents"] if i["id"] == begun["incident"]])
        time.sleep(chance.random() * 0.4)
    rack.do("restore feed/A")
    restored = daemon.event("restored", lambda e: e["verdict"] == "restored")
    daemon.kill()
    if restored["incident"] != begun["incident"]:
        raise Broken(f"restored is {restored['incident']}, begun was {begun['incident']}")
    incidents = {alert["annotations"]["incident"] for alert in listener.alerts()}
    if incidents != {begun["incident"]}:
        raise Broken(f"the webhook saw incidents {sorted(incidents)}")
    print(f"killed {times} times after the acknowledgement: latched each time as {begun['incident']}; {len(listener.alerts())} alerts received, one value of incident")


def killed_before(rack, listener, times, chance):
    daemon = Daemon(rack)
    for _ in range(times):
        daemon.redundant()
        before = len(listener.alerts())
        rack.do("fail pdu-a/outlet/3")
        time.sleep(chance.random() * 0.06)
        daemon.kill()
        daemon = Daemon(rack)
        wait_for("the loss, latched or seen anew", lambda: [i for i in daemon.status()["incidents"] if i["open"]])
        wait_for("an alert at the webhook", lambda: len(listener.alerts()) > before)
        labels = {json.dumps(alert["labels"], sort_keys=True) for alert in listener.alerts()[before:]}
        if len(labels) != 1:
            raise Broken(f"one loss, told under {len(labels)} identities: {sorted(labels)}")
        rack.do("restore pdu-a/outlet/3")
    daemon.redundant()
    daemon.kill()
    if listener.most_firing() > 1:
        raise Broken(f"{listener.most_firing()} alerts fired at once")
    print(f"killed {times} times around the loss: the same labels each time, never two alerts firing; {len(listener.alerts())} alerts received")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("when", choices=["after", "before"])
    arguments.add_argument("bin")
    arguments.add_argument("--times", type=int)
    arguments.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = arguments.parse_args()
    print(f"seed {options.seed}")
    chance = random.Random(options.seed)
    killed = killed_after if options.when == "after" else killed_before
    times = options.times or (50 if options.when == "after" else 12)
    return stage(options.bin, lambda rack, listener: killed(rack, listener, times, chance))


if __name__ == "__main__":
    sys.exit(main())
