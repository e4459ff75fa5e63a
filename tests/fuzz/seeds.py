#!/usr/bin/env python3
"""Writes what the fuzz targets begin with: `seeds.py FOLDER` makes FOLDER/TARGET/NAME, good examples and each hostile kind of
docs/testing.md, and dictionaries FOLDER/TARGET.dict."""
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCENARIOS = HERE.parent.parent / "hw-sim" / "scenarios"
PROFILES = HERE.parent.parent / "firmware-profiles"
HOSTILE = b"\x1b]0;owned\x07\x1b[2J\xe2\x80\xae\x00\xff\xc0\xaf=cmd()<script>"


def tlv(tag: int, content: bytes, form: int = 0) -> bytes:
    """`form` bytes of length, the least that fit when 0."""
    size = len(content)
    if form == 0 and size < 0x80:
        return bytes([tag, size]) + content
    form = form or (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | form]) + size.to_bytes(form, "big") + content


def integer(value: int, tag: int = 0x02) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(text: str) -> bytes:
    parts = [int(part) for part in text.split(".")]
    out = b""
    for part in [parts[0] * 40 + parts[1], *parts[2:]]:
        piece = bytes([part & 0x7F])
        while part := part >> 7:
            piece = bytes([part & 0x7F | 0x80]) + piece
        out += piece
    return tlv(0x06, out)


def varbinds(*pairs: tuple[str, bytes]) -> bytes:
    return tlv(0x30, b"".join(tlv(0x30, oid(name) + value) for name, value in pairs))


def pdu(tag: int, list_: bytes, numbers: tuple[int, int, int] = (1, 0, 0)) -> bytes:
    return tlv(tag, b"".join(integer(number) for number in numbers) + list_)


def message(body: bytes, version: int = 1, community: bytes = b"public") -> bytes:
    return tlv(0x30, integer(version) + tlv(0x04, community) + body)


def v3(scoped: bytes, flags: int = 0, engine: bytes = b"\x80\0\x1f\x88\x04engine", size: int = 65507, boots: int = 1, code: bytes = b"") -> bytes:
    head = tlv(0x30, integer(1) + integer(size) + tlv(0x04, bytes([flags])) + integer(3))
    security = tlv(0x30, tlv(0x04, engine) + integer(boots) + integer(5) + tlv(0x04, b"user") + tlv(0x04, code) + tlv(0x04, b"\0" * 8 if flags & 2 else b""))
    return tlv(0x30, integer(3) + head + tlv(0x04, security) + scoped)


def scoped(body: bytes) -> bytes:
    return tlv(0x30, tlv(0x04, b"\x80\0\x1f\x88\x04engine") + tlv(0x04, b"") + body)


NAME = "1.3.6.1.4.1.13742.6.5.4.3.1.3.1.3.14"
VALUES = {
    "integer": integer(230), "negative": integer(-(2**31)), "empty-integer": tlv(0x02, b""), "nine-byte-integer": tlv(0x02, b"\1" * 9),
    "octets": tlv(0x04, b"outlet 3"), "hostile-text": tlv(0x04, HOSTILE), "long-text": tlv(0x04, HOSTILE * 1600), "null": tlv(0x05, b""),
    "oid": oid("1.3.6.1.4.1.318.1.3.4.6"), "empty-oid": tlv(0x06, b""), "wide-oid": tlv(0x06, b"\x2b\x90\x80\x80\x80\x00"),
    "first-byte-ff": tlv(0x06, b"\xff\xff\xff\xff\x7f\x01"), "long-oid": tlv(0x06, b"\x2b" + b"\1" * 128), "address": tlv(0x40, b"\x7f\0\0\1"),
    "counter32": tlv(0x41, b"\0\xff\xff\xff\xff"), "gauge32": tlv(0x42, b"\xff\xff\xff\xff"), "ticks": tlv(0x43, b"\0"),
    "counter64": tlv(0x46, b"\0" + b"\xff" * 8), "float": tlv(0x44, b"\x9f\x78\x04\x43\x66\0\0"), "nan": tlv(0x44, b"\x9f\x78\x04\x7f\xc0\0\0"),
    "infinite": tlv(0x44, b"\x9f\x79\x08\x7f\xf0" + b"\0" * 6), "end-of-view": tlv(0x82, b""), "no-such-object": tlv(0x80, b""), "unknown-tag": tlv(0x55, b"x"),
}  # fmt: skip


