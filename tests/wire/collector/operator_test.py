#!/usr/bin/env python3
"""What people tell a running daemon over its control socket, on a simulated rack: `operator_test.py WHAT BIN`, WHAT as below."""
import csv, hashlib, json, os, signal, stat, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from live_rack import PATIENCE, Broken, Daemon, stage, wait_for


def run(rack, *words):
    return subprocess.run([f"{rack.binaries}/holdup", *words], capture_output=True, text=True, timeout=PATIENCE)


def expect(rack, code, *words):
    answer = run(rack, *words)
    if answer.returncode != code:
        raise Broken(f"holdup {' '.join(words)}: exit code {answer.returncode}, not {code}: {answer.stdout[:400]} {answer.stderr[:400]}")
    return answer.stdout + answer.stderr


def control(daemon):
    return wait_for("the status names the control socket", lambda: daemon.status()["control"])


def with_tokens(rack):
    """Two people's tokens, and the site file that names them."""
    for name, token in (("red", "fox in the snow"), ("blue", "hen on the roof")):
        path = os.path.join(rack.folder, name)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
            out.write(token + "\n")
        with open(os.open(os.path.join(rack.folder, "tokens"), os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "a") as out:
            out.write(f"{name} {hashlib.sha256(token.encode()).hexdigest()}\n")
    rack.write(rack.text + "handsoff: {tokens: tokens}\n")
    return [os.path.join(rack.folder, name) for name in ("red", "blue")]


def audited(rack):
    told = expect(rack, 0, "audit", "log", "--store", f"{rack.folder}/rack.db", "--json")
    return [(record["action"], record["detail"].get("outcome")) for record in map(json.loads, told.splitlines())]


def told(rack, listener):
    """A window quiets what it names, says wrong side of the other, and is over by kill -9 only when its time is; what is attested is shown as such."""
    daemon = Daemon(rack)
    daemon.redundant()
    mode = os.stat(control(daemon)).st_mode
    if not stat.S_ISSOCK(mode) or stat.S_IMODE(mode) != 0o660:
        raise Broken(f"the control socket has mode {mode:o}")
    expect(rack, 1, "maintenance", "add", "cab9", "--reason", "x", "--url", daemon.url)
    expect(rack, 1, "maintenance", "add", "feed/A", "--reason", "x", "--for", "25h", "--url", daemon.url)
    window = json.loads(expect(rack, 0, "maintenance", "add", "pdu-a", "--intent", "off", "--owner", "alice", "--reason", "new breaker", "--url", daemon.url, "--json"))
    if not window["durable"]:
        raise Broken(f"answered before it was on the disk: {window}")
    daemon.kill()
    daemon = Daemon(rack)
    if [one["id"] for one in daemon.status()["maintenance"]] != [window["event"]]:
        raise Broken(f"the window did not survive: {daemon.status()['maintenance']}")
    daemon.redundant()
    control(daemon)
    rack.do("fail pdu-b")
    daemon.event("the wrong side", lambda e: e["verdict"] == "wrong_side" and e["phase"] == "begin" and e["durable"])
    wait_for("its page", lambda: [a for a in listener.alerts() if a["labels"]["alertname"] == "wrong_side" and a["labels"]["severity"] == "critical"])
    expect(rack, 1, "verify", "cab1", "--url", daemon.url)
    rack.do("restore pdu-b")
    wait_for("all is restored", lambda: not daemon.status()["incidents"])
    wait_for("its page ends", lambda: listener.firing_labels() == [])
    before = len(listener.alerts())
    rack.do("fail pdu-a")
    daemon.event("the loss", lambda e: e["durable"] and e["verdict"] == "pdu_dark" and e["element"] == "pdu-a" and e["phase"] == "begin")
    wait_for("it is told", lambda: [a for a in listener.alerts()[before:] if a["labels"]["alertname"] == "pdu_dark"])
    loud = {(label["alertname"], label["severity"]) for label in listener.firing_labels() if label["severity"] != "info"}
    if loud:
        raise Broken(f"loud although it was meant: {loud}")
    rack.do("restore pdu-a")
    wait_for("all is restored", lambda: not daemon.status()["incidents"])
    expect(rack, 0, "maintenance", "end", window["event"], "--url", daemon.url)
    daemon.redundant()
    answer = expect(rack, 0, "verify", "cab1", "--url", daemon.url)
    if "inputs: proven" not in answer or "not observed: cache, controllers, LUN paths" not in answer:
        raise Broken(f"verify says {answer}")
    expect(rack, 2, "verify", "cab9", "--url", daemon.url)
    expect(rack, 0, "attest", "cab1", "--by", "eve", "--reason", "its lamps are green", "--url", daemon.url)
    if "data protection: attested: by eve: its lamps are green" not in expect(rack, 1, "verify", "cab1", "--url", daemon.url):
        raise Broken("an attestation is not shown as such")
    daemon.kill()
    actions = [action for action, _ in audited(rack)]
    for action in ("maintenance add", "maintenance end", "attest"):
        if action not in actions:
            raise Broken(f"{action} is not audited: {actions}")
    expect(rack, 0, "audit", "log", "--verify", "--store", f"{rack.folder}/rack.db")
    print("quiet for what was meant, loud on the other side, over a kill; attested is shown as attested")


def handsoff(rack, listener):
    """Hands off: every verb that changes anything is refused with 3 and audited, over a kill, until the other token ends it; detection goes on."""
    red, blue = with_tokens(rack)
    store = f"{rack.folder}/rack.db"
    daemon = Daemon(rack)
    daemon.redundant()
    control(daemon)
    expect(rack, 0, "handsoff", "start", "--by", "eve", "--token-file", red, "--url", daemon.url)
    for again in range(2):
        refused = [["attest", "cab1", "--by", "eve", "--reason", "x"], ["commission", "cab1/psu1", "--by", "eve"], ["maintenance", "add", "pdu-a", "--reason", "x"], ["handsoff", "start", "--by", "bob", "--token-file", blue],
                   ["handsoff", "end", "--by", "eve", "--token-file", red]]
        for words in refused:
            expect(rack, 3, *words, "--url", daemon.url)
        expect(rack, 3, "db", "compact", store)
        daemon.process.send_signal(signal.SIGHUP)
        # The log says it before it is durable, and nobody who asked by a signal waits for an answer.
        wait_for("the refused reload is audited", lambda: audited(rack).count(("reload", "refused")) == again + 1)
        daemon.kill()
        if again == 0:
            expect(rack, 3, "db", "compact", store)  # nobody runs: the file itself says so
            daemon = Daemon(rack)
            daemon.redundant()
            control(daemon)
    if ("db compact", "refused") not in audited(rack) or ("reload", "refused") not in audited(rack) or audited(rack).count(("attest", "refused")) != 2:
        raise Broken(f"not all refusals are audited: {audited(rack)}")
    daemon = Daemon(rack)
    control(daemon)
    if daemon.status()["handsoff"]["token"] != "red":
        raise Broken(f"hands are not off: {daemon.status()['handsoff']}")
    daemon.redundant()
    rack.do("fail pdu-a/outlet/3")
    daemon.event("the loss all the same", lambda e: e["durable"] and e["verdict"] == "supply_input_lost")
    wait_for("its alert", lambda: [a for a in listener.alerts() if a["labels"]["alertname"] == "supply_input_lost"])
    expect(rack, 0, "handsoff", "end", "--by", "bob", "--token-file", blue, "--url", daemon.url)
    expect(rack, 0, "maintenance", "add", "pdu-a", "--reason", "x", "--url", daemon.url)
    daemon.kill()
    expect(rack, 0, "db", "compact", store)
    expect(rack, 0, "audit", "log", "--verify", "--store", store)
    print("refused and audited until the second token came, detection and alerts went on")


def captured(begun, folder):
    """The supply's own word at full resolution before and after it was lost, said to be a trend, with its register and its period."""
    with open(f"{folder}/captures/manifest.json") as text:
        files = {one["file"]: one for one in json.load(text)["files"]}
    trend = files["shelf-psu1.trend.csv"]
    column = next(c for c in trend["columns"] if c["point"] == "rack_supply_input_ok")
    if "not waveforms" not in trend["about"] or column["kind"] != "trend" or not column["source"] or column["period_s"] != 0.5 or not 0 < column["spacing_s"]["median"] < 1:
        raise Broken(f"the manifest says {trend['about']} {column}")
    with open(f"{folder}/captures/shelf-psu1.trend.csv") as rows:
        said = [(row["answered"], row[column["column"]]) for row in csv.DictReader(rows) if row[column["column"]]]
    fallen = [at for at, value in said if value == "0"]
    good = [at for at, value in said if value == "1" and fallen and at < fallen[0]]
    # What a unit says of its input is told ahead of the rest of its poll; what is captured is the whole poll.
    if not good or not good[-1] < begun["time"] or not begun["evidence"][0]["time"] <= fallen[0] or said[-1][1] != "1":
        raise Broken(f"captured: {said}, begun at {begun['time']}")
    if "notes.jsonl" not in files or files["notes.jsonl"]["kind"] != "events":
        raise Broken(f"what was said meanwhile is not in it: {files}")


def blind(rack, listener):
    """After a kill inside an outage the blind time is said once, the incident goes on, and explain tells what it rests on, from daemon and file."""
    daemon = Daemon(rack)
    daemon.redundant()
    if daemon.status()["blind"] is not None:
        raise Broken("blind before anything was recorded")
    rack.do("fail feed/A")
    begun = daemon.event("the loss", lambda e: e["durable"] and e["phase"] == "begin" and e["verdict"] == "supply_input_lost")
    daemon.event("the feed", lambda e: e["durable"] and e["verdict"] == "feed_lost")
    daemon.kill()
    daemon = Daemon(rack)
    gap = wait_for("the blind time", lambda: daemon.status()["blind"])
    if not gap["from"] < gap["to"]:
        raise Broken(f"blind from {gap['from']} to {gap['to']}")
    wait_for("the blind time in the log", lambda: "blind from=" in daemon.log_text())
    seen = expect(rack, 0, "explain", begun["incident"], "--url", daemon.url)
    stored = expect(rack, 0, "explain", begun["incident"], "--store", f"{rack.folder}/rack.db")
    for text in (seen, stored):
        if "what was seen" not in text or "begin supply_input_lost cab1/psu1" not in text or "the cause moved from cab1/psu1 to" not in text:
            raise Broken(f"explain says {text}")
    lines = [json.loads(line) for line in expect(rack, 0, "explain", begun["incident"], "--url", daemon.url, "--json").splitlines()]
    times = [line["time"] for line in lines if line["kind"] == "seen"]
    if not times or times != sorted(times):
        raise Broken(f"signs out of order: {times}")
    expect(rack, 4, "explain", "nobody-1", "--url", daemon.url)
    rack.do("restore feed/A")
    daemon.event("restored, in the store", lambda e: e["durable"] and e["verdict"] == "restored" and e["incident"] == begun["incident"])
    wait_for("no incident stands", lambda: not daemon.status()["incidents"])
    folder = f"{rack.folder}/handed-on"
    daemon.kill()
    expect(rack, 0, "incident", "export", begun["incident"], "--store", f"{rack.folder}/rack.db", "--to", folder)
    with open(f"{folder}/events.jsonl") as events, open(f"{folder}/samples.csv") as samples, open(f"{folder}/README.md") as text:
        told = [json.loads(line)["verdict"] for line in events]
        if told[-1] != "restored" or 'rack_' not in samples.read() or "not waveforms" not in text.read():
            raise Broken(f"the bundle is not whole: {told}")
    captured(begun, folder)
    expect(rack, 3, "incident", "export", begun["incident"], "--store", f"{rack.folder}/rack.db", "--to", folder)
    if {a["annotations"]["incident"] for a in listener.alerts()} != {begun["incident"]}:
        raise Broken("paged twice")
    print("blind time said, one page, explained and handed on")


def main():
    whats = {"told": told, "handsoff": handsoff, "blind": blind}
    if len(sys.argv) != 3 or sys.argv[1] not in whats:
        print(f"usage: operator_test.py {'|'.join(whats)} BIN", file=sys.stderr)
        return 2

    def play(rack, listener):
        rack.text = rack.text.replace("hot: 20ms", "hot: 500ms")  # nothing here is about speed
        rack.write(rack.text)
        whats[sys.argv[1]](rack, listener)

    return stage(sys.argv[2], play)


if __name__ == "__main__":
    sys.exit(main())
