#!/usr/bin/env python3
"""A device whose every text is hostile: whatever verb, page, metric or log shows it, nothing moves a terminal's cursor, turns a line round or
becomes markup. `hostile_test.py WHAT BIN`, WHAT as below."""
import json, os, re, socket, subprocess, sys, tempfile, threading, time, urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from live_rack import PATIENCE, Broken, wait_for

HOST = f"127.{20 + os.getpid() % 200}.{os.getpid() // 200 % 250}.66"
HOSTILE = ("\x1b]0;owned\x07\x1b[2J\x1b[31m\u202edlrow\u202c\u2066x\u2069\u009b31m\x00\r\n\x7f\u200f<script>alert(1)</script>=cmd()\"'\\{}%n").encode() + b"\xff\xc0\xaf\xed\xa0\x80"
APC = "1.3.6.1.4.1.318"
PDU2 = f"{APC}.1.1.26"
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def text(oid, content):
    return f"{oid}|4x|{content.hex().upper()}"


def recording():
    """As much as a datagram of the simulator holds; longer texts come by traps."""
    lines = [text("1.3.6.1.2.1.1.1.0", b"APC Web/SNMP (MN:AP8853" + HOSTILE + b" SN:" + HOSTILE + b")"), f"1.3.6.1.2.1.1.2.0|6|{APC}.1.3.4.6", "1.3.6.1.2.1.1.3.0|67|100"]
    lines += [text(f"1.3.6.1.2.1.1.{number}.0", HOSTILE) for number in (4, 5, 6)]
    lines += [text(f"{PDU2}.2.1.{column}.1", HOSTILE) for column in (3, 6, 8, 9)]
    for outlet in range(1, 6):
        lines.append(text(f"{PDU2}.9.2.3.1.3.{outlet}", HOSTILE * (8 if outlet == 2 else 1)))
        lines.append(text(f"{PDU2}.9.2.3.1.4.{outlet}", HOSTILE) if outlet == 5 else f"{PDU2}.9.2.3.1.4.{outlet}|2|{outlet}")
        lines.append(f"{PDU2}.9.2.3.1.5.{outlet}|2|2")
        lines.append(f"{PDU2}.9.2.3.1.2.{outlet}|2|1")
    return sorted(lines, key=lambda line: [int(part) for part in line.split("|")[0].split(".")])


def expect_harmless(what, output):
    try:
        shown = output.decode()
    except UnicodeDecodeError as error:
        raise Broken(f"{what}: no UTF-8: {error}")
    found = FORBIDDEN.search(shown)
    if found:
        raise Broken(f"{what}: {found[0]!r} in {shown[max(0, found.start() - 60):found.end() + 20]!r}")
    return shown


class Device:
    def __init__(self, binaries, folder):
        self.binaries, self.file = binaries, os.path.join(folder, "hostile.snmprec")
        with open(self.file, "w") as out:
            out.write("\n".join(recording()) + "\n")
        self.simulator = subprocess.Popen([f"{binaries}/hw-sim", "replay", self.file, "--listen", f"{HOST}:0"], stdout=subprocess.PIPE, text=True)
        self.port = self.simulator.stdout.readline().split()[1].rsplit(":", 1)[1]
        self.socket = self.simulator.stdout.readline().split(" ", 1)[1].strip()
        self.url, self.element = f"snmp://{HOST}:{self.port}", "device/hostile"

    def run(self, program, *words, codes=(0,)):
        """What it said, harmless on both streams, and that it saw the device at all."""
        done = subprocess.run([f"{self.binaries}/{program}", *words], capture_output=True, timeout=PATIENCE)
        expect_harmless(f"{program} {words} stderr", done.stderr)
        shown = expect_harmless(f"{program} {words} stdout", done.stdout)
        if done.returncode not in codes:
            raise Broken(f"{program} {words}: exit code {done.returncode}: {shown[:300]} {done.stderr[:300]}")
        return shown

    def end(self):
        self.simulator.terminate()
        self.simulator.wait()


