#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "count.hpp"
#include "rack.hpp"
#include "store/reader.hpp"
#include "witness.hpp"

using namespace holdup;
using namespace holdup::store::fault;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint64_t kills_a_file = 50;
constexpr unsigned kills_a_check = 25;

struct Child {
  pid_t process = -1;
  int lines = -1;  // its stdout
};

Child start(const std::string& file, unsigned life, const std::string& count) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const std::string program = HOLDUP_BIN_DIR "/store_scribbler";
  const std::string number = std::to_string(life);
  const pid_t process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl(program.c_str(), program.c_str(), file.c_str(), number.c_str(), count.c_str(), nullptr);
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

void await_word(int descriptor) {
  pollfd ready{descriptor, POLLIN, 0};
  REQUIRE(::poll(&ready, 1, 20'000) == 1);
}

// What whole lines say: the last one may have been torn by the kill.
Life told(unsigned number, const std::string& text) {
  Life out{.number = number};
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin)) {
    const std::string said = text.substr(begin + 2, end - begin - 2);
    if (text[begin] == 'e')
      out.acknowledged.push_back(said);
    else
      out.samples = std::stoul(said);
  }
  return out;
}

// One life of the child, from its start to its death at a random instant, most of them after it said something; what it was told.
Life live_and_die(const std::string& file, unsigned life, std::mt19937_64& random) {
  const Child child = start(file, life, "100000000");
  std::string text;
  const auto span = std::chrono::microseconds{std::uniform_int_distribution{0, 50'000}(random)};
  if (random() % 4 != 0) await_word(child.lines);
  read_until(child.lines, Clock::now() + span, text);
  ::kill(child.process, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child.process, &status, 0) == child.process);
  REQUIRE(WIFSIGNALED(status));  // it did not give up by itself
  read_until(child.lines, Clock::now() + std::chrono::seconds{30}, text);
  ::close(child.lines);
  return told(life, text);
}

// A whole life, which comes as far as to delete what is old.
Life live_on(const std::string& file, unsigned life) {
  constexpr std::size_t rounds = 200;
  const Child child = start(file, life, std::to_string(rounds));
  std::string text;
  read_until(child.lines, Clock::now() + std::chrono::seconds{60}, text);
  int status = 0;
  ::waitpid(child.process, &status, 0);
  ::close(child.lines);
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  CHECK(told(life, text).acknowledged.size() == rounds);
  return told(life, text);
}

struct Tally {
  std::size_t kills = 0, acknowledged = 0, stored = 0, missing = 0, samples = 0, expired = 0;
};

// By a reader outside the process that was killed, which finds the file as the kill left it.
void check(const std::string& file, const std::vector<Life>& lives, Tally& tally) {
  auto reader = store::Reader::open(file);
  const bool nothing_told = std::all_of(lives.begin(), lives.end(), [](const Life& life) { return life.acknowledged.empty(); });
  if (!reader && nothing_told) return;  // killed before there was a file
  REQUIRE(reader);
  const auto events = compare_events(*reader, lives);
  REQUIRE(events);
  CHECK(events->missing == 0);
  CHECK(events->first == "");
  const auto samples = compare_samples(*reader, lives, kept);
  REQUIRE(samples);
  CHECK(samples->first == "");
  CHECK(samples->lost + samples->torn + samples->doubled + samples->wrong == 0);
  CHECK(compare_audits(*reader, lives).value() == "");
  tally.stored = events->stored;
  tally.missing = events->missing;
  tally.samples = samples->points;
  tally.expired = samples->expired;
}

// So many kills of lives on one file, and a whole life after some of them: the file is still good to write.
Tally kill_and_kill(std::uint64_t kills, Folder::Where where, std::mt19937_64& random) {
  const Folder folder{where};
  Tally tally;
  std::vector<Life> lives;
  for (unsigned life = 0; tally.kills < kills; ++life) {
    CAPTURE(life);
    lives.push_back(live_and_die(folder.file(), life, random));
    if (++tally.kills % kills_a_check == 0 || tally.kills == kills) {
      check(folder.file(), lives, tally);
      lives.push_back(live_on(folder.file(), ++life));
    }
  }
  check(folder.file(), lives, tally);
  CHECK(integrity(folder.file()) == "ok");
  for (const Life& life : lives) tally.acknowledged += life.acknowledged.size();
  return tally;
}

}  // namespace

TEST_CASE("killed 100 times while it writes, the store has every event and sample that it told, in order, none twice") {
  std::mt19937_64 random{seed()};
  Tally all;
  auto where = Folder::Where::disk;
  for (auto left = count_of("HOLDUP_FAULT_KILLS", 100); left > 0;) {
    const auto here = std::min(left, kills_a_file);
    const Tally tally = kill_and_kill(here, where, random);
    left -= here;
    where = where == Folder::Where::disk ? Folder::Where::memory : Folder::Where::disk;
    all.kills += tally.kills;
    all.acknowledged += tally.acknowledged;
    all.stored += tally.stored;
    all.missing += tally.missing;
    all.samples += tally.samples;
    all.expired += tally.expired;
    std::printf("%zu kills: %zu events acknowledged, %zu stored, %zu missing; %zu samples stored, %zu polls gone by age\n", all.kills,
                all.acknowledged, all.stored, all.missing, all.samples, all.expired);
    std::fflush(stdout);
  }
  CHECK(all.acknowledged > all.kills);  // the kills came while it wrote, not before
}
