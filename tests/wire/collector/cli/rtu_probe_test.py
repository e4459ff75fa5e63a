#!/usr/bin/env python3
"""`rtu_probe_test.py BIN`: `holdup probe` reads a supply on a serial line, which a pty stands for, and sends nothing that writes."""
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import tty
from pathlib import Path

HOLDUP = Path(sys.argv[1]) / "holdup"


def closed(body: bytes) -> bytes:
    code = 0xFFFF
    for byte in body:
        code ^= byte
        for _ in range(8):
            code = code >> 1 ^ 0xA001 if code & 1 else code >> 1
    return body + code.to_bytes(2, "little")


class Supply:
    """Unit 7: an Open Rack v3 supply with 230.5 V at its input. Whatever is no question for registers is noted as foreign."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path, self.slave, self.foreign, self.asked = os.ttyname(slave), slave, [], 0
        self.words = [0] * 110
        self.words[88] = 230 * 64 + 32
        for at, text in ((8, b"PSU-3000W"), (24, b"SN0001"), (48, b"1.2.3")):
            padded = text + b"\0" * (len(text) % 2)
            for word in range(len(padded) // 2):
                self.words[at + word] = int.from_bytes(padded[2 * word : 2 * word + 2], "big")
        self.ended = os.pipe()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        begun = b""
        while True:
            ready, _, _ = select.select([self.master, self.ended[0]], [], [])
            if self.ended[0] in ready:
                return
            begun += os.read(self.master, 256)
            while len(begun) >= 8:
                question, begun = begun[:8], begun[8:]
                self.answer(question)

    def answer(self, question: bytes) -> None:
        self.asked += 1
        unit, function, address, count = question[0], question[1], int.from_bytes(question[2:4], "big"), int.from_bytes(question[4:6], "big")
        if closed(question[:6]) != question or function not in (1, 2, 3, 4):
            self.foreign.append(question)
        elif unit == 7 and (function != 3 or address + count > len(self.words)):
            os.write(self.master, closed(bytes([unit, function | 0x80, 2])))
        elif unit == 7:
            data = b"".join(word.to_bytes(2, "big") for word in self.words[address : address + count])
            os.write(self.master, closed(bytes([unit, 3, len(data)]) + data))

    def end(self) -> None:
        os.write(self.ended[1], b".")
        self.thread.join()


def probe(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([HOLDUP, "probe", *arguments], capture_output=True, text=True, timeout=60)


def check(supply: Supply) -> None:
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, "ttyUSB0")
        link.symlink_to(supply.path)
        told = probe("--json", "--explain", "--profile", "orv3-psu", f"modbus-rtu://{link}/7?baud=115200")
        assert told.returncode == 0, told
        device, *points = map(json.loads, told.stdout.splitlines())
        assert device["device"]["model"] == "PSU-3000W" and device["device"]["serial"] == "SN0001", device
        volts = [point["value"] for point in points if point["metric"] == "rack_voltage_volts" and point["source"] == "3:88"]
        assert volts == [230.5], points
        assert f"Modbus RTU on {link}, 115200 8E1" in told.stderr, told.stderr
        silent = probe("--timeout", "1s", "--profile", "orv3-psu", f"modbus-rtu://{link}/9")
        assert silent.returncode == 4 and "unit 9: no answer" in silent.stderr, silent
        link.unlink()
        gone = probe("--timeout", "1s", "--profile", "orv3-psu", f"modbus-rtu://{link}/7")
        assert gone.returncode == 4 and "No such file" in gone.stderr, gone


def main() -> None:
    supply = Supply()
    try:
        check(supply)
    finally:
        supply.end()
    assert supply.asked > 5 and not supply.foreign, supply.foreign
    print(f"{supply.asked} questions, none that writes")


if __name__ == "__main__":
    main()
