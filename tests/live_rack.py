"""A real rack for tests of the whole daemon: hw-sim, holdup and an HTTP listener, on loopback, in a folder of their own. Used by the
python tests of tests/wire and tests/fault."""
import http.server, json, os, queue, random, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.request
from datetime import datetime

RACK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hw-sim", "scenarios", "rack.yaml")
SIMULATOR = []  # more options of hw-sim
PATIENCE = 60  # seconds that only a hang takes


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

    def firing_labels(self):
        """The labels of what fires, by the newest word on each."""
        newest = {json.dumps(alert["labels"], sort_keys=True): alert["endsAt"] for alert in self.alerts()}
        return [json.loads(key) for key, ends in newest.items() if datetime.fromisoformat(ends.replace("Z", "+00:00")).timestamp() > time.time()]

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
        self.simulator = subprocess.Popen([f"{binaries}/hw-sim", "run", RACK, "--site", simulated, *SIMULATOR], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.simulator.stdout:
            if line.startswith("control "):
                self.socket = line.split(" ", 1)[1].strip()
                break
        self.site = os.path.join(folder, "site.yaml")
        with open(simulated) as text:
            self.text = text.read() + f"store: {{path: {folder}/rack.db}}\nhttp: {{listen: 127.0.0.1:0}}\nalerts: {{webhook: [{listener.url}]}}\n"
        self.write(self.text)

    def write(self, text):
        with open(self.site, "w") as out:
            out.write(text)

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

    def log_text(self):
        self.log.flush()
        with open(self.log.name) as log:
            return log.read()

    def redundant(self):
        """Waits until the rack is called redundant and every device of it was heard: a supply's own word comes before its PDU's."""

        def settled():
            status = self.status()
            return status["verdict"] == "redundant" and all(device["age_s"] is not None for device in status["devices"])

        wait_for("the rack is called redundant, every device heard", settled)

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def stage(binaries, play):
    """Runs play(rack, listener) on a rack of its own; exit code 0 when it kept its promises and nothing was written to a device."""
    folder = tempfile.mkdtemp(prefix="holdup-test-")
    listener, rack, code = Listener(), None, 1
    try:
        rack = Rack(binaries, folder, listener)
        play(rack, listener)
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
