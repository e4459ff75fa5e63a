// The child of the kill test: appends events and samples to FILE as fast as the store takes them and prints each id when it is told
// durable. Ends by being killed, or after COUNT events: scribbler FILE BOOT COUNT.
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include "store/store.hpp"

using namespace holdup;

namespace {

class Printer final : public store::Listener {
 public:
  void durable(std::vector<record::Event> events) override {
    std::string lines;
    for (const auto& event : events) lines += event.id + "\n";
    for (std::size_t done = 0; done < lines.size();) {
      const auto written = ::write(STDOUT_FILENO, lines.data() + done, lines.size() - done);
      if (written < 0) std::_Exit(3);
      done += static_cast<std::size_t>(written);
    }
    const std::lock_guard lock{mutex_};
    told_ += events.size();
    changed_.notify_all();
  }
  void degraded(bool is, const std::string& reason) override {
    if (is) std::fprintf(stderr, "degraded: %s\n", reason.c_str());
  }
  void set_aside(const store::SetAside& damaged) override {
    std::fprintf(stderr, "set aside: %s\n", damaged.why.c_str());
    std::_Exit(4);
  }
  /// Waits until fewer than `most` of the appended are untold.
  void wait_until_near(std::size_t appended, std::size_t most) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return appended - told_ < most; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t told_ = 0;
};

record::Event event(const std::string& boot, std::size_t n) {
  record::Event out{.id = boot + "-" + std::to_string(n), .incident = boot + "-1", .boot = boot, .verdict = "supply_lost"};
  out.strength = "proven";
  out.element = "cab1/psu1";
  out.cause = std::string(n % 700, 'c');  // events of many sizes
  return out;
}

record::Batch batch(std::size_t n) {
  const auto at = std::chrono::milliseconds{n};
  record::Batch out{.at = ground::Instant{at}, .time = ground::Utc{at}};
  for (record::SeriesId id = 1; id <= 50; ++id) {
    if (n == 1) out.born.emplace_back(id, record::Series{"rack_current_amperes", {{"index", std::to_string(id)}}});
    out.samples.push_back({id, static_cast<double>(n)});
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  Printer printer;
  auto opened = store::Store::open({.path = argv[1], .boot = argv[2], .sample_period = std::chrono::milliseconds{5}}, printer);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().what.c_str());
    return 1;
  }
  const auto count = std::strtoul(argv[3], nullptr, 10);
  for (std::size_t n = 1; n <= count; ++n) {
    if (!opened->append(event(argv[2], n))) return 5;
    opened->append(batch(n));
    printer.wait_until_near(n, 1 + n % 40);  // group commits of many sizes
  }
  return 0;
}