def codec() -> dict[str, bytes]:
    everything = [(f"{NAME}.{at}", value) for at, value in enumerate(VALUES.values()) if len(value) < 60 and "empty" not in list(VALUES)[at]]
    good = message(pdu(0xA2, varbinds((NAME, VALUES["integer"]), (NAME + ".1", VALUES["octets"]))))
    out = {f"value-{name}": message(pdu(0xA2, varbinds((NAME, value)))) for name, value in VALUES.items()}
    out |= {
        "good": good, "v1": message(pdu(0xA2, varbinds((NAME, VALUES["integer"])), (1, 2, 1)), 0), "get": message(pdu(0xA0, varbinds((NAME, b"\5\0")))),
        "everything": message(pdu(0xA2, varbinds(*everything))), "trailing": good + b"\0", "cut": good[:-3], "empty": b"", "indefinite": b"\x30\x80" + good[2:] + b"\0\0",
        "reserved-length": b"\x30\xff" + good[2:], "length-2^32-1": b"\x30\x84\xff\xff\xff\xff" + good[2:], "long-forms": tlv(0x30, good[2:], 4),
        "nested": b"\x30\x83\x01\x00\x00" * 10_000, "set": message(pdu(0xA3, varbinds((NAME, VALUES["integer"])))), "list": varbinds((NAME, VALUES["integer"]))[2:],
    }  # fmt: skip
    for level, body in {"noauth": (0, scoped(pdu(0xA2, varbinds((NAME, VALUES["integer"]))))), "report": (0, scoped(pdu(0xA8, varbinds(("1.3.6.1.6.3.15.1.1.4.0", tlv(0x41, b"\5")))))), "private": (3, tlv(0x04, b"x" * 32))}.items():
        out[f"v3-{level}"] = v3(body[1], body[0], code=b"m" * 12 if body[0] else b"")
    for size in (0, 4, 33, 255):
        out[f"v3-engine-{size}"] = v3(scoped(pdu(0xA2, varbinds())), engine=b"e" * size)
    out |= {f"v3-size-{size}": v3(scoped(pdu(0xA2, varbinds())), size=size) for size in (0, 484, 2**31)}
    out |= {"v3-boots": v3(scoped(pdu(0xA2, varbinds())), boots=2**31 - 1)}
    out |= {f"v3-code-{size}": v3(tlv(0x04, b"x" * 16), 3, code=b"m" * size) for size in (0, 1, 48, 49, 64)}
    return out


def shipped_traps() -> dict[str, list[str]]:
    """Every eighth trap of each shipped list, and the names of the values that the list looks at."""
    out = {}
    for file in sorted(PROFILES.glob("traps-*.yaml")):
        base = re.search(r"^base: ([\d.]+)", file.read_text(), re.MULTILINE)[1]
        full = lambda text: base + text if text.startswith(".") else text  # noqa: E731
        values = sorted({full(text) for text in re.findall(r"(?:varbind|name_of): ([.\d]+)", file.read_text())})[:8]
        out |= {full(text): values for text in re.findall(r"\{oid: ([.\d]+)", file.read_text())[::8]}
    return out


def trap() -> dict[str, bytes]:
    def v2(trap_oid: bytes, *more: tuple[str, bytes], tag: int = 0xA7) -> bytes:
        return message(pdu(tag, varbinds(("1.3.6.1.2.1.1.3.0", tlv(0x43, b"\x64")), ("1.3.6.1.6.3.1.1.4.1.0", trap_oid), *more)))

    def v1(enterprise: bytes, generic: int = 6, specific: int = 5) -> bytes:
        body = enterprise + tlv(0x40, b"\x7f\0\0\1") + integer(generic) + integer(specific) + tlv(0x43, b"\5") + varbinds((NAME, VALUES["octets"]))
        return message(tlv(0xA4, body), 0)

    out = {f"value-{name}": v2(oid("1.3.6.1.4.1.13742.6.0.63"), (NAME, value)) for name, value in VALUES.items()}
    out |= {f"known-{name}": v2(oid(name), *((value + ".3", integer(at + 1)) for at, value in enumerate(values))) for name, values in shipped_traps().items()}
    out |= {f"enterprise-{size}": v1(tlv(0x06, b"\x2b" + b"\1" * (size - 1) if size else b"")) for size in (0, 1, 126, 127, 128, 129)}
    out |= {f"specific-{number}": v1(oid("1.3.6.1.4.1.318"), specific=number) for number in (2**31 - 1, 2**31, -1)}
    out |= {f"generic-{number}": v1(oid("1.3.6.1.4.1.318"), number) for number in (0, 3, 7, -1)}
    out |= {"inform": v2(oid("1.3.6.1.6.3.1.1.5.1"), tag=0xA6), "no-oid": v2(tlv(0x04, b"1.3.6")), "v3": v3(scoped(pdu(0xA7, varbinds())))}
    return out


