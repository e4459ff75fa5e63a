#!/usr/bin/env python3
"""Rooms include and link only what edges.txt allows; pure rooms reach no Asio; ground holds its listed files and no others."""
import re
import sys
from pathlib import Path

import tree

ASIO = re.compile(r"^boost/(asio|beast)(/|\.hpp)")
# What a pure room may link beside rooms. re2 takes locks of its own, but starts no thread and reads nothing; zstd and
# zlib turn bytes into bytes.
PURE_LIBRARIES = {"Boost::headers", "Boost::json", "Boost::url", "PkgConfig::Re2", "PkgConfig::Zstd", "ZLIB::ZLIB"}
# Parses text handed to it; its yaml-cpp can open files, and nothing of ours calls that part.
ALLOWED_IMPURE = {"ground/yaml"}


def edge_problems(root: Path, rooms: dict[str, tree.Room]) -> list[str]:
    problems = []
    for file in tree.source_files(root):
        room = tree.room_of(file, rooms)
        if room is None:
            problems.append(f"{file}: its folder is no room of edges.txt")
            continue
        for included in tree.includes_of(root / file).own:
            problems += include_problem(root, file, rooms[room], included, rooms)
    return problems


def include_problem(root: Path, file: Path, room: tree.Room, included: str, rooms: dict[str, tree.Room]) -> list[str]:
    if not (root / included).is_file():
        beside = room.name == "tests" and any((root / folder / included).is_file() for folder in ("tests", "tests/unit", file.parent))
        return [] if beside else [f'{file}: "{included}" is no path from the root of the tree']
    target = tree.room_of(included, rooms)
    if target == room.name or "*" in room.may_use and target != "tests" or target in room.may_use:
        return []
    return [f"{file}: {room.name} may not include {target} ({included})"]


def graph_problems(root: Path, rooms: dict[str, tree.Room]) -> list[str]:
    """edges.txt itself: rooms that are there, no circle, purity that stands on purity."""
    problems = []
    for room in rooms.values():
        if not (root / room.name).is_dir():
            problems.append(f"edges.txt: {room.name} is no folder")
        for target in sorted(room.may_use - {"*"} - rooms.keys()):
            problems.append(f"edges.txt: {room.name} -> {target}, which is no room")
        for target in sorted(room.may_use & rooms.keys()):
            if room.pure and not rooms[target].pure and target not in ALLOWED_IMPURE:
                problems.append(f"edges.txt: {room.name} is pure and may not stand on {target}")
            if room.name in reachable(target, rooms):
                problems.append(f"edges.txt: a circle through {room.name} -> {target}")
    return problems


def reachable(start: str, rooms: dict[str, tree.Room]) -> set[str]:
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name not in seen and name in rooms:
            seen.add(name)
            todo += rooms[name].may_use - {"*"}
    return seen


def asio_problems(root: Path, rooms: dict[str, tree.Room], stop: int) -> list[str]:
    direct = [file for file in tree.source_files(root) if any(map(ASIO.match, tree.includes_of(root / file).foreign))]
    problems = [f"{file}: a pure room includes Asio" for file in direct if is_pure(file, rooms)]
    outside_tests = [file for file in direct if file.parts[0] != "tests"]
    if len(outside_tests) > stop:
        problems.append(f"{len(outside_tests)} source files include Asio or Beast, {stop} may: {', '.join(map(str, outside_tests))}")
    return problems


def is_pure(file: Path, rooms: dict[str, tree.Room]) -> bool:
    room = tree.room_of(file, rooms)
    return room is not None and rooms[room].pure


LIBRARY = re.compile(r"holdup_room\(\s*(\S+)\s+(?:ASIO\s+)?SOURCES\s+(.*?)(?:LINKS\s+(.*?))?\)", re.DOTALL)
INTERFACE = re.compile(r"add_library\(\s*(holdup_\S+|hwsim_\S+)\s+INTERFACE\s*\)")
LINK = re.compile(r"target_link_libraries\(\s*(\S+)\s+(?:PUBLIC|PRIVATE|INTERFACE)\s+(.*?)\)", re.DOTALL)


def read_links(root: Path) -> dict[str, set[str]]:
    """What every room's library links, out of the rooms' CMakeLists.txt."""
    links: dict[str, set[str]] = {}
    for folder in tree.SOURCE_FOLDERS[:-1]:
        for file in sorted((root / folder).rglob("CMakeLists.txt")):
            text = re.sub(r"#.*", "", file.read_text())
            for name, _, linked in LIBRARY.findall(text):
                links.setdefault(name, set()).update(linked.split())
            for name in INTERFACE.findall(text):
                links.setdefault(name, set())
            for name, linked in LINK.findall(text):
                links.setdefault(name, set()).update(linked.split())
    return links


def link_problems(root: Path, rooms: dict[str, tree.Room]) -> list[str]:
    links = read_links(root)
    library = {tree.library_name(name): room for name, room in rooms.items()}
    problems = []
    for name, linked in sorted(links.items()):
        room = library.get(name)
        if room is None:
            if name.startswith(("holdup_", "hwsim_")):
                problems.append(f"CMake: {name} is the library of no room in edges.txt")
            continue
        for target in sorted(linked):
            problems += link_problem(room, target, library)
    return problems


def link_problem(room: tree.Room, target: str, library: dict[str, tree.Room]) -> list[str]:
    name = tree.library_name(room.name)
    if target in library:
        allowed = library[target].name in room.may_use or "*" in room.may_use
        return [] if allowed else [f"CMake: {name} may not link {target}"]
    if room.pure and target not in PURE_LIBRARIES:
        return [f"CMake: {name} is pure and may not link {target}"]
    return []


def ground_problems(root: Path, listed: Path) -> list[str]:
    wanted = {line for line in listed.read_text().splitlines() if line and not line.startswith("#")}
    there = {str(file) for file in tree.source_files(root) if file.parts[0] == "ground"}
    return [f"{file}: not in ground_files.txt" for file in sorted(there - wanted)] + [
        f"ground_files.txt: {file} is not there" for file in sorted(wanted - there)
    ]


def main() -> None:
    root, check, here = Path(sys.argv[1]), sys.argv[2], Path(__file__).parent
    rooms = tree.read_edges(here / "edges.txt")
    stops = dict(line.split() for line in (here / "stops.txt").read_text().splitlines() if line and line[0] != "#")
    checks = {
        "includes": lambda: edge_problems(root, rooms),
        "edges": lambda: graph_problems(root, rooms),
        "links": lambda: link_problems(root, rooms),
        "asio": lambda: asio_problems(root, rooms, int(stops["asio_files"])),
        "ground": lambda: ground_problems(root, here / "ground_files.txt"),
    }
    tree.report(checks[check](), f"{check}: {len(tree.source_files(root))} files in {len(rooms)} rooms")


if __name__ == "__main__":
    main()
