#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <streambuf>
#include <thread>

#include "catch.hpp"
#include "collector/cli/verbs.hpp"
#include "said.hpp"
#include "store/backup.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"
#include "unit/store/made_file.hpp"
#include "unit/store/rig.hpp"

using namespace holdup;
using namespace holdup::cli;
using namespace holdup::store::test;
using holdup::cli::test::run;
using namespace std::chrono_literals;
using ground::Quality;

namespace {

constexpr std::int64_t noon_ms = 1'795'003'200'000;  // 2026-11-18T12:00:00Z

/// Two series of pdu-a and a counter of pdu-b, ten seconds of them; pdu-a's first five in a chunk.
class Filled {
 public:
  Filled() : file{path} {
    const auto a = file.add_pack("pdu-a"), b = file.add_pack("pdu-b");
    const auto one = file.add_series(a, {"rack_current_amperes", {{"device", "pdu-a"}, {"index", "1"}, {"name", "a \"b\", c"}}});
    const auto two = file.add_series(a, {"rack_current_amperes", {{"device", "pdu-a"}, {"index", "2"}}});
    const auto energy = file.add_series(b, {"rack_energy_joules_total", {{"device", "pdu-b"}}});
    for (int second = 0; second < 10; ++second) {
      const auto absent = second == 3 ? Quality::absent : Quality::good;
      file.commit(
          {{.utc_ms = noon_ms + second * 1000,
            .age_ms = 20,
            .boot = 1,
            .series = {one, two},
            .values = {second / 10., 5},
            .qualities = {absent, Quality::good}},
           {.utc_ms = noon_ms + second * 1000, .boot = 1, .series = {energy}, .values = {3.6e6 + second}, .qualities = {Quality::good}}});
      if (second == 4) file.seal(a);
    }
  }

