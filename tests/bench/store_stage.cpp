#include "store_stage.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <utility>

#include "way.hpp"

namespace holdup::bench {

using namespace std::chrono_literals;

CpuTime process_cpu() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  return {seconds(used.ru_utime), seconds(used.ru_stime)};
}

double percentile(std::vector<double>& all, double share) {
  if (all.empty()) throw std::runtime_error{"nothing was measured"};
  std::ranges::sort(all);
  return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1) + 0.5)];
}

void StoreEar::durable(std::vector<record::Event> events) {
  const auto now = SteadyClock::now();
  const std::lock_guard lock{mutex_};
  newest_ = events.back().id;
  at_ = now;
  told_.notify_all();
}

void StoreEar::degraded(bool is, const std::string& reason) {
  if (is) std::fprintf(stderr, "bench-store: recording fails: %s\n", reason.c_str());
}

void StoreEar::set_aside(const store::SetAside& damaged) { std::fprintf(stderr, "bench-store: set aside: %s\n", damaged.why.c_str()); }

SteadyClock::time_point StoreEar::heard(const std::string& event_id) {
  std::unique_lock lock{mutex_};
  if (!told_.wait_for(lock, 60s, [&] { return newest_ == event_id; })) throw std::runtime_error{event_id + " never became durable"};
  return at_;
}

store::Retention for_ever() {
  constexpr ground::Duration ages = std::chrono::days{50 * 365};
  return {.raw = ages, .minute = ages, .hour = ages, .max_bytes = 1ULL << 50U};
}

namespace {

store::Store opened(const std::string& path, const store::Retention& retention, StoreEar& ear) {
  auto store = store::Store::open({.path = path, .boot = "bench-boot", .retention = retention}, ear);
  if (!store) throw std::runtime_error{store.error().what};
  return std::move(*store);
}

}  // namespace

BenchStore::BenchStore(const std::string& path, const store::Retention& retention)
    : ear_{std::make_unique<StoreEar>()}, store_{opened(path, retention, *ear_)} {}

CpuTime BenchStore::write(RackFeed& feed, int seconds, std::chrono::microseconds pause) {
  CpuTime making;
  for (int second = 0; second < seconds; ++second) {
    const double begin = thread_cpu_seconds();  // exact; the kernel's share of a thread is only known by ticks
    auto batches = feed.second();
    const double made = thread_cpu_seconds();
    if (pause > 0us) std::this_thread::sleep_for(pause);
    making = making + CpuTime{made - begin, thread_cpu_seconds() - made};
    for (auto& batch : batches) store_.append(std::move(batch));
    const double handed = thread_cpu_seconds();
    if (const auto done = store_.flush(); !done) throw std::runtime_error{done.error().what};
    making = making + CpuTime{0, thread_cpu_seconds() - handed};  // the daemon waits for nothing
  }
  return making;
}

void settle(const std::string& path) {
  SQLite::Database file{path, SQLite::OPEN_READONLY, 2000};
  const auto version = [&] { return file.execAndGet("PRAGMA data_version").getInt(); };
  const auto patience = SteadyClock::now() + 10min;
  int before = version();
  double used = process_cpu().all();
  for (int calm = 0; calm < 5;) {
    std::this_thread::sleep_for(300ms);
    const int now = version();
    const double using_now = process_cpu().all();
    calm = now == before && using_now - used < 0.003 ? calm + 1 : 0;
    before = now;
    used = using_now;
    if (SteadyClock::now() > patience) throw std::runtime_error{"the store never rests"};
  }
}

std::string memory_folder() { return std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path().string(); }

}  // namespace holdup::bench
