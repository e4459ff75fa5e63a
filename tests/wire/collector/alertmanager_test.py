#!/usr/bin/env python3
"""A real Alertmanager receives what holdup says of the demo's rack: `alertmanager_test.py BIN`.

One alert from the loss to the restoration: it may change its name as the cause moves up, never its incident; then it resolves."""
import json, os, shutil, socket, subprocess, sys, tempfile, threading, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..", "..")
RACK = os.path.join(ROOT, "hw-sim", "scenarios", "rack.yaml")
PATIENCE = 90
CAUSES = {"supply_input_lost": "cab1/psu1", "pdu_dark": "pdu-a", "feed_lost": "feed/A"}  # on the way up
ROUTE = "route: {receiver: nobody, group_by: [rack]}\nreceivers: [{name: nobody}]\n"


class Broken(Exception):
    pass


def wait_for(what, look):
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        pause.wait(0.03)
    raise Broken(f"not within {PATIENCE} s: {what}")


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Programs:
    """What was started, ended in reverse."""

    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, name, *words, **options):
        log = open(os.path.join(self.folder, name + ".log"), "w")
        process = subprocess.Popen(words, stderr=log, text=True, **{"stdout": subprocess.PIPE, **options})
        self.running.append(process)
        return process

    def end(self):
        for process in reversed(self.running):
            process.terminate()
            process.wait()


def relocated(package, folder):
    """Debian's build insists on its templates under /usr/share, and is not installed: a copy of the program that looks for them below its
    working directory (a path of the same length)."""
    with open(package + "/usr/bin/prometheus-alertmanager", "rb") as program:
        code = program.read().replace(b"/usr/share/prometheus/alertmanager", b"usr/share//prometheus/alertmanager")
    copy = os.path.join(folder, "alertmanager")
    with open(copy, "wb") as out:
        out.write(code)
    os.chmod(copy, 0o755)
    return copy


class Alertmanager:
    """It takes no port 0, so one that was free a moment ago is tried, up to five times."""

    def __init__(self, programs):
        unpacked = subprocess.run([os.path.join(ROOT, "tests", "peers"), "prometheus-alertmanager"], capture_output=True, text=True)
        if unpacked.returncode != 0:
            raise Broken("prometheus-alertmanager cannot be had: " + unpacked.stderr)
        self.package = unpacked.stdout.strip()
        self.program = relocated(self.package, programs.folder)
        self.configuration = os.path.join(programs.folder, "alertmanager.yml")
        with open(self.configuration, "w") as out:
            out.write(ROUTE)
        for _ in range(5):
            if self.listens(programs):
                return
        raise Broken("Alertmanager does not start: see alertmanager.log")

    def listens(self, programs):
        self.url = f"http://127.0.0.1:{free_port()}"
        process = programs.start("alertmanager", self.program, "--config.file=" + self.configuration, "--cluster.listen-address=",
                                 "--web.listen-address=" + self.url[7:], "--storage.path=" + os.path.join(programs.folder, "storage"), stdout=subprocess.DEVNULL, cwd=self.package)
        return wait_for("Alertmanager is ready", lambda: "gone" if process.poll() is not None else self.ready()) != "gone"

    def ready(self):
        try:
            return get(self.url + "/-/ready")
        except OSError:
            return None

    def alerts(self):
        return json.loads(get(self.url + "/api/v2/alerts"))


def start_rack(programs, binaries, alertmanager):
    """The simulated rack and the daemon on it: (control socket, the daemon's URL)."""
    simulated, site = (os.path.join(programs.folder, name) for name in ("simulated.yaml", "site.yaml"))
    simulator = programs.start("hw-sim", f"{binaries}/hw-sim", "run", RACK, "--site", simulated)
    control = next((line.split()[1] for line in simulator.stdout if line.startswith("control ")), None)
    if not control:
        raise Broken("the simulator did not start: see hw-sim.log")
    with open(simulated) as text, open(site, "w") as out:
        out.write(text.read() + f"store: {{path: {programs.folder}/rack.db}}\nhttp: {{listen: 127.0.0.1:0}}\nalerts: {{alertmanager: [{alertmanager.url}]}}\n")
    daemon = programs.start("holdup", f"{binaries}/holdup", "run", "-c", site)
    url = daemon.stdout.readline().split(" ", 1)[-1].strip().rstrip("/")
    if not url.startswith("http"):
        raise Broken("the daemon did not start: see holdup.log")
    return control, url


def check_identity(alert):
    labels = alert["labels"]
    if set(labels) != {"alertname", "element", "rack", "severity"}:
        raise Broken(f"the labels are {labels}")
    if labels["rack"] != "r12" or labels["severity"] not in ("critical", "warning", "info") or CAUSES.get(labels["alertname"]) != labels["element"]:
        raise Broken(f"nobody lost that: {labels}")
    for name in ("incident", "strength", "summary", "evidence", "url"):
        if not alert["annotations"].get(name):
            raise Broken(f"no annotation {name}: {alert['annotations']}")


def one(alerts):
    """The only alert. A look that falls between the two alerts of one body is taken again."""
    seen = alerts()
    if len(seen) != 1:
        seen = alerts()
    if len(seen) != 1:
        raise Broken(f"{len(seen)} alerts fire: {[alert['labels'] for alert in seen]}")
    check_identity(seen[0])
    return seen[0]


def play(alertmanager, url, order):
    wait_for("the rack is called redundant", lambda: json.loads(get(url + "/api/holdup/v1/status"))["verdict"] == "redundant")
    if alertmanager.alerts():
        raise Broken("an alert fires in a whole rack")
    order("fail", "feed/A")
    wait_for("an alert", alertmanager.alerts)
    names, first = [], one(alertmanager.alerts)

    def moved_up():
        alert = one(alertmanager.alerts)
        if alert["annotations"]["incident"] != first["annotations"]["incident"]:
            raise Broken("the incident changed as the cause moved up")
        if alert["labels"]["alertname"] not in names:
            names.append(alert["labels"]["alertname"])
        return alert["labels"]["alertname"] == "feed_lost"

    wait_for("the cause is feed A", moved_up)
    order("restore", "feed/A")
    wait_for("the alert resolves", lambda: not alertmanager.alerts())
    wait_for("the rack is called redundant again", lambda: json.loads(get(url + "/api/holdup/v1/status"))["verdict"] == "redundant")
    if alertmanager.alerts():
        raise Broken("an alert fires again")
    print(f"one alert under {first['annotations']['incident']}: {' -> '.join(names)}, then resolved")


def main():
    binaries, folder = sys.argv[1], tempfile.mkdtemp(prefix="holdup-alertmanager-")
    programs, code = Programs(folder), 1
    try:
        alertmanager = Alertmanager(programs)
        control, url = start_rack(programs, binaries, alertmanager)

        def order(*words):
            answer = subprocess.run([f"{binaries}/hw-sim", "ctl", "--socket", control, *words], capture_output=True, text=True)
            if answer.returncode != 0:
                raise Broken(f"the simulator refused {words}: {answer.stdout}")
            return json.loads(answer.stdout)

        play(alertmanager, url, order)
        if order("status")["writes_seen"] != 0:
            raise Broken("something was written to a device")
        code = 0
    except Broken as broken:
        print(f"BROKEN  {broken}\nseen in {folder}")
    finally:
        programs.end()
        if code == 0:
            shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
