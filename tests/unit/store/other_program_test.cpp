#include <array>
#include <cmath>
#include <cstdio>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "unit/store/rig.hpp"

using namespace holdup;
using namespace holdup::store;

namespace {

/// The lines that another program, written from FORMAT.md alone, finds in the file; nothing when it fails.
std::vector<std::string> read_by_another(const std::string& path) {
  std::FILE* const pipe = popen(("/usr/bin/python3 -B " HOLDUP_SOURCE_DIR "/tests/store/read_store.py " + path).c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string all;
  std::array<char, 4096> some{};
  for (std::size_t size = 0; (size = std::fread(some.data(), 1, some.size(), pipe)) > 0;) all.append(some.data(), size);
  if (pclose(pipe) != 0) return {};
  std::vector<std::string> lines;
  std::istringstream text{all};
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

struct Told {
  std::string series;
  std::int64_t utc_ms = 0;
  double value = 0;
  int quality = 0;
  std::int64_t age_ms = 0;
  auto operator<=>(const Told&) const = default;
};

Told told(const std::string& line) {
  Told out;
  std::istringstream fields{line};
  std::string value;
  std::getline(fields, out.series, '\t');
  fields >> out.utc_ms >> value >> out.quality >> out.age_ms;
  out.value = std::strtod(value.c_str(), nullptr);
  return out;
}

}  // namespace

TEST_CASE("another program finds every sample and event of a store, each once") {
  const test::Folder folder;
  const std::string path = folder.file("history");
  std::multiset<Told> wanted;
  test::Memory memory;
  {
    auto store = test::open_store(path, memory);
    REQUIRE(store);
    for (int second = 0; second < 200; ++second) {
      auto batch = test::batch(second, {230.1 + second % 7 / 10.0, second * 1e-3, 1.0 / (1 + second % 3), -0.0},
                               second == 0 ? test::Born::yes : test::Born::no);
      batch.age = std::chrono::milliseconds{second % 5};
      batch.samples[1].quality = second % 11 == 0 ? ground::Quality::absent : ground::Quality::good;
      for (std::size_t i = 0; i < batch.samples.size(); ++i)
        wanted.insert({std::to_string(batch.samples[i].series), second, batch.samples[i].value, static_cast<int>(batch.samples[i].quality),
                       second % 5});
      store->append(std::move(batch));
      if (second % 20 == 0) REQUIRE(store->append(test::event(second + 1)));
      REQUIRE(store->flush());
    }
  }
  std::multiset<Told> got;
  std::set<std::string> names;
  std::size_t events = 0;
  const auto lines = read_by_another(path);
  for (const std::string& line : lines) {
    if (line.starts_with("event\t")) {
      ++events;
      continue;
    }
    Told one = told(line);
    names.insert(one.series);
    const auto start = std::chrono::duration_cast<std::chrono::milliseconds>(test::at_second(0).time_since_epoch()).count();
    one.utc_ms = (one.utc_ms - start) / 1000;
    got.insert(std::move(one));
  }
  CHECK(events == 10);
  CHECK(names.size() == 4);
  REQUIRE(got.size() == wanted.size());
  const auto same = [](const Told& a, const Told& b) {
    return a.utc_ms == b.utc_ms && a.value == b.value && std::signbit(a.value) == std::signbit(b.value) && a.quality == b.quality &&
           a.age_ms == b.age_ms;
  };
  CHECK(std::equal(got.begin(), got.end(), wanted.begin(), same));
}
