#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>

#include "catch.hpp"
#include "drivers/gpio/watch.hpp"
#include "ground/clock/clock.hpp"
#include "sim_chip.hpp"

// The driver on the kernel's own GPIO, in a virtual machine (tests/gpio/machine). The deadlines are such that only a hang misses them.
namespace holdup::gpio {
namespace {

using namespace std::chrono_literals;
using gpio_test::SimChip;
using ground::Duration;
using ground::Instant;

struct Heard {
  Told told;
  Instant when;
};

/// A watch with what it told and said.
struct Ear {
  Ear(const std::string& chip, std::vector<Wish> wishes)
      : watch{io,
              chip,
              std::move(wishes),
              {.hear =
                   [this](std::vector<Told> all) {
                     for (const Told& one : all) heard.push_back({one, ground::clock::now()});
                   },
               .say = [this](const std::string& what) { said.push_back(what); }}} {}

  bool until(const std::function<bool()>& holds) {
    const Instant deadline = ground::clock::now() + 20s;
    while (!holds() && ground::clock::now() < deadline) io.run_one_for(100ms);
    return holds();
  }
  [[nodiscard]] std::size_t count(Told::Kind kind) const {
    return static_cast<std::size_t>(std::ranges::count_if(heard, [kind](const Heard& one) { return one.told.kind == kind; }));
  }

