// A rack's worth of samples into a store, forwarded to one receiver: what peer_test.py starts and kills.
// feeder STORE URL: records until SIGUSR1, when one series ends, forwards until SIGTERM. feeder --dump STORE: what is held, as JSON lines.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <thread>

#include "collector/forward/forwarder.hpp"
#include "collector/forward/store_source.hpp"
#include "ground/clock/clock.hpp"
#include "ground/json_writer.hpp"
#include "store/reader.hpp"
#include "store/store.hpp"

namespace {

using namespace holdup;
using namespace std::chrono_literals;

class Deaf final : public store::Listener {
  void durable(std::vector<record::Event>) override {}
  void degraded(bool is, const std::string& reason) override { std::cerr << "degraded " << is << " " << reason << "\n"; }
  void set_aside(const store::SetAside& damaged) override { std::cerr << "set aside " << damaged.why << "\n"; }
};

record::Series series(const char* name, const char* device, const char* index) {
  return {.name = name, .labels = {{"device", device}, {"index", index}, {"rack", "r12"}}};
}

/// By turns what devices send: whole numbers, tenths, a counter, 32-bit floats, doubles that are no short decimals.
double value_of(record::SeriesId id, std::int64_t n) {
  switch (id % 5) {
    case 0:
      return static_cast<double>((n * 7919 + id) % 4000);
    case 1:
      return static_cast<double>((n * 31 + id) % 997) / 10;
    case 2:
      return static_cast<double>(n) * 3.6e6;
    case 3:
      return static_cast<double>(static_cast<float>(n % 1000) * 0.1F);
    default:
      return static_cast<double>(n % 10'000 + 1) / 3;
  }
}

record::Batch batch_of(const char* device, record::SeriesId first, std::int64_t n, bool born, bool ends) {
  const auto at = ground::clock::now();
  record::Batch batch{.at = at, .time = ground::utc(at, ground::clock::utc_offset()), .age = 0ns, .born = {}, .samples = {}};
  const std::array<const char*, 5> names{"rack_power_watts", "rack_current_amperes", "rack_energy_joules_total", "rack_voltage_volts",
                                         "rack_load_ratio"};
  for (record::SeriesId i = 0; i < names.size(); ++i) {
    if (born) batch.born.emplace_back(first + i, series(names[i], device, "1"));
    const bool fails = (i == 1 && n % 40 < 5) || (ends && i == 0);  // now and then it is not answered
    batch.samples.push_back({first + i, fails ? 0 : value_of(first + i, n), fails ? ground::Quality::failed : ground::Quality::good});
  }
  return batch;
}

int feed(const std::string& path, const std::string& url) {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Deaf deaf;
  auto opened = store::Store::open({.path = path, .boot = ground::clock::boot_id()}, deaf);
  if (!opened) return std::cerr << opened.error().what << "\n", 1;
  store::Store store{std::move(*opened)};
  forward::Target target;
  target.name = "peer";
  target.timeout = 5s;
  forward::take_url(url, target);
  forward::Forwarder forwarder{
      {target}, std::make_unique<forward::StoreSource>(path, store), [](const forward::Note& note) { std::cerr << note.text << "\n"; }};
  std::cout << "ready" << std::endl;
  const timespec tick{0, 20'000'000};
  std::int64_t n = std::chrono::system_clock::now().time_since_epoch() / 20ms;
  int got = 0;
  for (bool born = true; got <= 0; born = false, ++n) {
    store.append(batch_of("pdu-a", 0, n, born, false));
    if (n % 5 == 0 || born) store.append(batch_of("pdu-b", 5, n, born, false));
    got = sigtimedwait(&signals, nullptr, &tick);
  }
  if (got == SIGUSR1) {
    store.append(batch_of("pdu-a", 0, n, false, true));
    if (const auto kept = store.flush(); !kept) return std::cerr << kept.error().what << "\n", 1;
    std::cout << "recorded" << std::endl;
    while (sigwaitinfo(&signals, nullptr) != SIGTERM) continue;
  }
  const auto figures = forwarder.figures({}).front();
  std::cerr << "samples=" << figures.samples << " set_aside=" << figures.set_aside << " out_of_order=" << figures.out_of_order
            << " retries=" << figures.retries << " requests=" << figures.requests << " bytes=" << figures.bytes << "\n";
  return 0;
}

int dump(const std::string& path) {
  auto reader = store::Reader::open(path);
  if (!reader) return std::cerr << reader.error().what << "\n", 1;
  const auto all = reader->series("", {});
  if (!all) return std::cerr << all.error().what << "\n", 1;
  for (const auto& one : *all) {
    const auto points = reader->range(one.row, {ground::Utc{}, ground::Utc::max()});
    if (!points) return std::cerr << points.error().what << "\n", 1;
    for (const auto& point : *points) {
      char value[40];
      std::snprintf(value, sizeof value, "%.17g", point.value);
      ground::JsonWriter out;
      out.begin_object().field("series", one.series.text()).field("quality", ground::name(point.quality)).field("value", value);
      out.field("ms", std::to_string(point.time.time_since_epoch() / 1ms)).end_object();
      std::cout << out.text() << "\n";
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return std::cerr << "usage: feeder STORE URL | feeder --dump STORE\n", 2;
  return std::strcmp(words[1], "--dump") == 0 ? dump(words[2]) : feed(words[1], words[2]);
}