def asked(device, folder):
    """probe, scan, profile test and hw-sim record."""
    for words in (["probe", device.url], ["probe", device.url, "--explain"], ["profile", "test", device.file]):
        if "dlrow" not in device.run("holdup", *words):
            raise Broken(f"{words} did not show the text at all")
        for line in device.run("holdup", *words, "--json").splitlines():
            json.loads(line)
    range_, quick = f"{HOST}/32", ("--port", device.port, "--rate", "100", "--timeout", "1s")
    if "AP8853" not in device.run("holdup", "scan", range_, *quick):
        raise Broken("scan did not show the description")
    json.loads(device.run("holdup", "scan", range_, "--json", *quick))
    if "318" not in device.run("hw-sim", "record", device.url, "--rate", "5000"):
        raise Broken("nothing was recorded")
    hostile_files(device, folder)


def hostile_files(device, folder):
    """What a profile and a site file say of themselves comes back in problems."""
    for name, content in {"escapes": b'profile: "\\x1b]0;x\\a"\n', "raw": b"profile: p\x1b[2J\n\xff: 1\n", "key": b'"\\u202e": 1\nprofil: "\xe2\x80\xae"\n'}.items():
        path = os.path.join(folder, "profiles", f"{name}.yaml")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(content)
        device.run("holdup", "check", "-c", path, codes=(1, 2))
        device.run("holdup", "check", "-c", path, "--json", codes=(1, 2))
    device.run("holdup", "profile", "check", os.path.join(folder, "profiles"), codes=(1, 2))
    fifo = os.path.join(folder, "fifo.yaml")
    os.mkfifo(fifo)
    for path in (fifo, "/dev/zero"):
        device.run("holdup", "check", "-c", path, codes=(1, 2))
        device.run("holdup", "profile", "test", path, codes=(1, 2))


