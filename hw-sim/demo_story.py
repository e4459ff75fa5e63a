#!/usr/bin/env python3
"""The demo's story: a rack and its collector, a fan that wears, a feed that fails and comes back; what was said when, and on what proof.

Run by hw-sim/demo, which builds first. Starts hw-sim and holdup, receives the alerts on a real HTTP listener, reads holdup's own event
stream, and prints one timeline. Exit 0 only if every step was seen."""
import argparse, datetime, http.server, json, os, queue, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 90  # seconds for any one step: far beyond what a loaded machine needs

colourful = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if colourful else text


def title(text):
    print("\n" + paint("1", text), flush=True)


def note(text):
    print("  " + text, flush=True)


class Missed(Exception):
    """A step of the story was not seen."""


class Watch:
    """Lines of a running program, or bodies of a listener, with the moment each arrived."""

    def __init__(self):
        self.arrived = queue.Queue()
        self.seen = []

    def put(self, item):
        self.arrived.put((time.time(), item))

    def until(self, what, wanted):
        """The first item, seen before or to come, that is wanted."""
        for at, item in self.seen:
            if wanted(item):
                return at, item
        deadline = time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            try:
                at, item = self.arrived.get(timeout=left)
            except queue.Empty:
                break
            self.seen.append((at, item))
            if wanted(item):
                return at, item
        raise Missed(f"not seen within {PATIENCE} s: {what}")