def profile() -> dict[str, bytes]:
    shipped = sorted(PROFILES.glob("*.yaml"), key=lambda file: file.stat().st_size)
    out = {file.stem: file.read_bytes() for file in shipped if file.stat().st_size < 4096}
    head = b"profile: p\nprotocol: snmp\nidentify:\n  - {sys_object_id: 1.3.6.1.4.1.99}\n"
    columns = b"      - {column: .2.1, metric: rack_current_amperes, divide: 10}\n      - {column: .2.2, metric: rack_voltage_volts, digits: .3.1}\n"
    table = head + b"base: 1.3.6.1.4.1.99\ntables:\n  - part: outlet\n    name: ['{1} {.2.2}', 'x']\n    where: [{column: .2.1, is_not: [0]}]\n    columns:\n" + columns
    out |= {
        "table": table, "bomb": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "cycle": b"a: &a [*a]\n", "deep": b"[" * 5000, "flow": b"{a: " * 5000, "twice": b"profile: a\nprofile: b\n",
        "norway": b"profile: no\nprotocol: 010\nidentify: 1_000\n", "tabs": b"profile:\tp\n\tx: 1\n", "bom": b"\xef\xbb\xbf" + head, "utf-16": "profile: p\n".encode("utf-16"), "nul": b"profile: \0\n",
        "regex": head + b"scalars: [{metric: rack_voltage_volts, oid: 1.3.6.1.4.1.99.1.0, extract: '((((a{1,99}){1,99}){1,99}){1,99})'}]\n", "zero": table.replace(b"divide: 10", b"divide: 0"),
        "escapes": b"profile: \"\\x1b]0;x\\a\\u202e\"\nprotocol: snmp\n", "self": b"profile: p\nextends: p\n", "base": head + b"extends: base\n",
        "override": b"override: base\npoints:\n  - {oid: 1.3.6.1.4.1.99.1.0, divide: 10, lane: hot}\n",
    }  # fmt: skip
    return out


def recording() -> dict[str, bytes]:
    lines = {"integer": b"2|230", "text": b"4|PDU", "hex": b"4x|1b5d303b00ff", "oid": b"6|1.3.6.1.4.1.318.1.3.4.6", "counter": b"70|18446744073709551615",
             "opaque": b"68x|9f7804436600", "variation": b"2:numeric|min=1,max=9", "unknown": b"99|x", "huge": b"2|" + b"9" * 400}  # fmt: skip
    base = b"1.3.6.1.2.1.1.1.0|4|APC Rack PDU (MN:AP8853)\n1.3.6.1.2.1.1.2.0|6|%s\n"
    enterprises = {"apc": b"1.3.6.1.4.1.318.1.3.4.6", "raritan": b"1.3.6.1.4.1.13742.6", "ups": b"1.3.6.1.2.1.33", "other": b"1.3.6.1.4.1.99"}
    rows = b"".join(b"1.3.6.1.2.1.33.1.3.3.1.3.%d|2|230\n" % row for row in range(1, 40))
    out = {name: base % b"1.3.6.1.4.1.99" + b"1.3.6.1.2.1.33.1.2.1.0|" + line + b"\n" for name, line in lines.items()}
    return out | {f"of-{name}": base % object_id + rows for name, object_id in enterprises.items()}


