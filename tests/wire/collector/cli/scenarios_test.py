"""scenarios_test.py BIN SOURCE: every scenario is clean as written and over a restless network, and docs/scenarios.md is what a run prints."""
import pathlib
import subprocess
import sys
import tempfile


def rows(text: str) -> list[str]:
    """The table without its last column, which counts the runs over a restless network."""
    return [line.rsplit("|", 2)[0] for line in text.splitlines() if line.startswith("| ")]


def main() -> None:
    binaries, source = map(pathlib.Path, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder) / "scenarios.md"
        said = subprocess.run([binaries / "holdup", "drill", source / "hw-sim/scenarios", "--seeds", "2", "--table", table],
                              capture_output=True, text=True, timeout=900)
        missed = [line for line in said.stdout.splitlines() if line.startswith(("hw-sim", "/")) or "MISSED" in line]
        assert said.returncode == 0, "\n".join(missed) + said.stderr
        fresh, kept = rows(table.read_text()), rows((source / "docs/scenarios.md").read_text())
    stale = [f"is     {now}\nstands {then}" for now, then in zip(fresh, kept) if now != then]
    assert fresh == kept, "docs/scenarios.md is not what a run prints: holdup drill hw-sim/scenarios --seeds 100 --table docs/scenarios.md\n" + "\n".join(stale)
    assert len(fresh) > 90, f"{len(fresh)} rows"
    print(f"{len(fresh) - 1} scenarios clean, three times each")


main()