  Folder folder;
  std::string path = folder.file("r12.db");
  MadeFile file;
};

std::size_t lines(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string content(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream{path}.rdbuf();
  return out.str();
}

void write_real_store(const std::string& path) {
  Memory memory;
  auto store = open_store(path, memory);
  REQUIRE(store);
  for (int n = 1; n <= 5; ++n) REQUIRE(store->append(event(n)));
  for (const auto* action : {"start", "reload", "stop"})
    REQUIRE(store->append(
        record::Audit{.time = at_second(1), .boot = "3f2a91c0", .actor = "daemon", .action = action, .json = R"({"pid":7})"}));
  for (int second = 0; second < 10; ++second) store->append(batch(second, {1.5 * second}, second == 0 ? Born::yes : Born::no));
  REQUIRE(store->flush());
}

/// What the file system of a backup does not know.
struct Lacks {
  bool no_replace = false, links = false;
} lacks;

}  // namespace

/// In the place of the C library's.
extern "C" int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  if (lacks.no_replace && flags != 0) return errno = EINVAL, -1;
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}
extern "C" int link(const char* from, const char* to) noexcept {
  if (lacks.links) return errno = EPERM, -1;
  return ::linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

TEST_CASE("an export as CSV has a line a sample, series after series, with quality and age") {
  Filled filled;
  const auto said = run({"export", "--store", filled.path});
  CHECK(said.code == fine);
  CHECK(said.out.rfind("time,metric,labels,value,quality,age_s\n", 0) == 0);
  CHECK(lines(said.out) == 31);
  CHECK(has(said.out,
            "2026-11-18T12:00:03.000Z,rack_current_amperes,\"device=\"\"pdu-a\"\",index=\"\"1\"\",name=\"\"a \\\"\"b\\\"\", "
            "c\"\"\",0.3,absent,0.02\n"));
  CHECK(has(said.out, ",3600009,good,0\n"));
  CHECK(said.out.find("rack_energy") > said.out.rfind("rack_current"));
}

TEST_CASE("an export takes selectors and times, and counts at a resolution") {
  Filled filled;
  auto said = run({"export", "--store", filled.path, "--format", "jsonl", "--match", "rack_current_amperes{index=~\"1|7\"}", "--from",
                   "2026-11-18T12:00:04Z", "--to", "2026-11-18T12:00:06Z"});
  CHECK(said.code == fine);
  REQUIRE(lines(said.out) == 3);
  const auto first = boost::json::parse(said.out.substr(0, said.out.find('\n')));
  CHECK(first.at("metric") == "rack_current_amperes");
  CHECK(first.at("labels").at("name") == "a \"b\", c");
  CHECK(first.at("value").to_number<double>() == 0.4);
  CHECK(first.at("quality") == "good");
  said = run({"export", "--store", filled.path, "--json", "--match", "rack_current_amperes{index=\"1\"}", "--match",
              "rack_energy_joules_total", "--resolution", "5s"});
  REQUIRE(lines(said.out) == 4);
  const auto bucket = boost::json::parse(said.out.substr(0, said.out.find('\n')));
  CHECK(bucket.at("count").to_number<int>() == 4);
  CHECK(bucket.at("mean").to_number<double>() == (0 + 0.1 + 0.2 + 0.4) / 4);
  CHECK(bucket.at("last").to_number<double>() == 0.4);
}

TEST_CASE("an export as OpenMetrics has each family once, rising times, good samples, and an end") {
  Filled filled;
  const auto out = filled.folder.file("samples.txt");
  const auto said = run({"export", "--store", filled.path, "--format", "openmetrics", "--out", out});
  CHECK(said.code == fine);
  CHECK(said.out.empty());
  const auto text = content(out);
  CHECK(text.rfind("# TYPE rack_current_amperes gauge\nrack_current_amperes{device=\"pdu-a\",index=\"1\",name=\"a \\\"b\\\", c\"} 0 "
                   "1795003200.000\n",
                   0) == 0);
  CHECK(has(text, "# TYPE rack_energy_joules counter\nrack_energy_joules_total{device=\"pdu-b\"} 3600000 1795003200.000\n"));
  CHECK(lines(text) == 29 + 2 + 1);
  CHECK(text.ends_with("\n# EOF\n"));
}

TEST_CASE("Prometheus takes an export in as blocks, every good sample of it") {
  Filled filled;
  const auto out = filled.folder.file("samples.txt"), blocks = filled.folder.file("blocks"), said = filled.folder.file("said");
  REQUIRE(run({"export", "--store", filled.path, "--format", "openmetrics", "--out", out}).code == fine);
  const std::string root = std::filesystem::path{__FILE__}.parent_path() / "../../../..";
  // Debian 13 packs promtool by itself, and that one wants a folder data where it stands.
  const auto command = "peers=" + root + "/tests/peers; tool=$($peers prometheus)/usr/bin/promtool; " +
                       "[ -x \"$tool\" ] || tool=$($peers promtool)/usr/bin/promtool; \"$tool\" tsdb create-blocks-from openmetrics " +
                       out + " " + blocks + " >" + said + " && mkdir -p " + blocks + "/wal " + blocks + "/data && cd " + blocks +
                       " && \"$tool\" tsdb dump " + blocks + " >" + said;
  REQUIRE(std::system(command.c_str()) == 0);
  const auto dumped = content(said);
  CHECK(lines(dumped) == 29);
  CHECK(has(dumped, "{__name__=\"rack_energy_joules_total\", device=\"pdu-b\"} 3.600009e+06 1795003209000\n"));
}

TEST_CASE("an export says what it cannot understand, and what was damaged") {
  Filled filled;
  CHECK(run({"export", "--store", filled.path, "--match", "1 + 1"}).code == usage);
  CHECK(run({"export", "--store", filled.path, "--match", "rack_power_watts["}).code == usage);
  CHECK(run({"export", "--store", filled.path, "--from", "yesterday"}).code == usage);
  CHECK(run({"export", "--store", filled.path, "--format", "xml"}).code == usage);
  CHECK(run({"export", "--store", filled.path, "--format", "openmetrics", "--resolution", "1min"}).code == usage);
  CHECK(run({"export", "--store", filled.folder.file("none.db")}).code == cannot_know);
  filled.file.damage("chunk", "row", 1);
  const auto said = run({"export", "--store", filled.path});
  CHECK(said.code == problem_found);
  CHECK(has(said.err, "chunk 1 is damaged and left out"));
  CHECK(lines(said.out) == 21);
}

TEST_CASE("an export does not write over the store that it reads") {
  Filled filled;
  const auto link = filled.folder.file("samples.csv");
  std::filesystem::create_hard_link(filled.path, link);
  for (const auto& out : {filled.path, link, filled.path + "-wal"}) {
    const auto said = run({"export", "--store", filled.path, "--out", out});
    CHECK(said.code == usage);
    CHECK(has(said.err, "is the store itself"));
  }
  CHECK(lines(run({"export", "--store", filled.path}).out) == 31);
}

TEST_CASE("an answer that cannot be written is no success") {
  const Filled filled;
  struct Full : std::streambuf {};  // takes nothing
  const auto code_of = [](const std::vector<std::string>& words) {
    Full full;
    return run(words, &full).code;
  };
  CHECK(code_of({"query", "1", "--store", filled.path}) == cannot_know);
  CHECK(code_of({"query", "1", "--store", filled.path, "--json"}) == cannot_know);
  CHECK(code_of({"db", "verify", filled.path}) == cannot_know);
  CHECK(code_of({"audit", "log", "--store", filled.path, "--verify"}) == cannot_know);
}

TEST_CASE("a query over what is damaged answers with the rest, and says so") {
  Filled filled;
  filled.file.damage("chunk", "row", 1);
  const auto said =
      run({"query", "rack_current_amperes", "--store", filled.path, "--from", "2026-11-18T12:00:00Z", "--to", "2026-11-18T12:00:09Z"});
  CHECK(said.code == problem_found);
  CHECK(has(said.err, "chunk 1 is damaged and left out"));
  CHECK(lines(said.out) == 10);
}

TEST_CASE("a store file is queried at a time, and at each step of a range") {
  Filled filled;
  auto said = run({"query", "rack_current_amperes{index=\"2\"}", "--store", filled.path, "--time", "2026-11-18T12:00:05Z"});
  CHECK(said.out == "rack_current_amperes{device=\"pdu-a\",index=\"2\"} 5\n");
  said = run({"query", "rack_current_amperes{index=\"1\"} * 10", "--store", filled.path, "--from", "2026-11-18T12:00:02Z", "--to",
              "2026-11-18T12:00:04Z", "--step", "1s"});
  CHECK(said.code == fine);
  CHECK(lines(said.out) == 2);  // at the third second it was absent
  CHECK(has(said.out, "} 4  2026-11-18T12:00:04.000Z"));
  CHECK(run({"query", "1", "--store", filled.path, "--from", "soon"}).code == usage);
  CHECK(run({"query", "1", "--store", filled.path, "--from", "30d", "--step", "1s"}).code == usage);
  CHECK(run({"query", "1", "--store", filled.path, "--step", "1s"}).code == usage);
}

TEST_CASE("a whole file is verified as whole, beside the one who writes it") {
  Filled filled;
  auto said = run({"db", "verify", filled.path});
  CHECK(said.code == fine);
  CHECK(has(said.out, "whole; 0 events, 0 audit records, 3 series, 30 samples in 1 chunks"));
  const auto real = filled.folder.file("real.db");
  write_real_store(real);
  said = run({"db", "verify", real, "--json"});
  CHECK(said.code == fine);
  const auto counts = boost::json::parse(said.out);
  CHECK(counts.at("events").to_number<int>() == 5);
  CHECK(counts.at("audit_records").to_number<int>() >= 3);
  CHECK(counts.at("flaws").to_number<int>() == 0);
}

TEST_CASE("each flaw is named, and the rest is looked at as well") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  write_real_store(path);
  {
    SQLite::Database file{path, SQLite::OPEN_READWRITE};
    file.exec("UPDATE event SET json = replace(json, 'proven', 'provem') WHERE seq = 3");
    file.exec("UPDATE audit SET actor = 'nobody' WHERE seq = 2");
    file.exec("UPDATE journal SET body = CAST(substr(body, 1, length(body) - 3) || x'000000' AS BLOB)");
    file.exec("INSERT INTO blob(kind, key, bytes, crc) VALUES('capture', 'a', x'0102', 7)");
    file.exec(
        "INSERT INTO chunk(pack, level, from_ms, to_ms, from_seq, to_seq, samples, body) VALUES(1, 1, 0, 1, 1, 1, 1, x'0102030405060708')");
  }
  const auto said = run({"db", "verify", path});
  CHECK(said.code == problem_found);
  for (const auto* where :
       {"event 3: its checksum", "audit record 2: its hash", "journal 1: ", "blob capture/a: its checksum", "chunk 1, pack 1, 1970"})
    CHECK(has(said.out, where));
  const auto audit = run({"audit", "log", "--store", path, "--verify"});
  CHECK(audit.code == problem_found);
  CHECK(has(audit.out, "audit record 2: its hash does not follow"));
}

