#!/usr/bin/python3
"""read_store.py FILE: every sample of a store of format 2 or 3, a line `series TAB utc_ms TAB value TAB quality TAB age_ms`, the value as C's %a writes it,
quality as a number; then every event, `event TAB seq TAB json`. Written from store/FORMAT.md and sharing no code with holdup: what
that page says is enough. Every checksum is looked at; exit 1 and the reason where something is wrong.
`read_store.py --bodies FILE`: chunk, journal and summary bodies out of a file of lines `kind TAB hex` instead."""
import sqlite3
import struct
import sys
import zlib
from collections.abc import Iterator

import zstandard

MASK = (1 << 64) - 1


class Damaged(Exception):
    pass


def wrap(number: int) -> int:
    """Sums go round at 64 bits."""
    number &= MASK
    return number - (1 << 64) if number >> 63 else number


class Bytes:
    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.content):
            raise Damaged("ends too early")
        self.at += count
        return self.content[self.at - count : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def varint(self) -> int:
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number & MASK

    def signed(self) -> int:
        number = self.varint()
        return wrap(number >> 1 ^ -(number & 1))

    def double(self) -> float:
        return struct.unpack("<d", self.take(8))[0]

    def rest(self) -> bytes:
        return self.take(len(self.content) - self.at)

    def end(self) -> None:
        if self.at != len(self.content):
            raise Damaged(f"{len(self.content) - self.at} bytes too many")


def unpack(frame: bytes, most: int) -> bytes:
    return zstandard.ZstdDecompressor().decompress(b"\x28\xb5\x2f\xfd" + frame, max_output_size=max(most, 1))


def checked(body: bytes) -> Bytes:
    if len(body) < 4 or zlib.crc32(body[:-4]) != int.from_bytes(body[-4:], "little"):
        raise Damaged("its checksum is wrong")
    return Bytes(body[:-4])


def whole_numbers(content: bytes, count: int) -> list[int]:
    source = Bytes(content)
    head = source.byte()
    order, form, packed = head & 3, head >> 2 & 3, head & 0x10
    if order == 3 or head >= 0x20:
        raise Damaged("whole numbers of no known form")
    if count == 0:
        return source.end() or []
    first = source.signed()
    if count == 1:
        return source.end() or [first]
    slope = source.signed() if order == 2 else 0
    left = count - max(order, 1)
    steps = residuals(source, form, packed, left) if left > 0 else []
    source.end()
    out = [first]
    if order == 2:
        out.append(wrap(first + slope))
    for step in steps:
        slope = wrap(slope + step) if order == 2 else step
        out.append(wrap((out[-1] if order else first) + slope))
    return out


def residuals(source: Bytes, form: int, packed: int, count: int) -> list[int]:
    if form == 0:
        return [source.signed()] * count
    if form == 1:
        usual = source.signed()
        out, at = [usual] * count, 0
        for _ in range(source.varint()):
            at += source.varint()
            out[at] = wrap(usual + source.signed())
            at += 1
        return out
    if form == 2:
        return [source.signed() for _ in range(count)]
    return digits(source, packed, count)


def digits(source: Bytes, packed: int, count: int) -> list[int]:
    zero, common, start = source.signed(), source.varint(), source.signed()
    base, low = source.byte() + 1, source.byte()
    elsewhere = Bytes(source.take(source.varint()))
    low_bits = int.from_bytes(source.take((count * low + 7) // 8), "little")
    together = 1
    while base ** (together + 1) <= 256:
        together += 1
    size = -(-count // together)
    content = unpack(source.rest(), size) if packed else source.rest()
    if len(content) != size:
        raise Damaged("too few or too many digits")
    others = len(elsewhere.content) > 0
    out = []
    for at in range(count):
        digit = content[at // together] // base ** (at % together)
        digit = digit % base if together > 1 else digit
        if others and digit == base - 1:
            number = elsewhere.signed()
        else:
            number = (digit << low) + (low_bits >> at * low & (1 << low) - 1)
        out.append(wrap(zero + common * (start + number)))
    elsewhere.end()
    return out


FREEZING = -17.7777777777777778


def value_of(whole: int, way: int, places: int) -> float:
    power = 10.0**places
    number = float(whole)
    decimal = number / power
    if way == 8:
        return decimal * 5 / 9 + FREEZING
    if way == 9:
        return number * 5 / (9 * power) + FREEZING
    if way == 10:
        return decimal + -273.15
    if way == 2:
        return number * float(f"1e-{places}")
    if way == 3:
        return struct.unpack("<f", struct.pack("<f", decimal))[0]
    return decimal * {1: 1, 4: 3600000, 5: 3600, 6: 1000, 7: 100}[way]


def scale_of(byte: int) -> tuple[int, int]:
    if not (1 <= byte >> 4 <= 10 and byte & 15 <= 12):
        raise Damaged("a scale that is none")
    return byte >> 4, byte & 15


def values(content: bytes, count: int) -> list[float]:
    source = Bytes(content)
    head = source.byte()
    if head == 0:
        return bitwise(source, count)
    way, places = scale_of(head)
    exceptions = [(source.varint(), source.varint(), source.double()) for _ in range(source.varint())]
    out = [value_of(whole, way, places) for whole in whole_numbers(source.rest(), count)]
    at = 0
    for gap, length, value in exceptions:
        at += gap + length
        if at > count:
            raise Damaged("an exception beyond the last value")
        out[at - length : at] = [value] * length
    return out


def bitwise(source: Bytes, count: int) -> list[float]:
    planes = unpack(source.rest(), 8 * count) if source.byte() else source.rest()
    if len(planes) != 8 * count:
        raise Damaged("too few or too many bits")
    out, last = [], 0
    for at in range(count):
        last ^= int.from_bytes(planes[at::count], "little")
        out.append(struct.unpack("<d", last.to_bytes(8, "little"))[0])
    return out


def qualities(source: Bytes, count: int) -> list[int]:
    out: list[int] = []
    while len(out) < count:
        run = source.varint()
        out += [run & 7] * (run >> 3 or count - len(out))
    if len(out) > count or any(quality > 4 for quality in out):
        raise Damaged("qualities that are none")
    return out


Row = tuple[int, int, int, list[int]]  # seq, utc_ms, age_ms, of the block


def chunk(body: bytes) -> Iterator[tuple[int, int, int, float, int, int]]:
    """series, seq, utc_ms, value, quality, age_ms"""
    source = checked(body)
    if source.byte() != 1:
        raise Damaged("a chunk of another layout")
    blocks = []
    for _ in range(source.varint()):
        rows, frame, clock, series, sizes = source.varint(), source.varint(), source.varint(), 0, []
        for _ in range(source.varint()):
            series = wrap(series + source.signed())
            sizes.append((series, source.varint()))
        blocks.append((rows, frame, clock, sizes))
    for rows, frame, clock, sizes in blocks:
        all_ = clock + sum(size for _, size in sizes)
        data = Bytes(unpack(source.take(frame), all_) if frame else source.take(all_))
        utc, seq, age = times(Bytes(data.take(clock)), rows)
        for series, size in sizes:
            column = Bytes(data.take(size))
            quality = qualities(column, rows)
            for row, value in enumerate(values(column.rest(), rows)):
                yield series, seq[row], utc[row], value, quality[row], age[row]
        data.end()
    source.end()


def times(source: Bytes, rows: int) -> tuple[list[int], list[int], list[int]]:
    for _ in range(source.varint()):  # stretches: first row, boot, UTC minus monotonic time
        source.varint(), source.signed(), source.signed()
    seq = whole_numbers(source.take(source.varint()), rows)
    step = source.signed()
    beside = whole_numbers(source.take(source.varint()), rows)
    age = whole_numbers(source.take(source.varint()), rows)
    source.end()
    return [wrap(one + step * at) for one, at in zip(beside, seq, strict=True)], seq, age


class Journal:
    """Rows in their order, from a key row on."""

    def __init__(self) -> None:
        self.lists: list[dict] = []
        self.series: dict[int, list] = {}
        self.next = 0

    def row(self, body: bytes) -> Iterator[tuple[int, int, float, int, int]]:
        """series, utc_ms, value, quality, age_ms"""
        source = checked(body)
        head = source.byte()
        if head & 0x0F not in (1, 2) or head >= 0x40:
            raise Damaged("a journal row of another layout")
        if head & 0x10:
            self.__init__()
        plain = Bytes(unpack(source.rest(), 1 << 25) if head & 0x20 else source.rest())
        heads = Bytes(plain.take(plain.varint()))
        yield from self.row_1(heads, plain) if head & 0x0F == 1 else self.row_2(heads, plain)
        heads.end()

    def row_2(self, heads: Bytes, plain: Bytes) -> Iterator[tuple[int, int, float, int, int]]:
        odd = Bytes(plain.take(plain.varint()))
        digits = [digit for byte in plain.rest() for digit in (byte & 15, byte >> 4)]
        at = 0
        for _ in range(heads.varint()):
            flags = heads.byte()
            one = self.list(heads) if flags & 1 else self.likely()
            for flag, what in ((2, "step"), (4, "age")):
                one[what] = wrap(one[what] + (heads.signed() if flags & flag else 0))
            for flag in (8, 16):  # boot, UTC minus monotonic time
                if flags & flag:
                    heads.signed()
            one["utc"] = wrap(one["utc"] + one["step"])
            count = len(one["series"])
            for series, quality in zip(one["series"], qualities(heads, count) if flags & 32 else [0] * count, strict=True):
                yield series, one["utc"], self.value_2(digits[at], odd, series), quality, one["age"]
                at += 1
        odd.end()
        if any(digits[at:]) or len(digits) - at > 1:
            raise Damaged("too many digits")

    def likely(self) -> dict:
        if self.next >= len(self.lists):
            self.next = 0
        self.next += 1
        return self.lists[self.next - 1]

    def value_2(self, digit: int, odd: Bytes, series: int) -> float:
        return self.odd(odd, series) if digit == 15 else self.changed(series, digit if digit < 14 else 14 + odd.varint())

    def value_1(self, values: Bytes, series: int) -> float:
        token = values.varint()
        return self.odd(values, series) if token == 0 else self.changed(series, token - 1)

    def changed(self, series: int, change: int) -> float:
        state = self.state(series)
        state[2] = wrap(state[2] + (change >> 1 ^ -(change & 1)))
        return value_of(state[2], state[0], state[1])

    def odd(self, source: Bytes, series: int) -> float:
        head = source.byte()
        if head == 0:
            return source.double()
        state = self.state(series)
        state[:] = [*scale_of(head), source.signed()]
        return value_of(state[2], state[0], state[1])

    def state(self, series: int):
        return self.series.setdefault(series, [1, 0, 0])  # way, places, whole number

    def row_1(self, heads: Bytes, plain: Bytes) -> Iterator[tuple[int, int, float, int, int]]:
        for _ in range(heads.varint()):
            one = self.list(heads)
            one["step"] = wrap(one["step"] + heads.signed())
            one["utc"] = wrap(one["utc"] + one["step"])
            one["age"] = wrap(one["age"] + heads.signed())
            heads.signed(), heads.signed()  # boot, UTC minus monotonic time
            for series, quality in zip(one["series"], qualities(heads, len(one["series"])), strict=True):
                yield series, one["utc"], self.value_1(plain, series), quality, one["age"]
        plain.end()

    def list(self, heads: Bytes) -> dict:
        number = heads.varint()
        if number > 0:
            self.next = number
            return self.lists[number - 1]
        members, last = [], 0
        for _ in range(heads.varint()):
            last = wrap(last + heads.signed())
            members.append(last)
        self.lists.append({"series": members, "utc": 0, "step": 0, "age": 0})
        self.next = len(self.lists)
        return self.lists[-1]


def summaries(body: bytes) -> Iterator[tuple[int, int, int, float, float, float, float]]:
    """series, from_ms, count, min, max, sum, last"""
    source = checked(body)
    if source.byte() != 1:
        raise Damaged("summaries of another layout")
    span, keys = source.varint(), []
    for _ in range(source.varint()):
        count = source.varint()
        keys.append([whole_numbers(source.take(source.varint()), count) for _ in range(2)])
    columns, series = [], 0
    for _ in range(source.varint()):
        series = wrap(series + source.signed())
        key = keys[source.varint()]
        columns.append((series, key, [source.varint() for _ in range(1 if len(key[0]) <= 12 else 4)]))
    parts: list[list[bytes]] = [[] for _ in columns]
    for part in range(4):
        frame = source.varint()
        all_ = sum(sizes[part] for _, _, sizes in columns if part < len(sizes))
        data = Bytes(unpack(source.take(frame), all_) if frame else source.take(all_))
        for at, (_, _, sizes) in enumerate(columns):
            if part < len(sizes):
                parts[at].append(data.take(sizes[part]))
        data.end()
    source.end()
    for (series, (begins, counts), _), own in zip(columns, parts, strict=True):
        for begin, count, fields in zip(begins, counts, summary_fields([Bytes(part) for part in own], counts), strict=True):
            yield series, begin * span, count, *fields


def summary_fields(parts: list[Bytes], counts: list[int]) -> list[tuple[float, float, float, float]]:
    count, apart = len(counts), len(parts) > 1

    def doubles(field: int) -> list[float]:
        return values(parts[field].rest(), count) if apart else [parts[0].double() for _ in range(count)]

    def numbers(field: int) -> list[int]:
        if apart:
            return whole_numbers(parts[field].rest(), count)
        out = [parts[0].signed() for _ in range(count)]
        for at in range(1, count if field == 0 else 0):
            out[at] = wrap(out[at] + out[at - 1])
        return out

    head = parts[0].byte()
    if head == 0:
        least, greatest, last, total = (doubles(field) for field in range(4))
        return list(zip(least, greatest, total, last, strict=True))
    way, places = scale_of(head)
    low, above, below = (numbers(field) for field in range(3))
    high = [wrap(a + b) for a, b in zip(low, above, strict=True)]
    if parts[-1].byte():
        midways = [wrap(wrap(a + b) * n) >> 1 for a, b, n in zip(low, high, counts, strict=True)]
        total = [float(wrap(a + b)) / 10.0**places for a, b in zip(numbers(3), midways, strict=True)]
    else:
        total = doubles(3)
    back = lambda wholes: [value_of(whole, way, places) for whole in wholes]  # noqa: E731
    last = [wrap(a - b) for a, b in zip(high, below, strict=True)]
    return list(zip(back(low), back(high), total, back(last), strict=True))


def samples(file: sqlite3.Connection) -> Iterator[tuple[int, int, float, int, int]]:
    sealed = dict(file.execute("SELECT row, sealed FROM pack"))
    pack_of = dict(file.execute("SELECT row, pack FROM series"))
    for row, body in file.execute("SELECT row, body FROM chunk ORDER BY row"):
        try:
            for series, _, utc, value, quality, age in chunk(body):
                yield series, utc, value, quality, age
        except Damaged as problem:
            raise Damaged(f"chunk {row}: {problem}") from None
    journal = Journal()
    for seq, body in file.execute("SELECT seq, body FROM journal ORDER BY seq"):
        try:
            for series, *rest in journal.row(body):
                if seq > sealed[pack_of[series]]:
                    yield series, *rest
        except Damaged as problem:
            raise Damaged(f"journal {seq}: {problem}") from None


def read(path: str) -> None:
    file = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    if file.execute("PRAGMA application_id").fetchone()[0] != 0x484C4450 or file.execute("PRAGMA user_version").fetchone()[0] not in (2, 3):
        raise Damaged("no store of format 2 or 3")
    names = dict(file.execute("SELECT row, text FROM series"))
    for series, utc, value, quality, age in samples(file):
        print(f"{names[series]}\t{utc}\t{value.hex()}\t{quality}\t{age}")
    for row, body in file.execute("SELECT row, body FROM summary"):
        if not all(count > 0 for _, _, count, *_ in summaries(body)):
            raise Damaged(f"summary {row}: nothing counted")
    for kind, key, content, crc in file.execute("SELECT kind, key, bytes, crc FROM blob"):
        if zlib.crc32(content) != crc:
            raise Damaged(f"blob {kind}/{key}: its checksum is wrong")
    for seq, json, crc in file.execute("SELECT seq, json, crc FROM event ORDER BY seq"):
        if zlib.crc32(json.encode()) != crc:
            raise Damaged(f"event {seq}: its checksum is wrong")
        print(f"event\t{seq}\t{json}")


def read_bodies(path: str) -> None:
    journal = Journal()
    with open(path, encoding="ascii") as lines:
        for line in lines:
            kind, body = line.split("\t")
            content = bytes.fromhex(body)
            readers = {"chunk": chunk, "journal": journal.row, "summary": summaries}
            for row in readers[kind](content):
                print(kind, *(one.hex() if isinstance(one, float) else one for one in row))


def main() -> int:
    try:
        read_bodies(sys.argv[2]) if sys.argv[1] == "--bodies" else read(sys.argv[1])
    except (Damaged, zstandard.ZstdError, sqlite3.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
