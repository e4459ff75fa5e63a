#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "store/store.hpp"

// A store on disk for what is asked of one.
namespace holdup {

using namespace std::chrono_literals;
using ground::Quality;

inline constexpr ground::Utc noon{std::chrono::seconds{1'700'000'000}};

struct Deaf : store::Listener {
  void durable(std::vector<record::Event>) override {}
  void degraded(bool, const std::string&) override {}
  void set_aside(const store::SetAside&) override {}
};

/// A store of two fans, one a sample a second that falls by 100 rpm; the other's last reading failed.
class FanStore {
 public:
  FanStore() {
    std::string name = (std::filesystem::temp_directory_path() / "holdup-query-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    Deaf listener;
    auto store = store::Store::open({.path = file(), .boot = "b00t"}, listener);
    REQUIRE(store);
    for (int second = 0; second < 10; ++second) store->append(batch(second));
    REQUIRE(store->flush());
  }
  FanStore(const FanStore&) = delete;
  FanStore& operator=(const FanStore&) = delete;
  ~FanStore() { std::filesystem::remove_all(folder_); }

  std::string file() const { return (folder_ / "r12.db").string(); }

 private:
  static record::Batch batch(int second) {
    const auto since = std::chrono::seconds{second};
    record::Batch batch{.at = ground::Instant{since}, .time = noon + since, .born = {}, .samples = {}};
    if (second == 0)
      for (int fan : {1, 2})
        batch.born.emplace_back(fan, record::Series{"rack_fan_speed_rpm", {{"device", "shelf"}, {"index", std::to_string(fan)}}});
    batch.samples = {{1, 9000 - 100. * second, Quality::good}, {2, 8000, second == 9 ? Quality::failed : Quality::good}};
    return batch;
  }

  std::filesystem::path folder_;
};

}  // namespace holdup
