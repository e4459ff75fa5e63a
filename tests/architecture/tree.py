"""The source tree as the architecture checks see it: rooms, their files, what these include, what CMake links."""
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

SOURCE_FOLDERS = ("ground", "drivers", "store", "collector", "hw-sim", "tests")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
EDGE = re.compile(r"^(\S+)\s*->\s*(.*?)\s*(\bpure)?$")


@dataclass
class Room:
    name: str
    may_use: set[str] = field(default_factory=set)
    pure: bool = False


def read_edges(path: Path) -> dict[str, Room]:
    rooms: dict[str, Room] = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        head = line.partition("#")[0]
        match = EDGE.match(head.strip())
        if match:
            targets = {name.strip() for name in match[2].split(",") if name.strip()}
            rooms[match[1]] = Room(match[1], targets, match[3] is not None)
        elif head.strip():
            sys.exit(f"{path}:{number}: not `room -> room, room [pure]`: {line}")
    return rooms


def source_files(root: Path, suffixes=(".cpp", ".hpp")) -> list[Path]:
    """Relative paths of the C++ files (or of other suffixes) under the source folders."""
    found = []
    for folder in SOURCE_FOLDERS:
        found += [file.relative_to(root) for file in (root / folder).rglob("*") if file.suffix in suffixes and file.is_file()]
    return sorted(found)


def room_of(file: Path | str, rooms: dict[str, Room]) -> str | None:
    folders = Path(file).parents
    return next((str(folder) for folder in folders if str(folder) in rooms), None)


@dataclass
class Includes:
    own: list[str]  # "room/file.hpp"
    foreign: list[str]  # <vector>


def includes_of(file: Path) -> Includes:
    found = INCLUDE.findall(file.read_text(errors="replace"))
    return Includes([own for own, _ in found if own], [foreign for _, foreign in found if foreign])


def library_name(room: str) -> str:
    if room.startswith("hw-sim"):
        return room.replace("hw-sim", "hwsim", 1).replace("/", "_")
    return "holdup_" + room.replace("/", "_")


def report(problems: list[str], looked_at: str) -> None:
    """Ends the check: prints what is wrong, or what was looked at."""
    for problem in problems:
        print(problem)
    print(f"{looked_at}: {len(problems)} problems")
    sys.exit(1 if problems else 0)
