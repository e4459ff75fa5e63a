"""promtool_test.py RULES-DIFFERENTIAL FOLDER FIRST COUNT: random rules and samples, as files for Debian's promtool with the alerts that the
streaming engine says fire: `promtool test rules` agrees."""
import pathlib
import shutil
import subprocess
import sys


def unpacked(package: str) -> pathlib.Path:
    peers = pathlib.Path(__file__).parent.parent / "peers"
    return pathlib.Path(subprocess.run([peers, package], capture_output=True, text=True, check=True).stdout.strip())


def main() -> None:
    program, folder, first, count = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    promtool = next(tool for package in ("prometheus", "promtool") if (tool := unpacked(package) / "usr/bin/promtool").exists())
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run([program, "--promtool", folder, "--seed", first, "--count", count], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    cases = sorted(folder.glob("*/t.yml"))
    assert cases, "no case was written"
    said = subprocess.run([promtool, "test", "rules", *cases], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout[-6000:] + said.stderr[-6000:]
    print(f"promtool agrees on {len(cases)} files; {made.stdout.strip()}")


main()