def modbus() -> dict[str, bytes]:
    asked = bytes([2, 0, 1, 0, 7, 1])  # holding registers, 2 of them, transaction 7, unit 1
    def frame(body: bytes, length: int | None = None, head: bytes = b"\0\7\0\0", unit: int = 1) -> bytes:
        return asked + head + (len(body) + 1 if length is None else length).to_bytes(2, "big") + bytes([unit]) + body
    good = b"\3\4\0\xe6\xff\xff"
    out = {"good": frame(good), "two": frame(good) + frame(good)[6:], "late": frame(good, head=b"\0\6\0\0"), "protocol": frame(good, head=b"\0\7\0\1"),
           "unit": frame(good, unit=2), "odd": frame(b"\3\3\0\xe6\xff"), "short": frame(b"\3\2\0\xe6"), "cut": frame(good)[:-1]}  # fmt: skip
    out |= {f"length-{length}": frame(good, length) for length in (0, 1, 2, 255, 65535)}
    return out | {f"exception-{code}": frame(bytes([0x83, code])) for code in (0, 1, 2, 11, 255)}


def registers() -> dict[str, bytes]:
    types = {"u16": b"\x00\xe6", "s16": b"\xff\xff", "u32": b"\0\1\0\2", "s32": b"\xff\xff\xff\xfe", "u64": bytes(7) + b"\1", "s64": b"\xff" * 8,
             "f32": b"\x43\x66\x80\0", "f64": b"\x40\x6c\xd0\0\0\0\0\0", "bcd16": b"\x12\x34", "bcd32": b"\x12\xa4\0\0", "bcd64": b"\0\0\0\1\0\0\0\x09"}  # fmt: skip
    def one(kind: int, orders: int, content: bytes, extras: bytes = b"\0") -> bytes:
        return bytes([kind, orders, 0, 1, 256 - 50]) + extras + content
    out = {f"{name}-{orders}": one(kind, orders, content) for kind, (name, content) in enumerate(types.items()) for orders in range(4)}
    for name, scale in (("tenths", b"\xff\xff"), ("none", b"\x80\0"), ("eleven", b"\0\x0b"), ("least", b"\xff\xf6")):
        out[f"scale-{name}"] = one(1, 0, b"\x09\x00", b"\1" + scale)
    out |= {f"sentinel-{kind}": one(kind, 0, b"\xff" * 8, b"\2") for kind in range(6)} | {f"bit-{bit}": one(1, 0, b"\x80\1", bytes([4, bit])) for bit in (0, 15, 31)}
    text = bytes([11, 0, 4, 0, 1, 0, 0])
    return out | {"text": text + b"230\0AB", "text-high": text + b"\xff\xfe\x1b[2J", "text-swapped": bytes([11, 2, 1, 0, 0, 0, 0]) + b"32\x000", "nan": one(6, 0, b"\x7f\xc0\0\0")}


def rtu() -> dict[str, bytes]:
    asked = bytes([2, 0, 1, 6, 61])  # holding registers, 2 of them, unit 7, from 61 on
    def closed(*body: int) -> bytes:
        code = 0xFFFF
        for byte in body:
            code ^= byte
            for _ in range(8):
                code = code >> 1 ^ 0xA001 if code & 1 else code >> 1
        return bytes(body) + code.to_bytes(2, "little")
    request, good, other = closed(7, 3, 0, 61, 0, 2), closed(7, 3, 4, 1, 0, 0xAB, 0xCD), closed(8, 3, 4, 0, 1, 0, 2)
    frames = {"good": good, "echo": request + good, "stray": b"\xff\7\3" + good, "unit": other + good, "crc": good[:-1] + b"\0", "cut": good[:-1], "twice": good + good,
              "long": closed(7, 3, 6, 0, 1, 0, 2, 0, 3), "short": closed(7, 3, 2, 0, 1), "odd": closed(7, 3, 3, 0, 1, 0), "count": bytes([7, 3, 255, 1, 2, 3]),
              "two": (request + good) * 2 + closed(8, 3, 0, 0, 0, 2) + other, "write": closed(7, 16, 0, 1, 0, 1, 2, 1, 2) + closed(7, 16, 0, 1, 0, 1),
              "same": closed(7, 1, 3, 1, 0, 24) * 3, "all": closed(0, 6, 0, 1, 0, 2) + request + good}  # fmt: skip
    objects = closed(7, 0x2B, 0x0E, 1, 1, 0, 0, 2, 0, 1, 65, 1, 2, 66, 67)
    out = {name: asked + frame for name, frame in frames.items()} | {"objects": bytes([4, 0, 0, 6, 0]) + closed(7, 0x2B, 0x0E, 1, 0) + objects}
    return out | {f"exception-{code}": asked + closed(7, 0x83, code) for code in (0, 1, 2, 11, 255)}


