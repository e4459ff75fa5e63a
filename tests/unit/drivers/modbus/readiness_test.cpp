#include "drivers/modbus/readiness.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "catch.hpp"

using namespace holdup::modbus;

namespace {

/// A pair of sockets; what comes to ours is read, and then something done.
struct Line final : Readiness::Ear {
  explicit Line(Readiness& all) : readiness{all} {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    REQUIRE(readiness.add(ends[0], *this));
  }
  ~Line() {
    readiness.remove(ends[0], *this);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void readable() override {
    char byte;
    if (reads) REQUIRE(::recv(ends[0], &byte, 1, 0) == 1);
    ++heard;
    then();
  }
  bool goes_first() const override { return first; }
  void say() const { REQUIRE(::send(ends[1], "x", 1, 0) == 1); }

  Readiness& readiness;
  int ends[2] = {-1, -1};
  int heard = 0;
  bool reads = true, first = false;
  std::function<void()> then = [] {};
};

bool is_readable(const Readiness& readiness) {
  pollfd one{.fd = readiness.descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&one, 1, 0) == 1;
}

}  // namespace

TEST_CASE("who has something to read is called, as long as he has") {
  Readiness readiness;
  Line a{readiness}, b{readiness};
  CHECK_FALSE(is_readable(readiness));
  readiness.tell();
  CHECK(a.heard + b.heard == 0);
  a.say(), a.say();
  for (int i = 1; i <= 2; ++i) {
    CHECK(is_readable(readiness));
    readiness.tell();
    CHECK(a.heard == i);
  }
  CHECK_FALSE(is_readable(readiness));
  CHECK(b.heard == 0);
}

TEST_CASE("who was taken out is called no more, even in the turn in which another takes him out") {
  Readiness readiness;
  auto first = std::make_unique<Line>(readiness), second = std::make_unique<Line>(readiness);
  int heard = 0;
  first->then = [&] { ++heard, second.reset(); };
  second->then = [&] { ++heard, first->then = [] {}, first->readiness.remove(first->ends[0], *first); };
  first->say(), second->say();
  readiness.tell();
  CHECK(heard == 1);
}

TEST_CASE("a turn calls a bounded number, and the others in the next") {
  Readiness readiness;
  std::vector<std::unique_ptr<Line>> lines;
  for (int i = 0; i < 200; ++i) lines.push_back(std::make_unique<Line>(readiness));
  for (const auto& line : lines) line->say();
  const auto heard = [&] {
    int all = 0;
    for (const auto& line : lines) all += line->heard;
    return all;
  };
  readiness.tell();
  CHECK(heard() > 0);
  CHECK(heard() < 200);
  for (int turns = 0; turns < 10; ++turns) readiness.tell();
  CHECK(heard() == 200);
}

TEST_CASE("one that never reads what it has keeps nobody from being called") {
  Readiness readiness;
  std::vector<std::unique_ptr<Line>> lines;
  for (int i = 0; i < 100; ++i) {
    lines.push_back(std::make_unique<Line>(readiness));
    lines.back()->reads = i == 99;
    lines.back()->say();
  }
  for (int turns = 0; turns < 4; ++turns) readiness.tell();
  CHECK(lines.back()->heard == 1);
}

TEST_CASE("who goes first is called before those who could read before him") {
  Readiness readiness;
  std::vector<std::unique_ptr<Line>> lines;
  std::vector<int> order;
  for (int i = 0; i < 9; ++i) {
    lines.push_back(std::make_unique<Line>(readiness));
    lines.back()->first = i == 4 || i == 8;
    lines.back()->then = [&order, i] { order.push_back(i); };
    lines.back()->say();
  }
  readiness.tell();
  REQUIRE(order.size() == 9);
  CHECK(std::set{order[0], order[1]} == std::set{4, 8});
}
