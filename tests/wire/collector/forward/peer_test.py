#!/usr/bin/env python3
"""A real Prometheus or VictoriaMetrics takes what a store records, through the end of either side: `peer_test.py PEER BIN`.

Every good sample that the store holds arrives once and equal; a series that ended is gone. VictoriaMetrics shows decimals to 15 significant
digits, and of doubles that are no decimals of up to 12 digits keeps a trillionth (its decimal package's conversionPrecision)."""
import json, os, re, shutil, signal, socket, subprocess, sys, tempfile, threading, time, urllib.parse, urllib.request

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..")
PATIENCE = 60


class Broken(Exception):
    pass


def pause(seconds):
    threading.Event().wait(seconds)


def wait_for(what, look):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        pause(0.05)
    raise Broken(f"not within {PATIENCE} s: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url, **words):
    with urllib.request.urlopen(url + ("?" + urllib.parse.urlencode(words) if words else ""), timeout=20) as answer:
        return answer.read().decode()


def unpacked(package):
    got = subprocess.run([os.path.join(ROOT, "tests", "peers"), package], capture_output=True, text=True)
    if got.returncode != 0:
        raise Broken(f"{package} cannot be had: {got.stderr}")
    return os.path.join(got.stdout.strip(), "usr", "bin", package)


def key_of(metric):
    labels = ",".join(f'{name}="{value}"' for name, value in sorted(metric.items()) if name != "__name__")
    return f"{metric['__name__']}{{{labels}}}"


def equal(sent, held):
    return sent == held


def equal_as_decimals(sent, held):
    if float(f"{sent:.11e}") == sent:
        return f"{sent:.14e}" == f"{held:.14e}"
    return abs(sent - held) <= 1e-12 * abs(sent)


class Peer:
    """It keeps its port and its folder when it is started again."""

    def __init__(self, folder):
        self.folder, self.process, self.url = folder, None, None
        self.program = unpacked(self.package)

    def start(self):
        for _ in range(5):
            self.url = self.url or f"http://127.0.0.1:{free_port()}"
            log = open(os.path.join(self.folder, self.package + ".log"), "a")
            self.process = subprocess.Popen([self.program, *self.words()], stdout=log, stderr=log, cwd=self.folder)
            if wait_for(f"{self.package} is ready", lambda: "gone" if self.process.poll() is not None else self.ready()) != "gone":
                return
            self.url = None
        raise Broken(f"{self.package} does not start: see its log")

    def ready(self):
        try:
            return get(self.url + self.health)
        except OSError:
            return None

    def end(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()

    def now(self):
        """The series that an instant query shows a second from now."""
        found = json.loads(get(self.url + "/api/v1/query", query='{__name__=~".+"}', time=time.time() + 1))
        return {key_of(one["metric"]) for one in found["data"]["result"]}


class Prometheus(Peer):
    package, health, killed_by, same = "prometheus", "/-/ready", signal.SIGKILL, staticmethod(equal)

    def words(self):
        with open(os.path.join(self.folder, "prometheus.yml"), "w") as out:
            out.write("global: {scrape_interval: 1m}\n")
        return ["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.enable-remote-write-receiver", "--web.listen-address=" + self.url[7:]]

    def held(self):
        found = json.loads(get(self.url + "/api/v1/query", query='{__name__=~".+"}[1h]', time=time.time() + 5))
        return {key_of(one["metric"]): [(round(float(at) * 1000), float(value)) for at, value in one["values"]] for one in found["data"]["result"]}


class VictoriaMetrics(Peer):
    # It answers before what it took is on its disk: a kill would lose samples that no sender knows of.
    package, health, killed_by, same = "victoria-metrics", "/health", signal.SIGTERM, staticmethod(equal_as_decimals)

    def words(self):
        # Of a sample that came twice one is kept.
        return ["-storageDataPath=data", "-httpListenAddr=" + self.url[7:], "-dedup.minScrapeInterval=1ms", "-search.latencyOffset=0s", "-retentionPeriod=1", "-loggerLevel=WARN"]

    def held(self):
        get(self.url + "/internal/force_flush")
        lines = [json.loads(line) for line in get(self.url + "/api/v1/export", **{"match[]": '{__name__=~".+"}'}).splitlines()]
        held = {}
        for line in lines:
            held.setdefault(key_of(line["metric"]), []).extend((at, value) for at, value in zip(line["timestamps"], line["values"]) if value is not None)
        return {key: sorted(samples) for key, samples in held.items()}


class Feeder:
    def __init__(self, program, folder, url):
        self.program, self.store, self.url, self.folder, self.process = program, os.path.join(folder, "rack.db"), url, folder, None

    def start(self):
        log = open(os.path.join(self.folder, "feeder.log"), "a")
        self.process = subprocess.Popen([self.program, self.store, self.url], stdout=subprocess.PIPE, stderr=log, text=True)
        if self.process.stdout.readline().strip() != "ready":
            raise Broken("the feeder did not start: see feeder.log")

    def end(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()

    def finish_recording(self):
        self.process.send_signal(signal.SIGUSR1)
        if self.process.stdout.readline().strip() != "recorded":
            raise Broken("the feeder did not finish: see feeder.log")

    def recorded(self):
        """The good samples by series, of two in one millisecond the later recorded; and the series whose last word was not good."""
        text = subprocess.run([self.program, "--dump", self.store], capture_output=True, text=True, check=True).stdout
        good, last = {}, {}
        for line in map(json.loads, text.splitlines()):
            if line["quality"] == "good":
                good.setdefault(line["series"], {})[int(line["ms"])] = float(line["value"])
            last[line["series"]] = line["quality"]
        return {series: sorted(samples.items()) for series, samples in good.items()}, {series for series, quality in last.items() if quality != "good"}


def differences(wanted, held, same):
    out = [f"{series} was never recorded" for series in held if series not in wanted]
    for series, samples in wanted.items():
        there = held.get(series, [])
        if [at for at, _ in samples] != [at for at, _ in there]:
            missing, more = set(samples) - set(there), len(there) - len({at for at, _ in there})
            out.append(f"{series}: {len(samples)} recorded, {len(there)} arrived, {more} twice, missing e.g. {sorted(missing)[:3]}")
        else:
            out += [f"{series} at {at}: {value!r} arrived as {got!r}" for (at, value), (_, got) in zip(samples, there) if not same(value, got)][:3]
    return out


def play(peer, feeder):
    def more():  # recording goes on for two commits
        pause(1.7)

    feeder.start()
    more()
    feeder.end(signal.SIGKILL)
    feeder.start()
    more()
    peer.end(peer.killed_by)
    more()
    peer.start()
    more()
    feeder.end(signal.SIGKILL)
    peer.end(signal.SIGTERM)
    feeder.start()
    more()
    feeder.end(signal.SIGTERM)
    peer.start()
    feeder.start()
    more()
    feeder.finish_recording()
    wanted, ended = feeder.recorded()
    last = []

    def arrived():
        last[:] = differences(wanted, peer.held(), peer.same)
        return not last

    try:
        wait_for("every sample arrives", arrived)
    except Broken as broken:
        raise Broken(f"{broken}: {last[:5]}")
    if 'rack_power_watts{device="pdu-a",index="1",rack="r12"}' not in ended:
        raise Broken(f"these ended: {ended}")
    wait_for("the series that ended is gone, the others are there", lambda: peer.now() == set(wanted) - ended)
    feeder.end()
    count = sum(map(len, wanted.values()))
    with open(os.path.join(feeder.folder, "feeder.log")) as log:
        told = re.findall(r"samples=.*", log.read())
    if any("set_aside=0 " not in line for line in told):
        raise Broken(f"something was set aside: {told}")
    print(f"{count} samples of {len(wanted)} series arrived once and equal; {'; '.join(told)}")


def main():
    peer_name, binaries = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix="holdup-forward-")
    peer, feeder, code = None, None, 1
    try:
        peer = {"prometheus": Prometheus, "victoria-metrics": VictoriaMetrics}[peer_name](folder)
        peer.start()
        feeder = Feeder(f"{binaries}/feeder", folder, peer.url + "/api/v1/write")
        play(peer, feeder)
        code = 0
    except Broken as broken:
        print(f"BROKEN  {broken}\nseen in {folder}")
    finally:
        for one in (feeder, peer):
            if one:
                one.end()
        if code == 0:
            shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
