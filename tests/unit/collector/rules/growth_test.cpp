#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "collector/rules/numbered.hpp"
#include "collector/rules/paged.hpp"
#include "collector/rules/stream/members.hpp"
#include "collector/rules/turns.hpp"
#include "tests/unit/collector/rules/rig.hpp"

// What holds something for each of many elements: no step of its growth is work for all of them.
using namespace holdup::rules;

namespace {

constexpr std::size_t many = 100'000;

struct Mover {
  static inline std::size_t moves = 0;
  explicit Mover(std::size_t is) : is{is} {}
  Mover(Mover&& other) noexcept : is{other.is} { ++moves; }
  Mover& operator=(Mover&& other) noexcept { return is = other.is, ++moves, *this; }
  std::size_t is;
};

}  // namespace

TEST_CASE("a paged vector moves no more than a page when it grows") {
  Paged<Mover> all;
  std::size_t most = 0;
  for (std::size_t i = 0; i < many; ++i) {
    Mover::moves = 0;
    all.emplace_back(i);
    most = std::max(most, Mover::moves);
  }
  CHECK(most > 0);
  CHECK(most <= Paged<Mover>::page_size);
  CHECK(all.size() == many);
  for (std::size_t i = 0; i < many; i += 777) CHECK(all[i].is == i);
}

TEST_CASE("a paged vector is one to the standard's algorithms, and shrinks") {
  Paged<int> numbers;
  for (int i = 0; i < 5'000; ++i) numbers.push_back(i * 37 % 5'000);
  std::sort(numbers.begin(), numbers.end());
  CHECK(std::is_sorted(numbers.begin(), numbers.end()));
  CHECK(numbers.back() == 4'999);
  while (numbers.size() > 1'024) numbers.pop_back();
  CHECK(numbers.back() == 1'023);
  numbers.grow(1'100, 7);
  CHECK(numbers.back() == 7);
  numbers.clear();
  CHECK(numbers.empty());
  CHECK(numbers.begin() == numbers.end());
  numbers.push_back(1);
  CHECK(numbers.size() == 1);

  std::priority_queue<int, Paged<int>, std::greater<>> least;
  for (int i = 3'000; i > 0; --i) least.push(i);
  for (int i = 1; i <= 3'000; ++i, least.pop())
    if (least.top() != i) FAIL(i);
}

TEST_CASE("members are told in order, each once, until they are out") {
  stream::Members members;
  std::set<std::uint32_t> wanted;
  const auto all = [&] {
    std::vector<std::uint32_t> out;
    members.each([&](std::uint32_t number) { out.push_back(number); });
    return out;
  };
  for (std::uint32_t i = 0; i < 3'000; ++i) {
    const auto number = i * i * 37 % 300'007 * (i % 7 == 0 ? 1 : 3);
    if (members.insert(number) != wanted.insert(number).second) FAIL(number);
    if (const auto gone = number / 2; i % 3 == 0 && members.erase(gone) != (wanted.erase(gone) > 0)) FAIL(gone);
  }
  CHECK(members.size() == wanted.size());
  CHECK(all() == std::vector<std::uint32_t>{wanted.begin(), wanted.end()});
  std::vector<std::uint32_t> taken;
  members.take_all([&](std::uint32_t number) { taken.push_back(number); });
  CHECK(taken == std::vector<std::uint32_t>{wanted.begin(), wanted.end()});
  CHECK(members.size() == 0);
  CHECK(all().empty());
  CHECK_FALSE(members.erase(taken.front()));
  CHECK(members.insert(taken.front()));
  CHECK(all() == std::vector{taken.front()});
}

TEST_CASE("texts have the numbers in which they came") {
  Numbered numbered;
  std::map<std::string, std::uint32_t> wanted;
  CHECK_FALSE(numbered.find("").has_value());
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const auto text = i % 100 == 0 ? std::string(i % 1'700, 'x') : std::to_string(i / 2);
    const auto [place, fresh] = wanted.try_emplace(text, static_cast<std::uint32_t>(wanted.size()));
    if (numbered.add(text) != std::pair{place->second, fresh}) FAIL(text);
  }
  CHECK(numbered.size() == wanted.size());
  for (const auto& [text, number] : wanted)
    if (numbered.find(text) != number) FAIL(text);
  CHECK_FALSE(numbered.find("none").has_value());
  numbered.clear();
  CHECK(numbered.size() == 0);
  CHECK(numbered.add("again") == std::pair{std::uint32_t{0}, true});
}

TEST_CASE("no text pays for the move of all that are there") {
  Turns turns;
  const Turns::Counted counted{turns};
  Numbered numbered;
  for (std::size_t i = 0; i < many; ++i) {
    turns.allow(32);
    numbered.add(std::to_string(i));
    if (turns.is_over()) FAIL(i);
  }
  CHECK(numbered.size() == many);
}

TEST_CASE("elements that never come back are let go of, and no alert turns by that") {
  using namespace std::chrono_literals;
  Engine engine{test::rules_of("  - alert: t\n    expr: count by (x) (count_values(\"v\", a)) > 0\n    for: 1s\n"), {.renewal = 24h}};
  engine.born(1, Labels{{{"__name__", "a"}, {"x", "1"}}});
  std::size_t turned = 0;
  for (int n = 1; n <= 20'000; ++n) turned += engine.batch(test::at(1s * n), std::vector<Sample>{{1, n * 0.5}}).size();
  CHECK(turned == 2);  // pending, firing
  CHECK(engine.counters().renewals > 1);
  CHECK(engine.counters().renewals < 6);
  CHECK(engine.batch(test::at(1s * 20'001), std::vector<Sample>{{1, {}}}).size() == 1);
}
