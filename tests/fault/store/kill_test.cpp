#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

using namespace holdup;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
constexpr int rounds = 50;

struct Child {
  pid_t process = -1;
  int lines = -1;  // its stdout
};

Child start(const std::string& file, const std::string& boot, const std::string& count) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const std::string program = HOLDUP_BIN_DIR "/store_scribbler";
  const pid_t process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl(program.c_str(), program.c_str(), file.c_str(), boot.c_str(), count.c_str(), nullptr);
    std::_Exit(127);
  }
  ::close(ends[1]);
  return {process, ends[0]};
}

// Reads what comes until the deadline, or the end.
void read_until(int descriptor, Clock::time_point deadline, std::string& out) {
  char some[65536];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - Clock::now());
    if (left.count() <= 0) return;
    const timespec wait{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    pollfd ready{descriptor, POLLIN, 0};
    if (::ppoll(&ready, 1, &wait, nullptr) <= 0) return;
    const auto got = ::read(descriptor, some, sizeof some);
    if (got <= 0) return;
    out.append(some, static_cast<std::size_t>(got));
  }
}

// The ids of whole lines: the last one may have been torn by the kill.
std::vector<std::string> whole_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin))
    lines.push_back(text.substr(begin, end - begin));
  return lines;
}

// One life of the child, from its start to its death at a random instant; what it acknowledged.
std::vector<std::string> live_and_die(const std::string& file, int round, std::mt19937& random) {
  const Child child = start(file, "b" + std::to_string(round), "100000000");
  std::string text;
  const auto life = std::chrono::microseconds{std::uniform_int_distribution{0, 60'000}(random)};
  read_until(child.lines, Clock::now() + life, text);
  ::kill(child.process, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child.process, &status, 0) == child.process);
  REQUIRE(WIFSIGNALED(status));  // it did not give up by itself
  read_until(child.lines, Clock::now() + std::chrono::seconds{30}, text);
  ::close(child.lines);
  return whole_lines(text);
}

std::vector<std::string> stored_ids(const std::string& file) {
  auto reader = store::Reader::open(file);
  REQUIRE(reader);
  std::vector<std::string> ids;
  std::int64_t seq = 0;
  for (;;) {
    const auto slice = reader->events(seq, 5000);
    REQUIRE(slice);
    if (slice->empty()) return ids;
    for (const auto& stored : *slice) ids.push_back(stored.event.id);
    seq = slice->back().seq;
  }
}

// Every life's events are BOOT-1, BOOT-2, … without a gap, the lives in their order, no id twice.
void check_order(const std::vector<std::string>& ids) {
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == ids.size());
  std::string boot;
  std::uint64_t last = 0;
  int last_life = -1;
  for (const auto& id : ids) {
    const auto of = id.substr(0, id.find('-'));
    if (of != boot) {
      const int life = std::stoi(of.substr(1));
      REQUIRE(life > last_life);
      last_life = life;
      last = 0;
      boot = of;
    }
    REQUIRE(record::count_of(id) == last + 1);
    last = record::count_of(id);
  }
}

}  // namespace

TEST_CASE("killed 50 times while it writes, the store has every event that it acknowledged, in order, none twice") {
  std::string folder = (fs::temp_directory_path() / "holdup-kill-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const std::string file = folder + "/r12.db";
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  CAPTURE(seed, folder);  // the folder stays when the test fails
  std::mt19937 random{seed};

  std::vector<std::string> acknowledged;
  for (int round = 0; round < rounds; ++round) {
    const auto ids = live_and_die(file, round, random);
    acknowledged.insert(acknowledged.end(), ids.begin(), ids.end());
  }
  const Child last = start(file, "b" + std::to_string(rounds), "10");  // a whole life: the file is still good to write
  std::string text;
  read_until(last.lines, Clock::now() + std::chrono::seconds{30}, text);
  int status = 0;
  ::waitpid(last.process, &status, 0);
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  CHECK(whole_lines(text).size() == 10);

  const auto stored = stored_ids(file);
  const std::set<std::string> there(stored.begin(), stored.end());
  std::size_t missing = 0;
  for (const auto& id : acknowledged) missing += there.count(id) == 0;
  std::printf("%d kills: %zu events acknowledged, %zu stored, %zu missing\n", rounds, acknowledged.size(), stored.size(), missing);
  CHECK(missing == 0);
  CHECK(acknowledged.size() > 100);  // the kills came while it wrote, not before
  check_order(stored);
  fs::remove_all(folder);
}
