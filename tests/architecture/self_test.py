#!/usr/bin/env python3
"""Shows each check of this folder a small bad tree, so that none of them is green because it is blind."""
import importlib.machinery
import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent))
import documents  # noqa: E402
import habits  # noqa: E402
import layering  # noqa: E402
import summary  # noqa: E402
import symbols  # noqa: E402
import tree  # noqa: E402


def load_tidy():
    loader = importlib.machinery.SourceFileLoader("tidy", str(HERE / "tidy"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("tidy", loader))
    loader.exec_module(module)
    return module


EDGES = """
ground -> pure
ground/clock -> ground
store -> ground
collector -> *
tests -> *
"""


class BadTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("ground/a.hpp", "#pragma once\n// What, who.\nint a();\n")
        self.write("ground/clock/clock.hpp", "#pragma once\n// What, who.\n")
        self.write("store/s.hpp", '#pragma once\n#include "ground/a.hpp"\n// What, who.\n')
        self.write("collector/main.cpp", '#include "store/s.hpp"\n')
        self.write("tests/t.cpp", '#include "store/s.hpp"\n')
        self.write("edges.txt", EDGES)

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def rooms(self):
        return tree.read_edges(self.root / "edges.txt")

    def expect_one(self, problems: list[str], words: str):
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(words, problems[0])


class Layering(BadTree):
    def test_a_good_tree_has_no_problem(self):
        self.assertEqual(layering.edge_problems(self.root, self.rooms()), [])
        self.assertEqual(layering.graph_problems(self.root, self.rooms()), [])
        self.assertEqual(layering.asio_problems(self.root, self.rooms(), 0), [])

    def test_an_edge_that_is_not_listed_is_refused(self):
        self.write("ground/a.cpp", '#include "store/s.hpp"\n')
        self.expect_one(layering.edge_problems(self.root, self.rooms()), "ground may not include store")

    def test_nobody_includes_the_tests(self):
        self.write("tests/t.hpp", "")
        self.write("collector/main.cpp", '#include "tests/t.hpp"\n')
        self.expect_one(layering.edge_problems(self.root, self.rooms()), "collector may not include tests")

    def test_an_include_that_is_not_from_the_root_is_refused(self):
        self.write("store/s.cpp", '#include "s.hpp"\n')
        self.expect_one(layering.edge_problems(self.root, self.rooms()), "no path from the root")

    def test_a_folder_that_is_no_room_is_refused(self):
        self.write("drivers/d.cpp", "")
        self.expect_one(layering.edge_problems(self.root, self.rooms()), "no room")

    def test_a_circle_of_rooms_is_refused(self):
        self.write("edges.txt", EDGES.replace("ground/clock -> ground", "ground/clock -> ground, store").replace("store -> ground", "store -> ground/clock"))
        self.assertTrue(any("circle" in problem for problem in layering.graph_problems(self.root, self.rooms())))

    def test_a_pure_room_may_not_stand_on_an_impure_one(self):
        self.write("edges.txt", EDGES.replace("store -> ground", "store -> ground, ground/clock pure"))
        self.expect_one(layering.graph_problems(self.root, self.rooms()), "store is pure")

    def test_asio_is_counted_and_kept_out_of_pure_rooms(self):
        self.write("ground/a.cpp", "#include <boost/asio.hpp>\n")
        self.write("store/s.cpp", "#include <boost/beast/http.hpp>\n")
        problems = layering.asio_problems(self.root, self.rooms(), 1)
        self.assertEqual(len(problems), 2, problems)

    def test_a_link_that_is_no_edge_is_refused(self):
        self.write("ground/CMakeLists.txt", "holdup_room(holdup_ground SOURCES a.cpp LINKS holdup_store Boost::headers)\n")
        self.expect_one(layering.link_problems(self.root, self.rooms()), "holdup_ground may not link holdup_store")

    def test_a_link_of_a_room_with_asio_is_held_against_the_edges_too(self):
        self.write("ground/CMakeLists.txt", "holdup_room(holdup_ground ASIO SOURCES a.cpp LINKS holdup_store)\n")
        self.expect_one(layering.link_problems(self.root, self.rooms()), "holdup_ground may not link holdup_store")

    def test_a_pure_room_may_not_link_threads(self):
        self.write("ground/CMakeLists.txt", "holdup_room(holdup_ground SOURCES a.cpp)\ntarget_link_libraries(holdup_ground PRIVATE Threads::Threads)\n")
        self.expect_one(layering.link_problems(self.root, self.rooms()), "Threads::Threads")

    def test_a_file_more_in_ground_is_refused(self):
        listed = self.write("ground_files.txt", "ground/a.hpp\nground/clock/clock.hpp\n")
        self.assertEqual(layering.ground_problems(self.root, listed), [])
        self.write("ground/b.hpp", "")
        self.expect_one(layering.ground_problems(self.root, listed), "ground/b.hpp")


class Tidy(BadTree):
    STOPS = {"file_lines": 12, "function_lines": 5, "asio_files": 0}

    def test_a_long_file_and_a_long_function_are_found(self):
        self.write("store/long.cpp", "namespace x {\nint f() {\n" + "  f();\n" * 8 + "  return 1;\n}\n}\n")
        problems = load_tidy().length_problems(self.root, self.STOPS)
        self.assertEqual(len(problems), 2, problems)
        self.assertIn("store/long.cpp: 13 lines", problems[0])
        self.assertIn("store/long.cpp:2 f: 11 lines", problems[1])

    def test_a_stop_that_rises_is_refused(self):
        tidy = load_tidy()
        self.assertEqual(tidy.ratchet_problems([{**tidy.CEILINGS, "file_lines": 400}]), [])
        self.expect_one(tidy.ratchet_problems([{**tidy.CEILINGS, "file_lines": 501}]), "file_lines 501, and was 500")
        older = {**tidy.CEILINGS, "function_lines": 60}
        self.expect_one(tidy.ratchet_problems([tidy.CEILINGS, older]), "function_lines 70, and was 60")


class Symbols(BadTree):
    def compiled(self, code: str) -> Path:
        source = self.write("code.cpp", code)
        object_file = self.root / "code.o"
        subprocess.run(["g++", "-std=c++20", "-c", source, "-o", object_file], check=True)
        return object_file

    def test_each_kind_of_impurity_is_found(self):
        code = """
            #include <chrono>
            #include <cstdlib>
            #include <ctime>
            #include <fstream>
            #include <random>
            #include <sys/socket.h>
            #include <thread>
            long clocks() { return std::chrono::steady_clock::now().time_since_epoch().count() + time(nullptr); }
            bool files() { return std::ifstream("x").good(); }
            int sockets() { return socket(1, 2, 3); }
            void threads() { std::thread(clocks).detach(); }
            unsigned chances() { return std::random_device()() + rand(); }
            char* environment() { return getenv("X"); }
        """
        found = symbols.impure_symbols(self.compiled(code))
        for kind in symbols.IMPURE:
            self.assertTrue(any(f"({kind})" in problem for problem in found), (kind, found))

    def test_strings_maps_and_an_abort_are_pure(self):
        code = """
            #include <cstdio>
            #include <cstdlib>
            #include <map>
            #include <string>
            std::map<std::string, int> opened;
            void timeout() { std::fprintf(stderr, "%s", "x"); std::abort(); }
            void filled() { opened["time"] = 1; timeout(); }
        """
        self.assertEqual(symbols.impure_symbols(self.compiled(code)), [])

    def test_a_pure_room_without_its_library_is_a_problem(self):
        self.write("ground/a.cpp", "")
        self.expect_one(symbols.pure_problems(self.root, self.root, self.rooms()), "0 libraries libholdup_ground.a")

    def test_a_program_that_writes_registers_is_found(self):
        self.write("lib.c", "int modbus_write_register(void) { return 1; }\nint gpiod_line_request_output(void) { return 1; }\n")
        self.write("main.c", "int modbus_write_register(void);\nint gpiod_line_request_output(void);\n"
                             "int main(void) { return modbus_write_register() + gpiod_line_request_output(); }\n")  # fmt: skip
        subprocess.run(["gcc", "-shared", "-fPIC", "lib.c", "-o", "libx.so"], check=True, cwd=self.root)
        subprocess.run(["gcc", "main.c", "-o", "dynamic", "./libx.so"], check=True, cwd=self.root)
        subprocess.run(["gcc", "main.c", "lib.c", "-o", "static"], check=True, cwd=self.root)
        self.assertEqual(len(symbols.write_problems(self.root / "dynamic")), 2)
        self.assertEqual(len(symbols.write_problems(self.root / "static")), 2)


class Documents(BadTree):
    def test_a_link_that_leads_nowhere_is_found(self):
        self.write("docs/a.md", "# The first\n[good](a.md#the-first) [far](https://x.example/y) `[code](no.md)` [bad](b.md) [lost](a.md#second)\n")
        problems = documents.link_problems(self.root)
        self.assertEqual(len(problems), 2, problems)

    def test_a_key_that_no_page_names_is_found(self):
        for page in ("firmware-profiles/README.md", "docs/operating.md", "docs/configuration.md"):
            self.write(page, "`known`\n")
        for source in ("drivers/profile/override.cpp", "collector/site/site_file.cpp", "collector/site/receivers.cpp"):
            self.write(source, 'map.text("known");\n')
        self.write("drivers/profile/loader.cpp", 'map.flag("known"); map.number("secret"); load_oid(map, "known", scope);\n')
        self.expect_one(documents.key_problems(self.root), "nothing of `secret`")

    def test_a_path_of_a_machine_is_found(self):
        self.write("docs/a.md", "in /etc/holdup/x, http://h:1/api/y and read/write/both\nbuilt in /" + "home/me/holdup\n")
        self.expect_one(documents.machine_problems(self.root), "docs/a.md:2")

    def test_a_bad_input_whose_test_is_gone_is_found(self):
        self.write("tests/unit/a_test.cpp", 'TEST_CASE("one is refused, "\n          "so") {}\n')
        self.write("tests/wire/b_test.py", "def played(rack):\n    pass\n")
        self.write("docs/testing.md", "## Bad input\n\n| input | test |\n|---|---|\n| one | `one is refused, so` `b_test: played` |\n")
        self.assertEqual(documents.input_problems(self.root), [])
        self.write("docs/testing.md", "## Bad input\n\n| input | test |\n|---|---|\n| one | `one is taken` |\n")
        self.expect_one(documents.input_problems(self.root), "no test 'one is taken'")
        self.write("docs/testing.md", "## Bad input\n\n| input | test |\n|---|---|\n| one | none yet |\n")
        self.expect_one(documents.input_problems(self.root), "names no test")
        self.write("docs/testing.md", "# Testing\n")
        self.expect_one(documents.input_problems(self.root), "no table")

    def readme(self, command: str) -> list[str]:
        self.write("README.md", f"# x\n```sh\n{command}\n```\n")
        return documents.command_problems(self.root, self.root / "bin")

    def program(self, path: str, help_text: str):
        self.write(path, f"#!/bin/sh\necho '{help_text}'\n").chmod(0o755)

    def test_commands_that_exist_are_accepted(self):
        self.program("demo", "  --once  ends")
        self.program("bin/holdup", "Subcommands:\n  run  the daemon  -c FILE")
        self.assertEqual(self.readme("git clone x && ./demo --once  # ends\nsudo build/release/bin/holdup run -c site.yaml"), [])

    def test_commands_that_do_not_exist_are_refused(self):
        self.program("demo", "  --once  ends")
        self.program("bin/holdup", "Subcommands:\n  run  the daemon")
        for command in ("./absent", "./demo --twice", "holdup walk", "holdup run walk", "holdup run --fast", "frobnicate", "hw-sim run"):
            self.assertEqual(len(self.readme(command)), 1, command)

    def test_a_readme_without_commands_is_refused(self):
        self.write("README.md", "# x\n")
        self.expect_one(documents.command_problems(self.root, self.root), "no shell block")


class Habits(BadTree):
    def test_a_good_tree_has_no_problem(self):
        self.assertEqual(habits.problems_of(self.root), [])

    def test_each_bad_habit_is_found(self):
        bad = {
            "store/s_manager.cpp": "",
            "store/a.cpp": "class PollHandler {};\n",
            "store/b.cpp": "struct lower_case {};\n",
            "store/c.hpp": "// What, who.\n",
            "store/d.hpp": "#pragma once\nint d();\n",
            "store/h.cpp": "namespace holdup::detect {\n}\n",
            "store/e.cpp": "void f() { try { g(); } catch (...) {} }\n",
            "tests/f.cpp": "void f() { std::this_thread::sleep_for(1s); }\n",
            "store/g.cpp": "// TO" + "DO\n",
            "store/CMakeLists.txt": "file(GLOB sources *.cpp)\n",
            "ground/CMakeLists.txt": "#\n" * 31,
        }
        for path, text in bad.items():
            file = self.write(path, text)
            with self.subTest(path):
                self.expect_one(habits.problems_of(self.root), path)
            file.unlink()


class Summary(BadTree):
    CASES = """<testsuite>
        <testcase name="good" time="1" status="run"><system-out>SKIP: only said</system-out></testcase>
        <testcase name="bad" time="2" status="fail"><failure message=""/><system-out>why</system-out></testcase>
        <testcase name="absent" time="0" status="notrun"><skipped message="Unable to find executable"/></testcase>
        <testcase name="left out" time="0" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
            <system-out>SKIP: no data</system-out></testcase>
        </testsuite>"""

    def closing(self, cases: str, allowed: str, runner_exit: int = 0) -> tuple[str, int]:
        results, rules = self.write("results.xml", cases), self.write("allowed", allowed)
        command = [sys.executable, HERE.parent / "summary.py", results, "--allowed", rules, "--runner-exit", str(runner_exit)]
        answer = subprocess.run(command, capture_output=True, text=True)
        return answer.stdout.splitlines()[-1], answer.returncode

    def test_results_are_counted_as_ctest_tells_them(self):
        self.assertEqual(self.closing(self.CASES, "left out · no data\n"), ("1 passed, 2 failed, 1 skipped", 1))

    def test_only_a_listed_skip_is_fine(self):
        skip = self.CASES[: self.CASES.index("<testcase name=\"good")] + self.CASES[self.CASES.index("<testcase name=\"left"):]
        self.assertEqual(self.closing(skip, "left* · no data\n"), ("0 passed, 0 failed, 1 skipped", 0))
        self.assertEqual(self.closing(skip, "other · no data\n"), ("0 passed, 0 failed, 1 skipped", 1))

    def test_no_results_and_a_broken_runner_are_failures(self):
        self.assertEqual(self.closing("<testsuite/>", "")[1], 1)
        good = '<testsuite><testcase name="a" time="0" status="run"/></testsuite>'
        self.assertEqual(self.closing(good, ""), ("1 passed, 0 failed, 0 skipped", 0))
        self.assertEqual(self.closing(good, "", 8), ("1 passed, 0 failed, 0 skipped", 1))


if __name__ == "__main__":
    unittest.main()
