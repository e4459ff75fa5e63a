#!/usr/bin/env python3
"""v3_probe_test.py BIN: `holdup probe --v3-file` and `check` with a real SNMPv3 agent, Debian's snmpd unpacked under build/peers."""
import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "..", ".."))
BIN = os.path.abspath(sys.argv.pop())
AUTH = "user: op\nauth: {protocol: SHA-256, passphrase: authpass1}\n"
GOOD = AUTH + "priv: {protocol: AES-128, passphrase: privpass1}\n"


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Probe(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        peer = subprocess.run([os.path.join(ROOT, "tests", "peers"), "snmpd"], capture_output=True, text=True, check=True).stdout.strip()
        cls.folder = tempfile.TemporaryDirectory()
        cls.url = f"snmp://127.0.0.1:{free_port()}"
        cls.write("snmpd.conf", f"agentAddress udp:{cls.url[7:]}\nsysDescr A v3 agent\ncreateUser op SHA-256 authpass1 AES privpass1\n"
                                "createUser old MD5 authpass1 DES privpass1\nrouser op priv\nrouser old priv\n")
        environment = {"SNMP_PERSISTENT_DIR": cls.path("kept"), "SNMPCONFPATH": cls.folder.name, "MIBS": ""}
        cls.agent = subprocess.Popen([os.path.join(peer, "usr/sbin/snmpd"), "-f", "-r", "-Lf", cls.path("log")], env=environment)

    @classmethod
    def tearDownClass(cls):
        cls.agent.terminate()
        cls.agent.wait(20)
        cls.folder.cleanup()

    @classmethod
    def path(cls, name: str) -> str:
        return os.path.join(cls.folder.name, name)

    @classmethod
    def write(cls, name: str, text: str, mode: int = 0o600) -> str:
        with open(cls.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(cls.path(name), mode)
        return cls.path(name)

    def probe(self, file: str, *more: str) -> subprocess.CompletedProcess:
        command = [os.path.join(BIN, "holdup"), "probe", self.url, "--v3-file", file, "--timeout", "20s", *more]
        answer = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
        self.assertNotIn("pass1", answer.stdout + answer.stderr)
        return answer

    def test_an_agent_is_read_with_a_credential_file(self):
        answer = self.probe(self.write("good", GOOD), "--json")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        lines = [json.loads(line) for line in answer.stdout.splitlines()]
        self.assertIn("device", lines[0])
        self.assertTrue(any(line.get("metric") == "rack_uptime_seconds" and line["quality"] == "good" for line in lines[1:]))

    def test_a_weak_credential_is_refused_until_it_is_allowed(self):
        weak = "user: old\nauth: {protocol: MD5, passphrase: authpass1}\npriv: {protocol: DES, passphrase: privpass1}\n"
        refused = self.probe(self.write("weak", weak))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("MD5 is weak", refused.stderr)
        allowed = self.probe(self.write("weak", weak + "allow_weak: true\n"))
        self.assertEqual(allowed.returncode, 0, allowed.stderr)
        self.assertIn("MD5 is weak, and allowed here", allowed.stderr)

    def test_a_file_that_others_can_read_is_refused(self):
        answer = self.probe(self.write("open", GOOD, 0o640))
        self.assertEqual(answer.returncode, 2)
        self.assertIn("others can read it; chmod 600 it", answer.stderr)

    def test_a_wrong_user_and_a_wrong_passphrase_are_told_apart(self):
        stranger = self.probe(self.write("stranger", GOOD.replace("op", "stranger")))
        self.assertEqual(stranger.returncode, 4)
        self.assertIn("the agent knows no SNMPv3 user 'stranger'", stranger.stderr)
        wrong = self.probe(self.write("wrong", GOOD.replace("authpass1", "otherwords")))
        self.assertEqual(wrong.returncode, 4)
        self.assertIn("the agent refuses the authentication of 'op': another passphrase, or not SHA-256", wrong.stderr)

    def test_check_names_who_asks_and_what_is_weak(self):
        self.write("auth.yaml.secret", AUTH)
        site = self.write("site.yaml", "rack: r\nfeeds: {A: {nominal_volts: 230}}\n"
                                       "devices: {a: {url: 'snmp://127.0.0.1', v3_file: auth.yaml.secret, feed: A}}\n")
        answer = subprocess.run([os.path.join(BIN, "holdup"), "check", "-c", site], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("as op, authNoPriv (SHA-256)", answer.stdout)
        self.assertIn("devices.a.v3_file: SNMPv3 without privacy", answer.stderr)
        self.assertNotIn("community", answer.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
