#!/usr/bin/env python3
"""The whole daemon forwards a simulated rack to a real Prometheus: `daemon_forward_test.py BIN`. A reload goes on with changed targets."""
import os, re, shutil, signal, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "..")]
import live_rack, peer_test
from live_rack import Broken, wait_for


def metrics(daemon):
    text = peer_test.get(daemon.url + "/metrics")
    return {name: float(value) for name, value in re.findall(r"^(holdup_forward_\S+) (\S+)$", text, re.MULTILINE)}


def shown_by(peer, site):
    """What Prometheus holds of this site label, without it."""
    return {key.replace(f',site="{site}"', ""): samples for key, samples in peer.held().items() if f',site="{site}"' in key}


def as_sent(series, rack):
    """Every series goes with its rack; what a rule made may have none in the store."""
    name, labels = series.rstrip("}").split("{", 1)
    pairs = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels))
    pairs.setdefault("rack", rack)
    return name + "{" + ",".join(f'{key}="{pairs[key]}"' for key in sorted(pairs)) + "}"


def spans(held, ms):
    times = [at for samples in held.values() for at, _ in samples]
    return times and max(times) - min(times) > ms


def refused(binaries, rack, secret):
    """A token that others can read is refused by check, with key and mend."""
    os.chmod(secret, 0o644)
    told = subprocess.run([f"{binaries}/holdup", "check", "-c", rack.site], capture_output=True, text=True)
    os.chmod(secret, 0o600)
    if told.returncode == 0 or "forward.1.token_file" not in told.stderr or "others can read it" not in told.stderr:
        raise Broken(f"check says of a token that others can read: {told.returncode} {told.stderr}")


def forwards(binaries, rack, peer):
    secret = os.path.join(rack.folder, "token")
    with open(secret, "w") as out:
        out.write("sesame\n")
    forward = "forward: [{{url: {url}/api/v1/write, name: prom, token_file: token, labels: {{site: {site}}}}}]\n"
    rack.write(rack.text + forward.format(url=peer.url, site="fra1"))
    refused(binaries, rack, secret)
    daemon = live_rack.Daemon(rack)
    daemon.redundant()
    wait_for("Prometheus has the rack's watts", lambda: any(key.startswith("rack_power_watts{") for key in shown_by(peer, "fra1")))
    told = wait_for("the receiver is up and samples are counted", lambda: metrics(daemon) if metrics(daemon).get('holdup_forward_up{target="prom"}') == 1 else None)
    if not told['holdup_forward_samples_total{target="prom"}'] > 0 or told['holdup_forward_set_aside_total{target="prom"}'] != 0 or not told['holdup_forward_lag_seconds{target="prom"}'] < 60:
        raise Broken(f"/metrics says {told}")
    rack.write(rack.text + forward.format(url=peer.url, site="fra2"))
    daemon.process.send_signal(signal.SIGHUP)
    wait_for("the reload changed the labels", lambda: spans(shown_by(peer, "fra2"), 3000))
    daemon.process.send_signal(signal.SIGTERM)
    daemon.process.wait(live_rack.PATIENCE)
    feeder = peer_test.Feeder(f"{binaries}/feeder", rack.folder, peer.url)
    recorded, _ = feeder.recorded()
    wanted = {as_sent(series, "r12"): samples for series, samples in recorded.items()}
    before, after = shown_by(peer, "fra1"), shown_by(peer, "fra2")
    # What was under way at the reload may come under the new label as well: it is another series there.
    held = {series: sorted(set(before.get(series, []) + after.get(series, []))) for series in before.keys() | after.keys()}
    # What the last commit holds comes with the next start.
    newest = max(at for samples in held.values() for at, _ in samples)
    wanted = {series: [one for one in samples if one[0] <= newest - 2000] for series, samples in wanted.items()}
    held = {series: [one for one in samples if one[0] <= newest - 2000] for series, samples in held.items()}
    wrong = peer_test.differences({key: samples for key, samples in wanted.items() if samples}, {key: samples for key, samples in held.items() if samples}, peer.same)
    if wrong:
        raise Broken("; ".join(wrong[:5]))
    count = sum(map(len, held.values()))
    if count < 1000:
        raise Broken(f"only {count} samples")
    print(f"{count} samples of {len(held)} series arrived once and equal")


def main():
    binaries = sys.argv[1]
    folder = tempfile.mkdtemp(prefix="holdup-forward-peer-")
    peer = peer_test.Prometheus(folder)
    peer.start()
    try:
        code = live_rack.stage(binaries, lambda rack, listener: forwards(binaries, rack, peer))
    finally:
        peer.end()
    if code == 0:
        shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