class Watcher:
    """The daemon over that device alone."""

    def __init__(self, device, folder, more=""):
        self.site, self.log = os.path.join(folder, "site.yaml"), open(os.path.join(folder, "holdup.log"), "wb+")
        with open(self.site, "w") as out:
            out.write(f"rack: r1\nfeeds: {{A: {{nominal_volts: 230}}}}\ndevices:\n  pdu-a: {{url: {device.url}, feed: A}}\n"
                      "loads: {cab1: {supplies: {psu1: {cord: pdu-a/outlet/1}}}}\ntraps: {listen: 127.0.0.1:0}\n"
                      f"http: {{listen: 127.0.0.1:0}}\nstore: {{path: {folder}/rack.db}}\n{more}")
        self.process = subprocess.Popen([f"{device.binaries}/holdup", "run", "-c", self.site], stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.process.stdout.readline().split(" ", 1)[-1].strip().rstrip("/")
        if not self.url.startswith("http"):
            raise Broken("the daemon did not start")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
            return answer.read()

    def status(self):
        return json.loads(self.get("/api/holdup/v1/status"))

    def metrics(self):
        return self.get("/metrics").decode()

    def metric(self, name):
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.metrics(), re.MULTILINE)
        return float(found[1]) if found else 0

    def kilobytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])

    def log_bytes(self):
        with open(self.log.name, "rb") as log:
            return log.read()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def watched(device, folder):
    """run, its log, status, events, query, page, metrics and API."""
    watcher = Watcher(device, folder)
    try:
        wait_for("the device is read", lambda: "rack_outlet" in watcher.metrics())
        wait_for("traps are heard", lambda: (watcher.status()["traps"] or {}).get("listening"))
        trap(watcher.status()["traps"]["endpoint"], HOSTILE * 100)
        at = ("--url", watcher.url)
        wait_for("the trap is an event", lambda: "trap" in device.run("holdup", "events", *at, codes=(0, 4)))
        for words in (["status"], ["events"], ["query", 'rack_outlet_on{name!=""}']):
            if device.run("holdup", *words, *at, codes=(0, 1, 4)).strip() == "":
                raise Broken(f"{words} shows nothing")
            device.run("holdup", *words, *at, "--json", codes=(0, 1, 4))
        stored = ("--store", f"{folder}/rack.db")
        wait_for("the trap is in the file", lambda: "dlrow" in device.run("holdup", "events", *stored))
        device.run("holdup", "events", *stored, "--json")
        follower = subprocess.Popen([f"{device.binaries}/holdup", "events", "--follow", "--json", *at], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = []
        threading.Thread(target=lambda: said.extend(iter(follower.stdout.readline, b"")), daemon=True).start()
        wait_for("the follower hears", lambda: trap(watcher.status()["traps"]["endpoint"], HOSTILE + bytes([len(said) % 256])) or time.sleep(0.3) or said)
        follower.terminate()
        expect_harmless("events --follow", b"".join(said))
        for path in ("/metrics", "/", "/api/holdup/v1/status", "/api/holdup/v1/traps", "/api/holdup/v1/incidents"):
            if "<script>alert" in expect_harmless(path, watcher.get(path)) and path == "/":
                raise Broken("a device's text became markup of the page")
        expect_harmless("log", watcher.log_bytes())
    finally:
        watcher.end()


def tlv(tag, body):
    size = len(body)
    return bytes([tag]) + (bytes([size]) if size < 0x80 else b"\x82" + size.to_bytes(2, "big")) + body


def bind(name, value):
    return tlv(0x30, tlv(0x06, name) + value)


def trap(endpoint, content, number=1, caller=None):
    """A v2c trap nobody knows, from the device's own address."""
    number += 1 << 16  # of three bytes, whichever it is
    last = bytes([0x80 | number >> 14, 0x80 | number >> 7 & 0x7F, number & 0x7F])
    trap_oid, unknown = b"\x2b\x06\x01\x06\x03\x01\x01\x04\x01\x00", b"\x2b\x06\x01\x04\x01\xa4\x67" + last
    binds = bind(trap_oid, tlv(0x06, unknown)) + bind(unknown + b"\x02", tlv(0x04, content))
    pdu = tlv(0xA7, b"\x02\x01\x01\x02\x01\x00\x02\x01\x00" + tlv(0x30, binds))
    own = caller or socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if not caller:
        own.bind((HOST, 0))
    host, port = endpoint.rsplit(":", 1)
    own.sendto(tlv(0x30, b"\x02\x01\x01" + tlv(0x04, b"public") + pdu), (host, int(port)))
    if not caller:
        own.close()


def grown(device, folder):
    """A table without an end, and 100,000 traps of as many names with texts of 60,000 bytes: the daemon's memory stays bounded, and it polls on."""
    watcher = Watcher(device, folder)
    try:
        wait_for("the device is read", lambda: "rack_outlet" in watcher.metrics())
        wait_for("traps are heard", lambda: (watcher.status()["traps"] or {}).get("listening"))
        endpoint, before = watcher.status()["traps"]["endpoint"], watcher.kilobytes()
        caller = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        caller.bind((HOST, 0))
        for number in range(2, 100_002):
            trap(endpoint, HOSTILE * (500 if number % 100 == 0 else 1), number, caller)
        received = lambda: watcher.metric("holdup_traps_received_total") + watcher.metric('holdup_dropped_total{what="traps_kernel"}')
        wait_for("every trap is counted", lambda: received() >= 99_000)
        caller.close()
        after = watcher.kilobytes()
        subprocess.run([f"{device.binaries}/hw-sim", "ctl", "--socket", device.socket, "fault", device.element, "kind=endless"], check=True, stdout=subprocess.DEVNULL)
        endless = Watcher(device, tempfile.mkdtemp(dir=folder))
        try:
            wait_for("the endless table is given up", lambda: endless.status()["devices"][0]["answers"] is False or time.sleep(0.2))
            alone = endless.kilobytes()
        finally:
            endless.end()
        age = watcher.status()["devices"][0]["age_s"]
        print(f"traps: {before} → {after} KB, endless table: {alone} KB, last answer {age} s ago")
        if after - before > 100_000 or alone > 300_000:
            raise Broken("memory grew without bound")
        if age > 10:
            raise Broken(f"the device was not read for {age} s")
    finally:
        watcher.end()


def main():
    what, binaries = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="holdup-hostile-") as folder:
        device = Device(binaries, folder)
        try:
            {"asked": asked, "watched": watched, "grown": grown}[what](device, folder)
        except Broken as broken:
            print(f"BROKEN  {broken}")
            return 1
        finally:
            device.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
