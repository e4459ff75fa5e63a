#!/usr/bin/env python3
"""What the linker sees: `symbols.py pure BUILD` reads what the pure rooms' libraries leave undefined (no clock, file, socket, thread,
chance); `symbols.py holdup PROGRAM` what the collector imports (nothing that writes to hardware)."""
import re
import subprocess
import sys
from pathlib import Path

import tree

# Of the C and C++ libraries. stderr stays allowed: HOLDUP_EXPECT says why it aborts.
IMPURE = {
    "clock": r"(clock_gettime|clock|gettimeofday|time|timespec_get|localtime(_r)?|mktime|timer_\w+|timerfd_\w+)$|std::chrono::.*::now\(\)",
    "file": r"(open|openat|creat|fopen|freopen|tmpfile|mkstemp|unlink|remove|rename|stat|fstat|lstat|mmap|read|pread|readlink|opendir)(64)?$"
    r"|std::(__cxx11::)?basic_([io]?fstream|filebuf)|std::filesystem::|std::(cin|cout)$|stdin$|stdout$",
    "environment": r"(secure_)?getenv$|system$|popen$|fork$|vfork$|posix_spawnp?$|exec[lv]\w*$|getpid$",
    "socket": r"(socket|socketpair|connect|bind|listen|accept4?|send|sendto|sendmsg|recv|recvfrom|recvmsg|ioctl|p?poll|p?select|epoll_\w+|pipe2?"
    r"|getaddrinfo|gethostby\w+)$|boost::asio::",
    "thread": r"pthread_\w+$|std::(thread|jthread|condition_variable|this_thread)|(nano|u)?sleep$|clock_nanosleep$|sched_yield$|sem_\w+$",
    "chance": r"s?rand(om)?(_r)?$|[dln]rand48$|getrandom$|getentropy$|arc4random\w*$|std::random_device",
}
WRITES = r"modbus_write_\w+$|modbus_mask_write\w*$|gpiod_line\w*_output\w*$|\w*_set_value\w*$|snmp_set\w*request$|snmp_pdu_create$|snmp_(sess_)?(async_)?send$|snmp_(sess_)?(open|add)(_ex)?$"


def undefined(library: Path, *options: str) -> list[str]:
    command = ["nm", "-u", "-C", *options, str(library)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    symbols = (line.split(maxsplit=1) for line in answer.splitlines())
    return sorted({words[1].split("@")[0] for words in symbols if len(words) == 2 and words[0] in ("U", "w")})


def impure_symbols(library: Path) -> list[str]:
    found = []
    for symbol in undefined(library):
        found += [f"{library.name}: {symbol} ({kind})" for kind, pattern in IMPURE.items() if re.match(pattern, symbol)]
    return found


def pure_problems(root: Path, build: Path, rooms: dict[str, tree.Room]) -> list[str]:
    problems = []
    for room in (room for room in rooms.values() if room.pure):
        has_code = any(tree.room_of(file, rooms) == room.name for file in tree.source_files(root, (".cpp",)))
        if not has_code:
            continue
        libraries = list(build.rglob(f"lib{tree.library_name(room.name)}.a"))
        if len(libraries) != 1:
            problems.append(f"{room.name}: {len(libraries)} libraries lib{tree.library_name(room.name)}.a in {build}")
        for library in libraries:
            problems += impure_symbols(library)
    return problems


def write_problems(program: Path) -> list[str]:
    """Dynamic imports, and the whole symbol table in case such a library was linked in."""
    every = subprocess.run(["nm", "-C", str(program)], capture_output=True, text=True, check=True).stdout.splitlines()
    names = set(undefined(program, "-D")) | {line[19:].split("@")[0] for line in every}
    return [f"{program.name}: {name} could write to a device" for name in sorted(names) if re.match(WRITES, name)]


def main() -> None:
    what, built = sys.argv[1], Path(sys.argv[2])
    here = Path(__file__).parent
    if what == "holdup":
        tree.report(write_problems(built), f"{len(undefined(built, '-D'))} imports of {built.name}")
    rooms = tree.read_edges(here / "edges.txt")
    tree.report(pure_problems(here.parents[1], built, rooms), f"{sum(room.pure for room in rooms.values())} pure rooms")


if __name__ == "__main__":
    main()