TEST_CASE("what is no database is a flaw, and what is not there cannot be known") {
  const Folder folder;
  std::ofstream{folder.file("r12.db")} << std::string(8192, 'x');
  const auto said = run({"db", "verify", folder.file("r12.db")});
  CHECK(said.code == problem_found);
  CHECK(has(said.out, "not a database"));
  CHECK(run({"db", "verify", folder.file("none.db")}).code == cannot_know);
}

TEST_CASE("a torn file is verified to its end") {
  Filled filled;
  filled.file.file().exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto copy = filled.folder.file("torn.db");
  std::filesystem::copy_file(filled.path, copy);
  std::filesystem::resize_file(copy, std::filesystem::file_size(copy) - 8192);
  const auto said = run({"db", "verify", copy});
  CHECK(said.code == problem_found);
  CHECK_FALSE(said.out.empty());
}

TEST_CASE("a backup beside a running store is whole and holds what was there") {
  const Folder folder;
  const auto path = folder.file("r12.db"), copy = folder.file("copy.db");
  Memory memory;
  auto store = open_store(path, memory);
  for (int n = 1; n <= 300; ++n) REQUIRE(store->append(event(n)));
  REQUIRE(store->flush());
  auto said = run({"db", "backup", path, copy});
  CHECK(said.code == fine);
  CHECK(has(said.out, "verified"));
  CHECK(store::Reader::open(copy)->events(0, 1000)->size() == 300);
  CHECK_FALSE(std::filesystem::exists(copy + ".part"));
  said = run({"db", "backup", path, copy});
  CHECK(said.code == refused);
  CHECK(has(said.err, "is there already"));
  CHECK(run({"db", "backup", folder.file("none.db"), folder.file("other.db")}).code == cannot_know);
  CHECK(store::Reader::open(copy)->events(0, 1000)->size() == 300);
}

