#include "collector/poll/trap_desk.hpp"

#include <spdlog/spdlog.h>

namespace holdup::poll {
namespace {

void add(drivers::TrapCounters& sum, const drivers::TrapCounters& part) {
  sum.received += part.received;
  sum.acknowledged += part.acknowledged;
  sum.unknown_source += part.unknown_source;
  sum.malformed += part.malformed;
  sum.limited += part.limited;
  sum.unsupported += part.unsupported;
  sum.kernel += part.kernel;
}

}  // namespace

void TrapDesk::man(const site::Site& site, const profile::Library& profiles) {
  if (site.traps_listen != listen_ || (!port_ && !listen_.empty())) open(site.traps_listen);
  if (!port_) return;
  std::vector<std::string> urls;
  for (const auto& device : site.devices) urls.push_back(device.url);
  port_->know(drivers::trap_sources(urls), profile::TrapBook{profiles});
}

void TrapDesk::open(const std::string& listen) {
  past_ = counters();
  port_.reset();
  listen_ = listen;
  if (listen.empty()) return;
  auto opened = drivers::open_traps(loop_, listen, [this](std::vector<drivers::Called> calls) { take(std::move(calls)); });
  if (!opened) return spdlog::error("traps_not_heard listen={} reason=\"{}\"", listen, opened.error().what);
  port_ = std::move(*opened);
  spdlog::info("traps_heard listen={}", port_->endpoint());
}

void TrapDesk::take(std::vector<drivers::Called> calls) {
  core::Traps traps;
  for (auto& call : calls) {
    const auto sender = call.sources.size() == 1 ? core::Trap::Sender::known : core::Trap::Sender::one_of_several;
    for (const auto source : call.sources)
      traps.all.push_back({.device = source, .at = call.at, .message = call.message, .sender = sender});
  }
  hand_(std::move(traps));
}

drivers::TrapCounters TrapDesk::counters() const {
  auto sum = past_;
  if (port_) add(sum, port_->counters());
  return sum;
}

}  // namespace holdup::poll
