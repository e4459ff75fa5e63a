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
  sum.reports += part.reports;
  sum.unsupported += part.unsupported;
  for (std::size_t d = 0; d < sum.doubted.size(); ++d) sum.doubted[d] += part.doubted[d];
  sum.kernel += part.kernel;
}

// Not inlined, so that a rehearsal runs through the same code.
[[gnu::noinline]] core::Traps traps_of(std::vector<drivers::Called> calls) {
  core::Traps traps;
  for (auto& call : calls) {
    const auto sender = call.sources.size() == 1 ? core::Trap::Sender::known : core::Trap::Sender::one_of_several;
    for (const auto source : call.sources) {
      auto message = source == call.sources.back() ? std::move(call.message) : call.message;
      traps.all.push_back({.device = source, .at = call.at, .message = std::move(message), .sender = sender});
    }
  }
  return traps;
}

}  // namespace

TrapDesk::TrapDesk(boost::asio::io_context& loop, std::shared_ptr<drivers::V3Commons> commons, Hand hand)
    : loop_{loop}, hand_{std::move(hand)}, reader_{std::move(commons), [this](std::uint32_t source, snmp::Doubt why) {
                                                     tell_refused(source, snmp::doubt_names[static_cast<std::size_t>(why)]);
                                                   }} {}

void TrapDesk::man(const site::Site& site, const profile::Library& profiles, std::span<const drivers::Access> accesses) {
  if (site.traps_listen != listen_ || (!port_ && !listen_.empty())) open(site.traps_listen);
  if (!port_) return;
  std::vector<std::string> urls;
  names_.clear();
  for (const auto& device : site.devices) urls.push_back(device.url), names_.push_back(device.name);
  auto sources = drivers::trap_sources(urls);
  reader_.know(drivers::trap_callers(sources, accesses));
  port_->know(std::move(sources), profile::TrapBook{profiles});
}

void TrapDesk::open(const std::string& listen) {
  past_ = counters();
  port_.reset();
  listen_ = listen;
  if (listen.empty()) return;
  auto opened = drivers::open_traps(loop_, listen, [this](std::vector<drivers::Called> calls) { hand_(traps_of(std::move(calls))); });
  if (!opened) return spdlog::error("traps_not_heard listen={} reason=\"{}\"", listen, opened.error().what);
  port_ = std::move(*opened);
  port_->plug(&reader_);
  spdlog::info("traps_heard listen={}", port_->endpoint());
}

void TrapDesk::rehearse() {
  if (port_) (void)traps_of(port_->rehearse());
}

// A line a device and reason until the next reload; /metrics counts on.
void TrapDesk::tell_refused(std::uint32_t source, std::string_view why) const {
  spdlog::warn("trap_refused device={} snmp=3 reason={}", names_[source], why);
}

drivers::TrapCounters TrapDesk::counters() const {
  auto sum = past_;
  if (port_) add(sum, port_->counters());
  return sum;
}

}  // namespace holdup::poll