  boost::asio::io_context io;
  std::vector<Heard> heard;
  std::vector<std::string> said;
  Watch watch;
};

double micros(Duration d) { return std::chrono::duration<double, std::micro>{d}.count(); }

void print(const char* what, std::vector<Duration> all) {
  std::ranges::sort(all);
  const auto at = [&](double share) {
    return micros(all[std::min(all.size() - 1, static_cast<std::size_t>(share * static_cast<double>(all.size())))]);
  };
  std::printf("%-24s %zu edges  p50 %.0f us  p99 %.0f us  max %.0f us\n", what, all.size(), at(0.5), at(0.99), micros(all.back()));
}

TEST_CASE("of 2,000 edges none is lost, and they come in order with the kernel's stamps") {
  SimChip chip{"edges", 4};
  Ear ear{chip.name(), {{.line = "3"}}};
  REQUIRE(ear.until([&] { return ear.heard.size() == 1; }));
  CHECK(ear.heard[0].told.kind == Told::Kind::state);
  std::vector<Duration> to_kernel, to_user, whole;
  Instant last{};
  for (int i = 0; i < 2000; ++i) {
    ear.heard.clear();
    const bool up = i % 2 == 0;
    const Instant written = ground::clock::now();
    chip.pull(3, up);
    REQUIRE(ear.until([&] { return !ear.heard.empty(); }));
    const auto& [told, when] = ear.heard.front();
    REQUIRE(told.kind == Told::Kind::edge);
    REQUIRE(told.active == up);
    REQUIRE(told.at > last);
    REQUIRE(told.at >= written - 1ms);  // the two clocks are read one after the other
    REQUIRE(told.at <= when);
    last = told.at;
    to_kernel.push_back(told.at - written), to_user.push_back(when - told.at), whole.push_back(when - written);
  }
  CHECK(ear.watch.counters().edges == 2000);
  CHECK(ear.watch.counters().seen == 0);
  print("write to kernel stamp", to_kernel);
  print("kernel stamp to user", to_user);
  print("write to user", whole);
}

TEST_CASE("a burst that nobody reads is told whole or noticed, and the level after it is told") {
  SimChip chip{"burst", 2};
  Ear ear{chip.name(), {{.line = "0"}, {.line = "1"}}};
  REQUIRE(ear.until([&] { return ear.heard.size() == 2; }));
  const auto noticed = [&] { return ear.watch.counters().maybe_lost + ear.watch.counters().lost; };
  for (int i = 0; i < 101; ++i) chip.pull(1, i % 2 == 0);
  REQUIRE(ear.until([&] { return noticed() > 0 || ear.count(Told::Kind::edge) == 101; }));
  REQUIRE(ear.until([&] { return ear.heard.back().told.wish == 1 && ear.heard.back().told.active; }));
  std::printf("burst of 101 edges: %zu told as edges, %zu as seen\n", ear.count(Told::Kind::edge), ear.count(Told::Kind::seen));
  const auto before = noticed();
  for (int i = 0; i < 3001; ++i) chip.pull(1, i % 2 != 0);  // more than either kernel queue holds: 16 a line, or 1,024
  REQUIRE(ear.until([&] { return noticed() > before; }));
  REQUIRE(ear.until([&] { return ear.heard.back().told.wish == 1 && !ear.heard.back().told.active; }));
  chip.pull(0, true);  // the neighbour is heard as before
  REQUIRE(ear.until([&] { return ear.heard.back().told.wish == 0 && ear.heard.back().told.kind == Told::Kind::edge; }));
}

TEST_CASE("a line's state is told when it opens, by its name and its active level") {
  SimChip chip{"levels", 3};
  chip.pull(1, true);
  chip.pull(2, true);
  Ear ear{chip.label(), {{.line = "line0", .active_low = true}, {.line = "line1"}, {.line = "2", .active_low = true}}};
  REQUIRE(ear.until([&] { return ear.heard.size() == 3; }));
  CHECK(ear.heard[0].told.active);
  CHECK(ear.heard[1].told.active);
  CHECK_FALSE(ear.heard[2].told.active);
  chip.pull(0, true);
  REQUIRE(ear.until([&] { return ear.heard.size() == 4; }));
  CHECK(ear.heard[3].told.kind == Told::Kind::edge);
  CHECK_FALSE(ear.heard[3].told.active);
}

TEST_CASE("a bias sets the level of a line that nobody pulls") {
  SimChip chip{"bias", 2};
  Ear ear{chip.name(), {{.line = "0", .bias = Bias::pull_up}, {.line = "1", .bias = Bias::pull_down}}};
  REQUIRE(ear.until([&] { return ear.heard.size() == 2; }));
  CHECK(ear.heard[0].told.active);
  CHECK_FALSE(ear.heard[1].told.active);
}

TEST_CASE("16 lines that fall together are all told") {
  SimChip chip{"many", 16};
  std::vector<Wish> wishes;
  for (unsigned line = 0; line < 16; ++line) {
    chip.pull(line, true);
    wishes.push_back({.line = std::to_string(line)});
  }
  Ear ear{chip.name(), wishes};
  REQUIRE(ear.until([&] { return ear.heard.size() == 16; }));
  for (unsigned line = 0; line < 16; ++line) chip.pull(line, false);
  REQUIRE(ear.until([&] { return ear.count(Told::Kind::edge) == 16; }));
  for (std::size_t wish = 0; wish < 16; ++wish)
    CHECK(std::ranges::any_of(
        ear.heard, [wish](const Heard& one) { return one.told.wish == wish && one.told.kind == Told::Kind::edge && !one.told.active; }));
}

TEST_CASE("a line that another holds is said, and its neighbour is watched") {
  SimChip chip{"held", 2};
  Ear holder{chip.name(), {{.line = "0"}}};
  REQUIRE(holder.until([&] { return holder.heard.size() == 1; }));
  Ear ear{chip.name(), {{.line = "0"}, {.line = "1"}, {.line = "7"}, {.line = "nobody"}}};
  REQUIRE(ear.until([&] { return ear.heard.size() == 4; }));
  CHECK(ear.said.size() == 3);
  CHECK(ear.count(Told::Kind::gone) == 3);
  chip.pull(1, true);
  REQUIRE(ear.until([&] { return ear.heard.size() == 5; }));
  CHECK(ear.heard[4].told.wish == 1);
}

TEST_CASE("a line that another held is ours once it lets go, and all the while its neighbour is watched") {
  SimChip chip{"freed", 2};
  auto holder = std::make_unique<Ear>(chip.name(), std::vector<Wish>{{.line = "0"}});
  REQUIRE(holder->until([&] { return holder->heard.size() == 1; }));
  Ear ear{chip.name(), {{.line = "0"}, {.line = "1"}}};
  REQUIRE(ear.until([&] { return ear.count(Told::Kind::gone) == 1 && ear.count(Told::Kind::state) == 1; }));
  CHECK(ear.said == std::vector<std::string>{"GPIO chip '" + chip.name() + "': line '0' is used by holdup"});
  chip.pull(0, true);
  holder.reset();
  REQUIRE(ear.until([&] { return ear.count(Told::Kind::state) == 2; }));
  CHECK(ear.heard.back().told.wish == 0);
  CHECK(ear.heard.back().told.active);
  CHECK(ear.said.back() == "GPIO chip '" + chip.name() + "': line '0' is ours");
  CHECK(ear.watch.counters().openings == 1);
  ear.heard.clear();
  chip.pull(0, false);
  REQUIRE(ear.until([&] { return ear.count(Told::Kind::edge) == 1; }));
  chip.pull(1, true);
  REQUIRE(ear.until([&] { return ear.count(Told::Kind::edge) == 2; }));
  CHECK(ear.heard[0].told.wish == 0);
  CHECK(ear.heard[1].told.wish == 1);
}

TEST_CASE("a chip that leaves is told, and watched again when it comes") {
  SimChip chip{"leaves", 1};
  chip.pull(0, true);
  Ear ear{chip.label(), {{.line = "0"}}};
  REQUIRE(ear.until([&] { return ear.heard.size() == 1; }));
  chip.leave();
  REQUIRE(ear.until([&] { return ear.count(Told::Kind::gone) == 1; }));
  CHECK_FALSE(ear.said.empty());
  chip.come();
  REQUIRE(ear.until([&] { return ear.count(Told::Kind::state) == 2; }));
  ear.heard.clear();
  chip.pull(0, true);
  REQUIRE(ear.until([&] { return ear.count(Told::Kind::edge) == 1; }));
  CHECK(ear.watch.counters().openings == 2);
}

TEST_CASE("a chip that is not there is told and said once, and waited for") {
  Ear ear{"nowhere", {{.line = "0"}}};
  REQUIRE(ear.until([&] { return !ear.said.empty() && !ear.heard.empty(); }));
  CHECK(ear.said.size() == 1);
  CHECK(ear.heard[0].told.kind == Told::Kind::gone);
  SimChip chip{"nowhere", 1};
  REQUIRE(ear.until([&] { return ear.count(Told::Kind::state) == 1; }));
  CHECK(ear.count(Told::Kind::gone) == 1);
  CHECK(ear.said.size() == 2);
}

}  // namespace
}  // namespace holdup::gpio