TEST_CASE("a backup gets its name on any file system, and never in the place of another file") {
  const auto file_system = GENERATE(Lacks{}, Lacks{.no_replace = true}, Lacks{.no_replace = true, .links = true});
  const Folder folder;
  const auto path = folder.file("r12.db"), copy = folder.file("copy.db"), other = folder.file("other.db");
  write_real_store(path);
  lacks = file_system;
  CHECK(run({"db", "backup", path, copy}).code == fine);
  auto late = store::Backup::begin(path, other);
  REQUIRE(late);
  while (late->step().value()) continue;
  std::ofstream{other} << "another's";
  CHECK(late->finish().has_error());
  lacks = {};
  CHECK(store::Reader::open(copy).value().events(0, 1000).value().size() == 5);
  CHECK_FALSE(std::filesystem::exists(copy + ".part"));
  CHECK(content(other) == "another's");
}

TEST_CASE("a file is compacted when no daemon has it") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  {
    Memory memory;
    auto store = open_store(path, memory);
    for (int n = 1; n <= 3000; ++n) REQUIRE(store->append(event(n)));
    REQUIRE(store->flush());
  }
  SQLite::Database{path, SQLite::OPEN_READWRITE}.exec("DELETE FROM event WHERE seq > 10");
  const auto before = std::filesystem::file_size(path);
  const auto said = run({"db", "compact", path, "--json"});
  CHECK(said.code == fine);
  CHECK(has(said.out, R"("beside_daemon":false)"));
  CHECK(std::filesystem::file_size(path) < before / 2);
  CHECK(run({"db", "verify", path}).code == fine);
  CHECK(store::Reader::open(path)->events(0, 100)->size() == 10);
  CHECK(run({"db", "compact", folder.file("none.db")}).code == cannot_know);
  CHECK_FALSE(std::filesystem::exists(folder.file("none.db.lock")));
}

TEST_CASE("a file is compacted beside its daemon, which goes on recording") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  const auto free_pages = [&] { return SQLite::Database{path}.execAndGet("PRAGMA freelist_count").getInt(); };
  {
    Memory memory;
    auto store = open_store(path, memory);
    for (int n = 1; n <= 3000; ++n) REQUIRE(store->append(event(n)));
    REQUIRE(store->flush());
  }
  SQLite::Database{path, SQLite::OPEN_READWRITE}.exec("DELETE FROM event WHERE seq > 10");
  REQUIRE(free_pages() > 200);
  {
    Memory memory;
    auto store = open_store(path, memory);
    std::jthread recording{[&](const std::stop_token& stop) {
      for (int n = 4000; !stop.stop_requested(); ++n)
        if (!store->append(event(n)) || !store->flush()) return;
    }};
    const auto said = run({"db", "compact", path});
    INFO(said.err);
    CHECK(said.code == fine);
    CHECK(has(said.out, "moved into it"));
    CHECK(memory.reason().empty());
  }
  CHECK(free_pages() < 20);
  CHECK(run({"db", "verify", path}).code == fine);
}

TEST_CASE("the audit log is listed, and its chain holds") {
  const Folder folder;
  const auto path = folder.file("r12.db");
  write_real_store(path);
  auto said = run({"audit", "log", "--store", path});
  CHECK(said.code == fine);
  CHECK(has(said.out, "reload by daemon  {\"pid\":7}"));
  said = run({"audit", "log", "--store", path, "--json"});
  CHECK(boost::json::parse(said.out.substr(0, said.out.find('\n'))).at("detail").at("pid").to_number<int>() == 7);
  said = run({"audit", "log", "--store", path, "--verify"});
  CHECK(said.code == fine);
  CHECK(has(said.out, "the chain holds"));
  SQLite::Database{path, SQLite::OPEN_READWRITE}.exec("DELETE FROM audit WHERE seq = 2");
  said = run({"audit", "log", "--store", path, "--verify", "--json"});
  CHECK(said.code == problem_found);
  CHECK(has(said.out, "\"holds\":false"));
}
