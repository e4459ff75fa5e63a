#!/usr/bin/env python3
"""The daemon is killed, again and again, in the middle of an incident; the rack, the store and the listener are real.

  kill_test.py after BIN    killed after the incident's begin event was acknowledged, 50 times: still latched, the same id, and one value of
                            `incident` at the webhook
  kill_test.py before BIN   killed around the loss, before anything was acknowledged, 12 times (or --times N): the same labels at the
                            webhook afterwards, never two alerts firing
Prints what was counted; exit 1 with the reason when a promise is broken."""
import argparse, http.server, json, os, queue, random, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.request
from datetime import datetime

HERE = os.path.dirname(os.path.abspath(__file__))
RACK = os.path.join(HERE, "..", "..", "..", "hw-sim", "scenarios", "rack.yaml")
PATIENCE = 60


class Broken(Exception):
    pass


def wait_for(what, look):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise Broken(f"not within {PATIENCE} s: {what}")


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # the daemon on the other end was killed: what this test is about


class Listener:
    """Every alert that came, and which of them fire now."""

    def __init__(self):
        self.received, self.lock, listener = [], threading.Lock(), self

        class Receiver(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                alerts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with listener.lock:
                    listener.received.append(alerts)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = QuietServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def alerts(self):
        with self.lock:
            return [alert for body in self.received for alert in body]

    def most_firing(self):
        """The largest number of alerts that fired at once, body by body."""
        firing, most = set(), 0
        with self.lock:
            for body in self.received:
                for alert in body:
                    key = json.dumps(alert["labels"], sort_keys=True)
                    ended = datetime.fromisoformat(alert["endsAt"].replace("Z", "+00:00")).timestamp() <= time.time()
                    firing.discard(key) if ended else firing.add(key)
                most = max(most, len(firing))
        return most


class Rack:
    def __init__(self, binaries, folder, listener):
        self.binaries, self.folder = binaries, folder
        simulated = os.path.join(folder, "simulated.yaml")
        self.simulator = subprocess.Popen([f"{binaries}/hw-sim", "run", RACK, "--site", simulated], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.simulator.stdout:
            if line.startswith("control "):
                self.socket = line.split(" ", 1)[1].strip()
                break
        self.site = os.path.join(folder, "site.yaml")
        with open(simulated) as text, open(self.site, "w") as out:
            out.write(text.read() + f"store: {{path: {folder}/kill.db}}\nhttp: {{listen: 127.0.0.1:0}}\nalerts: {{webhook: [{listener.url}]}}\n")

    def do(self, command):
        answer = subprocess.run([f"{self.binaries}/hw-sim", "ctl", "--socket", self.socket, *command.split()], capture_output=True, text=True)
        if answer.returncode != 0:
            raise Broken(f"the simulator refused '{command}': {answer.stdout}")
        return json.loads(answer.stdout)

    def end(self):
        self.simulator.terminate()
        self.simulator.wait()


class Daemon:
    started = []

    def __init__(self, rack):
        self.started.append(self)
        self.log = open(os.path.join(rack.folder, "holdup.log"), "a")
        self.process = subprocess.Popen([f"{rack.binaries}/holdup", "run", "-c", rack.site], stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.process.stdout.readline().split(" ", 1)[-1].strip().rstrip("/")
        if not self.url.startswith("http"):
            raise Broken("the daemon did not start: see holdup.log")
        self.events = queue.Queue()
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        try:
            with urllib.request.urlopen(self.url + "/api/holdup/v1/stream", timeout=PATIENCE) as stream:
                for line in stream:
                    if line.startswith(b"data:"):
                        self.events.put(json.loads(line[5:]))
        except (OSError, ValueError):
            pass

    def status(self):
        with urllib.request.urlopen(self.url + "/api/holdup/v1/status", timeout=10) as answer:
            return json.load(answer)

    def event(self, what, wanted):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                event = self.events.get(timeout=1)
            except queue.Empty:
                continue
            if wanted(event):
                return event
        raise Broken(f"not within {PATIENCE} s: {what}")

    def redundant(self):
        wait_for("the rack is called redundant", lambda: self.status()["verdict"] == "redundant")

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


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
        daemon.event("the loss, begun", lambda e: e["durable"] and e["phase"] == "begin" and e["verdict"] == "supply_input_lost") if not daemon.status()["incidents"] else None
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
    folder = tempfile.mkdtemp(prefix="holdup-kill-")
    listener, rack, code = Listener(), None, 1
    try:
        rack = Rack(options.bin, folder, listener)
        play = killed_after if options.when == "after" else killed_before
        play(rack, listener, options.times or (50 if options.when == "after" else 12), random.Random(options.seed))
        if rack.do("status")["writes_seen"] != 0:
            raise Broken("something was written to a device")
        code = 0
    except Broken as broken:
        print(f"BROKEN  {broken}\nseen in {folder}")
    finally:
        for daemon in Daemon.started:
            daemon.kill()
        if rack:
            rack.end()
        if code == 0:
            shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