class Program:
    """A child process; its standard output is watched, it is ended by its pid."""

    def __init__(self, command, log):
        self.lines = Watch()
        self.log = open(log, "w")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def ready(self, prefix):
        return self.lines.until(f"'{prefix}' from {self.process.args[0]}", lambda line: line.startswith(prefix))[1]

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def listen_for_alerts(watch):
    """A real HTTP listener: what a webhook or an Alertmanager would get."""

    class Receiver(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            for alert in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
                watch.put(alert)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Demo:
    def __init__(self, binaries, folder):
        self.binaries, self.folder = binaries, folder
        self.alerts, self.programs, self.steps = Watch(), [], []
        self.listener = listen_for_alerts(self.alerts)

    def start(self, name, *arguments):
        log = os.path.join(self.folder, f"{name}-{len(self.programs)}.log")
        program = Program([os.path.join(self.binaries, name), *arguments], log)
        self.programs.append(program)
        return program

    def end(self):
        for program in reversed(self.programs):
            program.end()
        self.listener.shutdown()

    # -- the stage

    def set_up(self):
        title("A rack: feeds A and B, two PDUs on A, one on B, a storage cabinet with a supply on each feed")
        site = os.path.join(self.folder, "simulated.yaml")
        simulator = self.start("hw-sim", "run", os.path.join(HERE, "scenarios", "rack.yaml"), "--site", site)
        self.socket = simulator.ready("control ").split(" ", 1)[1]
        for _, line in simulator.lines.seen:
            if line.startswith("ready "):
                note("simulated  " + line[len("ready "):])
        self.site = os.path.join(self.folder, "site.yaml")
        with open(site) as simulated, open(self.site, "w") as out:
            out.write(simulated.read())
            out.write(f"store: {{path: {self.folder}/demo.db}}\nhttp: {{listen: 127.0.0.1:0}}\n")
            out.write(f"alerts: {{webhook: [http://127.0.0.1:{self.listener.server_address[1]}/hook]}}\n")
            out.write(f"rules: [{os.path.dirname(HERE)}/collector/rules/pack/*.yml]\n")
        self.collector = self.start("holdup", "run", "-c", self.site)
        self.url = self.collector.ready("ready ").split(" ", 1)[1].rstrip("/")
        self.events = self.start("holdup", "events", "--follow", "--json", "--url", self.url).lines
        note("collector  " + paint("4", self.url))
        self.wait_redundant("the collector sees both feeds and calls the rack redundant")

    def status(self):
        with urllib.request.urlopen(self.url + "/api/holdup/v1/status", timeout=10) as answer:
            return json.load(answer)

    def wait_redundant(self, step):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            status = self.status()
            if status.get("verdict") == "redundant":
                note(paint("32", status["sentence"]))
                return self.steps.append(step)
            time.sleep(0.2)
        raise Missed(f"{step}; it says: {status.get('sentence')}")

    def do(self, command):
        answer = subprocess.run([os.path.join(self.binaries, "hw-sim"), "ctl", "--socket", self.socket, *command.split()], capture_output=True, text=True)
        if answer.returncode != 0:
            raise Missed(f"the simulator refused '{command}': {answer.stdout}{answer.stderr}")
        return time.time()

    # -- what is waited for

    def alert(self, name, status="firing", since=0.0):
        def wanted(alert):
            ends = datetime.datetime.fromisoformat(alert["endsAt"].replace("Z", "+00:00")).timestamp()
            starts = datetime.datetime.fromisoformat(alert["startsAt"].replace("Z", "+00:00")).timestamp()
            return alert["labels"]["alertname"] == name and (ends > time.time()) == (status == "firing") and (status != "firing" or starts >= since - 1)

        return self.alerts.until(f"alert {name} {status}", wanted)

    def event(self, verdict, element, phase, since):
        def wanted(line):
            event = json.loads(line)
            return (event["verdict"], event["element"], event["phase"]) == (verdict, element, phase) and when(event) >= since - 0.002

        return json.loads(self.events.until(f"{phase} {verdict} {element}", wanted)[1])

    # -- the story

    def fan_wears(self):
        title("A fan wears: the supply on feed B still carries its half, and nobody would look at it")
        began = self.do("set cab1/psu2 fan=0.7")
        at, alert = self.alert("fan_decay")
        note(f"+{at - began:6.1f} s   {paint('33', 'warned')}     {alert['annotations']['summary']}")
        self.steps.append("a wearing fan is warned of before anything failed")
        self.do("restore cab1/psu2")

    def feed_fails(self):
        title("Feed A fails. Nothing in the cabinet notices: the supply on B takes the whole load")
        self.failed = self.do("fail feed/A")
        self.incidents = set()
        for verdict, element in (("supply_input_lost", "cab1/psu1"), ("pdu_dark", "pdu-a"), ("feed_lost", "feed/A")):
            event = self.event(verdict, element, "begin", self.failed)
            self.incidents.add(event["incident"])
            note(f"+{1000 * (when(event) - self.failed):7.0f} ms  {paint('31', verdict):10} {element}  {event['strength']}")
            for sign in event["evidence"][:4]:
                value = "" if sign["value"] is None else f" = {sign['value']:g}"
                note(f"{'':14}{paint('2', sign['source'] + '  ' + sign['point'] + value)}")
            self.steps.append(f"{verdict} of {element} is said, {event['strength']}")
        at, alert = self.alert("supply_input_lost", since=self.failed)
        note(f"+{1000 * (at - self.failed):7.0f} ms  {paint('1', 'alert received')} by the HTTP listener: {alert['labels']['alertname']} {alert['labels']['element']}, {alert['labels']['severity']}")
        self.steps.append("the first alert reached a real HTTP listener")
        at, alert = self.alert("feed_lost", since=self.failed)
        self.incidents.add(alert["annotations"]["incident"])
        note(f"+{1000 * (at - self.failed):7.0f} ms  the cause moved up to {alert['labels']['element']}: the same page, incident {alert['annotations']['incident']}")
        if len(self.incidents) != 1:
            raise Missed(f"one cause is one incident, seen were {sorted(self.incidents)}")
        self.steps.append("one cause is one incident")

    def feed_returns(self):
        title("Feed A is back. holdup stays red until each loss is proven gone")
        back = self.do("restore feed/A")
        status = self.status()
        if status.get("verdict") == "redundant":
            raise Missed("not green before it is proven")
        note(f"+{1000 * (time.time() - back):7.0f} ms  {paint('31', status['sentence'])}")
        self.steps.append("not green because the power is back")
        event = self.event("restored", "feed/A", "end", back)
        note(f"+{1000 * (when(event) - back):7.0f} ms  {paint('32', 'restored')} feed/A, {event['strength']}; line by line:")
        for line in event["evidence"]:
            note(f"{'':14}{line['source']}  {line['point']}" + ("" if line["value"] is None else f" = {line['value']:g}"))
        self.steps.append("the restoration is proven and says what it cannot see")
        self.alert("feed_lost", "resolved")
        self.steps.append("the alert is resolved at the listener")
        self.wait_redundant("the rack is called redundant again")
        seen = json.loads(subprocess.run([os.path.join(self.binaries, "hw-sim"), "ctl", "--socket", self.socket, "status"], capture_output=True, text=True).stdout)
        if seen["writes_seen"] != 0:
            raise Missed("no device was ever written to")
        self.steps.append("no device was ever written to")


def when(event):
    return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()


def main():
    arguments = argparse.ArgumentParser(description="The demo's story; hw-sim/demo builds and runs it.")
    arguments.add_argument("--bin", required=True, help="where holdup and hw-sim are")
    arguments.add_argument("--once", action="store_true", help="end after the last step")
    options = arguments.parse_args()
    folder = tempfile.mkdtemp(prefix="holdup-demo-")
    demo = Demo(options.bin, folder)
    code = 1
    try:
        demo.set_up()
        demo.fan_wears()
        demo.feed_fails()
        demo.feed_returns()
        title(f"{len(demo.steps)} steps seen")
        for step in demo.steps:
            note(paint("32", "✓ ") + step)
        code = 0
        if not options.once and sys.stdin.isatty() and sys.stdout.isatty():
            title(f"The page stays up at {demo.url} until Ctrl-C")
            signal.pause()
    except Missed as missed:
        print(paint("31", f"\nMISSED  {missed}"), file=sys.stderr)
        print(f"Logs are in {folder}", file=sys.stderr)
    except KeyboardInterrupt:
        print()
    finally:
        demo.end()
        if code == 0:
            shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