def site() -> dict[str, bytes]:
    out = {file.stem: file.read_bytes() for file in SCENARIOS.glob("rack*.yaml")}
    return out | {
        "small": b"rack: r12\nfeeds:\n  A: {nominal_volts: 230}\ndevices:\n  pdu-a: {url: snmp://192.0.2.11, feed: A}\nloads:\n  cab1:\n    supplies:\n      psu1: {cord: pdu-a/outlet/3}\n",
        "circle": b"feeds:\n  A: {upstream: {ups: B}}\n  B: {upstream: {ups: A}}\n", "url": b"devices:\n  x: {url: 'snmp://[::1'}\n", "size": b"store: {max_bytes: 99999999999999999999GiB, raw: -1d}\n",
    }  # fmt: skip


def varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + varint(number >> 7)


def signed(number: int) -> bytes:
    return varint(number * 2 if number >= 0 else -number * 2 - 1)


def frame(content: bytes) -> bytes:
    """A zstd frame of one block as it is, without its magic."""
    return b"\0\x58" + (len(content) << 3 | 1).to_bytes(3, "little") + content


def whole_numbers(count: int) -> dict[str, bytes]:
    digits = signed(1) + varint(1) + signed(-2)
    plain = bytes(at * 37 % 256 for at in range(count))
    return {
        "constant": b"\1" + signed(5) + signed(1), "twice": b"\2" + signed(5) + signed(1) + signed(0), "sparse": b"\5" + signed(5) + signed(1) + b"\1\2" + signed(9),
        "varints": b"\x09" + signed(5) + bytes(range(count - 1)), "binary": b"\x0d" + signed(5) + digits + b"\1\0\0" + plain[: (count + 6) // 8],
        "elsewhere": b"\x0d" + signed(5) + digits + b"\xff\0\2" + signed(700) + b"\xff" + bytes(count - 2), "low": b"\x0d" + signed(5) + digits + b"\xff\x08\0" + plain[1:] + plain[1:],
        "packed": b"\x1d" + signed(5) + digits + b"\xff\0\0" + frame(plain[1:]),
    }  # fmt: skip


def columns(count: int) -> dict[str, bytes]:
    good, whole = b"\0", whole_numbers(count)
    out = {name: good + b"\x11\0" + numbers for name, numbers in whole.items()} | {f"way-{way}": good + bytes([way * 16 + 2]) + b"\0" + whole["constant"] for way in range(1, 11)}
    out |= {"bits": good + b"\0\0" + bytes(range(8)) * count, "bits-packed": good + b"\0\1" + frame(bytes(8 * count)), "exception": good + b"\x11\1\2\3" + b"\xff" * 8 + whole["constant"]}
    return out | {"qualities": b"\x10\x0a\4" + b"\x11\0" + whole["constant"]}


def times(count: int) -> bytes:
    sized = lambda part: varint(len(part)) + part  # noqa: E731
    return b"\1\0" + signed(1) + signed(10**12) + sized(whole_numbers(count)["constant"]) + signed(1000) + sized(b"\0" + signed(10**12) + signed(7)) + sized(b"\1" + signed(0) + signed(0))


def chunk() -> dict[str, bytes]:
    def block(parts: list[bytes], count: int, packed: bool = False) -> bytes:
        clock = times(count)
        data = frame(clock + b"".join(parts)) if packed else clock + b"".join(parts)
        sizes = b"".join(signed(1) + varint(len(part)) for part in parts)
        return b"\1\1" + varint(count) + varint(len(data) if packed else 0) + varint(len(clock)) + varint(len(parts)) + sizes + data
    out = {f"{name}-{count}": block([part], count) for count in (20, 100) for name, part in columns(count).items()}
    return out | {"all": block(list(columns(20).values()), 20), "together": block(list(columns(20).values()), 20, True), "none": b"\1\0", "rows": b"\1\1\xff\xff\x3f\0"}


def journal() -> dict[str, bytes]:
    def row(heads: bytes, values: bytes, head: int = 0x11, packed: bool = False) -> bytes:
        plain = varint(len(heads)) + heads + values
        return bytes([head | (0x20 if packed else 0)]) + (frame(plain) if packed else plain)
    born = b"\1\0\3" + signed(1) * 3 + signed(10**12) + signed(0) + signed(1) + signed(5) + b"\0"
    values = b"\0\x11" + signed(2300) + b"\0\0" + bytes(8) + b"\0\x32" + signed(-7)
    again = b"\1\1" + signed(0) + signed(1) + signed(0) * 2 + b"\x08\1"
    out = {"key": row(born, values), "packed": row(born, values, packed=True), "empty": row(b"\0", b"")}
    out |= {"two": row(born, values) + b"\xfe\0" + row(again, b"\2\3\1", 1), "lost": row(again, b"\1\1\1", 1)}
    born = b"\1\x1b\0\3" + signed(1) * 3 + signed(10**12) + signed(1) + signed(5)
    digits = lambda odd, content: varint(len(odd)) + odd + content  # noqa: E731
    odd = b"\x11" + signed(2300) + b"\0" + bytes(8) + b"\x32" + signed(-7)
    first = row(born, digits(odd, b"\xff\x0f"), 0x12)
    out |= {"digits": first, "packed digits": row(born, digits(odd, b"\xff\x0f"), 0x12, packed=True), "no digits": row(b"\0", b"\0", 0x12)}
    later = row(b"\1\x26" + signed(1) + signed(3) + b"\x08\1", digits(varint(300), b"\xe3\x01"), 2)
    return out | {"likely": first + b"\xfe\0" + later, "listed": first + b"\xfe\0" + row(b"\2\1\1\0", digits(b"", b"\x21\x43\x05"), 2)}


def summary() -> dict[str, bytes]:
    def body(count: int, parts: list[bytes], packed: bool = False) -> bytes:
        key = b"\1" + signed(490000) + signed(1) * (count > 1), b"\1" + signed(60) + signed(0) * (count > 1)
        keys = b"\1" + varint(count) + b"".join(varint(len(part)) + part for part in key)
        data = [varint(len(frame(part))) + frame(part) if packed and part else b"\0" + part for part in parts + [b""] * (4 - len(parts))]
        return b"\1" + varint(60000) + keys + b"\1" + signed(3) + b"\0" + b"".join(varint(len(part)) for part in parts) + b"".join(data)
    plain = whole_numbers(20)
    apart = [b"\x11" + plain["binary"], plain["sparse"], plain["constant"], b"\1" + plain["elsewhere"]]
    out = {"hours": body(2, [b"\x11" + signed(2300) + signed(5) + signed(9) * 4 + b"\1" + signed(70) * 2]), "doubles": body(2, [b"\0" + bytes(range(64))])}
    return out | {"minutes": body(20, apart), "packed": body(20, apart, True), "sums": body(20, apart[:3] + [b"\0" + columns(20)["bits"][1:]])}


def cursor() -> dict[str, bytes]:
    begin = lambda at: b"\3\x05\1" + at.to_bytes(8, "big", signed=True)  # noqa: E731
    take, refuse, fail, late, again, other = b"\7\6", b"\7\2", b"\7\0", b"\2", b"\3", b"\4"
    out = {name: begin(at) + (b"\0\1" + take) * 5 for name, at in {"within": 3, "none": -1, "beyond": 2**53, "least": -(2**63), "greatest": 2**63 - 1}.items()}
    out |= {"new": b"\7\3\0" + take * 4, "late": begin(0) + late + (b"\0\1" + take) * 30 + again + take * 3, "refused": begin(1) + refuse * 8 + take * 2}
    return out | {"other": begin(2) + take + other + b"\0\1" * 3 + take + again + take, "failing": begin(0) + fail * 6 + b"\5\x40" + b"\7\1\x20" + b"\7\5" + take * 5 + b"\6" + take + b"\6"}


EXPRESSIONS = [
    "a > 5", "a{x=\"1\",le!~\"2|3\"} offset 1s >= bool 0.5", "a / on(x, le) group_left(z) b", "sum by (x) (rate(a[5s])) > 0 and on() b unless a",
    "-(a + b)^2 % 3 atan2 b", "topk(2, a) or quantile without (le) (0.9, b)", "max_over_time((a - 1)[10s:2s] offset 1s)", "absent(missing{x=\"1\"})",
    "histogram_quantile(0.9, sum by (le) (rate(h_bucket[10s])))", "label_replace(a, \"z\", \"$1\", \"x\", \"(.*)\")", "time() - timestamp(a) > 1e3",
    "count_values(\"v\", round(a, 0.5))", "predict_linear(a[10s], 3600) < Inf", "{__name__=~\"a|b\"}", "scalar(a) * vector(pi())", "a @ 10 + b @ end()",
    "(" * 99 + "1" + ")" * 99, "(" * 5000 + "1", "-" * 5000 + "a", "a{x=~\"(((a{1,100}){1,100}){1,100})\"}", "a[1000000000s]", "a + " * 400 + "a", "sum(" * 90 + "a" + ")" * 90,
    "1" * 5000, "\"" + "\\u00e9" * 500 + "\"", "a{x=\"" + "y" * 20000 + "\"}",
]


def expression() -> dict[str, bytes]:
    return {str(i): text.encode() for i, text in enumerate(EXPRESSIONS)} | {"hostile": HOSTILE}


def streaming() -> dict[str, bytes]:
    return {str(i): bytes((7 * i + j * j * (i + 3) + (j >> 3)) & 0xFF for j in range(600)) for i in range(12)}


def words(files: list[Path]) -> str:
    """The keys of these files, as libFuzzer's dictionaries have them."""
    found = set(re.findall(r"\b[a-z_]+(?=:)", "".join(file.read_text() for file in files)))
    return "".join(f'"{word}: "\n' for word in sorted(found))


TEMPLATES = {
    "plain": "{{ $labels.supply }} at {{ $value | humanize }}W {{ printf \"%8.2f|%-5d|%q|%x\" $value 3 \"a\" \"b\" }}",
    "branches": "{{ if gt $value 1.0 }}a{{ else if eq 1 2 }}b{{ else }}c{{ end }}{{ with $labels.load }}{{ . }}{{ end }}",
    "ranges": "{{ range $i, $e := query \"up\" }}{{ $i }}{{ $e.Labels.a }}{{ continue }}{{ end }}{{ range 3 }}{{ break }}{{ end }}",
    "defined": "{{ define \"t\" }}{{ .arg0 }}{{ template \"t\" . }}{{ end }}{{ template \"t\" (args 1 `x`) }}",
    "functions": "{{ reReplaceAll \"(.)\" \"$1$1\" \"abc\" | title }}{{ humanizeDuration 1e9 }}{{ humanizeTimestamp 1e12 }}{{ slice \"abc\" 1 2 }}",
    "growing": "{{ $x := \"0123456789\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}",
    "trimmed": "a {{- /* b */ -}} c {{- 'd' -}} {{ -0x1f }} {{ 1e308 }}",
}


def template() -> dict[str, bytes]:
    return {name: text.encode() for name, text in TEMPLATES.items()} | {"hostile": HOSTILE}


def rules() -> dict[str, bytes]:
    return {
        "file": b"groups:\n- name: g\n  interval: 30s\n  limit: 3\n  rules:\n  - {record: 'a:b', expr: sum by (x) (y)}\n"
                b"  - {alert: A, expr: 'a:b > 1', for: 5m, keep_firing_for: 1m, labels: {s: '{{ $value }}'}, annotations: {t: '{{ $labels }}'}}\n",
        "circle": b"groups:\n- name: g\n  rules: [{record: a, expr: b}, {record: b, expr: '{__name__=~\"a|c\"}'}, {record: a, expr: x}]\n",
        "tests": b"rule_files: [r.yml]\nevaluation_interval: 1m\ngroup_eval_order: [g]\nfuzzy_compare: true\ntests:\n- interval: 1m\n  name: n\n"
                 b"  start_timestamp: 1000\n  input_series: [{series: 'x{a=\"1\"}', values: '1 2+3x4 _x2 stale {{sum:1}}x2'}]\n"
                 b"  alert_rule_test: [{eval_time: 2m, alertname: A, exp_alerts: [{exp_labels: {a: b}}]}]\n"
                 b"  promql_expr_test: [{expr: sum(x), eval_time: 1m, exp_samples: [{labels: '{a=\"1\"}', value: 5}]}]\n",
        "hostile": b"groups:\n- name: " + HOSTILE,
    }


def main() -> None:
    for target in (codec, trap, profile, recording, modbus, registers, rtu, site, chunk, journal, summary, cursor, expression, rules, template, streaming):
        folder = Path(sys.argv[1], target.__name__)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in target().items():
            (folder / name).write_bytes(content)
    Path(sys.argv[1], "profile.dict").write_text(words(list(PROFILES.glob("*.yaml"))))
    Path(sys.argv[1], "site.dict").write_text(words(list(SCENARIOS.glob("rack*.yaml"))))


if __name__ == "__main__":
    main()
