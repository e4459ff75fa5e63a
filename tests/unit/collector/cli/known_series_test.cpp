#include "collector/cli/known_series.hpp"

#include <stdlib.h>

#include <filesystem>

#include "catch.hpp"
#include "store/store.hpp"

using namespace holdup;
using namespace std::chrono_literals;

namespace {

constexpr ground::Utc now{std::chrono::days{20'000}};

struct Folder {
  std::string path = "/tmp/holdup-known-XXXXXX";
  Folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  Folder(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file() const { return path + "/history.db"; }
};

struct Deaf : store::Listener {
  void durable(std::vector<record::Event>) override {}
  void degraded(bool, const std::string&) override {}
  void set_aside(const store::SetAside&) override {}
};

record::Series up(const std::string& device) { return {.name = "holdup_up", .labels = {{"device", device}}}; }
record::Series part(const std::string& serial) {
  return {.name = "holdup_part_info", .labels = {{"device", "mended"}, {"part", "supply"}, {"serial", serial}, {"supply", "1"}}};
}

/// One run of the daemon as its store sees it: what it met, at the times it met it.
void run(const std::string& file, const std::string& boot, const std::vector<std::pair<record::Series, ground::Utc>>& met) {
  Deaf listener;
  auto store = store::Store::open({.path = file, .boot = boot}, listener);
  REQUIRE(store);
  std::uint32_t id = 0;
  for (const auto& [series, time] : met) {
    store->append({.at = ground::Instant{id * 1ms}, .time = time, .born = {{id, series}}, .samples = {{id, 1.0}}});
    ++id;
  }
  REQUIRE(store->flush());
}

rules::Labels of(const std::string& device, const std::string& supply) {
  return rules::Labels{{{"class", "alert"}, {"device", device}, {"severity", "critical"}, {"supply", supply}}};
}

}  // namespace

TEST_CASE("what a rack has learned it knows after a restart, from its store") {
  const Folder folder;
  run(folder.file(), "b00t",
      {{up("old"), now - 10 * 24h},
       {up("mended"), now - 10 * 24h},
       {part("S1"), now - 10 * 24h},
       {up("young"), now - 2 * 24h},
       {part("S2"), now - 24h}});
  core::Learning learning;
  learning.last(7 * 24h);
  learning.know(cli::known_series(folder.file(), now));
  for (const auto& series : {up("old"), up("mended"), up("young"), part("S2")}) learning.meet(series, now);
  const auto left = [&](const rules::Labels& labels) {
    const auto until = learning.until(labels, now);
    return until ? *until - now : ground::Duration{};
  };
  CHECK(left(of("old", "")) == 0s);
  CHECK(left(of("young", "")) <= 5 * 24h);  // to the hour
  CHECK(left(of("young", "")) > 5 * 24h - 2h);
  CHECK(left(of("mended", "1")) <= 6 * 24h);  // since another supply took that place
  CHECK(left(of("mended", "1")) > 6 * 24h - 2h);
  learning.meet(up("new"), now);
  CHECK(left(of("new", "")) == 7 * 24h);
}

TEST_CASE("a store that is not there knows nothing") { CHECK(cli::known_series("/nowhere/history.db", now).empty()); }
