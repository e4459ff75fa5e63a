#include "hw-sim/agents/snmp_server.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "ground/expect.hpp"
#include "hw-sim/agents/corruption.hpp"
#include "hw-sim/agents/value_text.hpp"

namespace hwsim::agents {
namespace {

constexpr ground::Duration storm_beat{10'000'000};
constexpr int batches_in_a_turn = 8;
constexpr std::int64_t most_a_beat = 500;  // traps: 50,000 a second
const Oid authentication_failure{1, 3, 6, 1, 6, 3, 1, 1, 5, 5};

std::uint32_t ipv4_of(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ? ntohl(address.s_addr) : 0;
}

std::int32_t id_step(const scenario::Fate& fate) {
  return fate.corruption == scenario::Corruption::wrong_id ? static_cast<std::int32_t>(1 + fate.salt % 1000) : 0;
}

}  // namespace

SnmpServer::SnmpServer(asio::io_context& io, SnmpServerSetup setup)
    : traps_to_{std::move(setup.traps_to)},
      port_{{.host = setup.stations.at(0).host, .port = setup.port},
            setup.stations.size() > 1 ? UdpPort::Reach::every_ipv4 : UdpPort::Reach::one_address},
      readable_{io, ::dup(port_.descriptor())},
      reach_{setup.stations.size() > 1 ? UdpPort::Reach::every_ipv4 : UdpPort::Reach::one_address},
      first_{.host = setup.stations.front().host, .port = 0},
      deferred_{io.get_executor()} {
  for (auto& station : setup.stations) add(std::move(station));
  await();
}

void SnmpServer::add(SnmpStation station) {
  HOLDUP_EXPECT(station.line != nullptr);
  const auto address = ipv4_of(station.host);
  const auto from = reach_ == UdpPort::Reach::every_ipv4 ? address : 0;
  by_address_[from] = stations_.size();
  auto& made = stations_.emplace_back(Station{.agent = SnmpAgent{std::move(station.agent)}, .line = *station.line, .address = address});
  const auto send_from = [this, from](std::string bytes, const HostPort& to) {
    if (const auto peer = peer_at(to)) send({.bytes = std::move(bytes), .to = *peer, .from = from}, scenario::Corruption::none);
    port_.flush();
  };
  const auto later = [this](ground::Duration delay, std::function<void()> action) { deferred_.after(delay, std::move(action)); };
  made.caller.emplace(made.agent, made.line, address, Caller::Wire{.send = send_from, .later = later});
}

std::string SnmpServer::engine(std::size_t station) const { return to_hex(stations_[station].agent.engine()); }

std::uint64_t SnmpServer::writes() const {
  std::uint64_t sum = 0;
  for (const auto& station : stations_) sum += station.agent.writes();
  return sum;
}

std::uint64_t SnmpServer::traps_sent() const {
  std::uint64_t sum = 0;
  for (const auto& station : stations_) sum += station.caller->sent();
  return sum;
}

std::uint64_t SnmpServer::informs_acknowledged() const {
  std::uint64_t sum = 0;
  for (const auto& station : stations_) sum += station.caller->acknowledged();
  return sum;
}

ground::Result<void> SnmpServer::call(std::size_t station, const Notification& notification) {
  const auto& to = notification.to ? notification.to : traps_to_;
  if (!to) return ground::Failure{.kind = ground::FailureKind::unsupported, .what = "nobody to send to: give to=HOST:PORT or --traps-to"};
  return stations_.at(station).caller->call(notification, *to);
}

void SnmpServer::watch_storm(std::size_t station) {
  std::erase_if(storms_, [&](const Storm& storm) { return storm.station == station; });
  storms_.push_back({.station = station});
  if (beating_) return;
  beating_ = true;
  deferred_.after(storm_beat, [this] { beat(); });
}

void SnmpServer::close() {
  boost::system::error_code ignored;
  readable_.close(ignored);
  deferred_.cancel();
}

void SnmpServer::await() {
  readable_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    for (int batch = 0; batch < batches_in_a_turn; ++batch) {
      const auto& received = port_.receive();
      if (received.empty()) break;
      for (const auto& datagram : received) take(datagram);
      port_.flush();
    }
    await();
  });
}

void SnmpServer::take(const UdpPort::Datagram& datagram) {
  const auto at = by_address_.find(datagram.local);
  if (at == by_address_.end()) return;  // an address of this machine that is no device
  auto& station = stations_[at->second];
  if (!station.caller->hear(datagram.bytes)) answer(station, datagram);
}

void SnmpServer::answer(Station& station, const UdpPort::Datagram& datagram) {
  const auto fate = station.line.next();
  auto answer = station.agent.answer(datagram.bytes, station.line.moment(), id_step(fate));
  if (!answer || !fate.answered) return;
  for (const auto& notification : answer->notifications) {
    const auto& to = notification.to ? notification.to : traps_to_;
    if (to) (void)station.caller->call(notification, *to);  // nobody to tell, or no user: as a device that was not set up
  }
  const UdpPort::Outgoing out{.bytes = corrupted_snmp(std::move(answer->bytes), fate), .to = datagram.peer, .from = datagram.local};
  const auto delay = fate.delay + answer->delay;
  for (int copy = 0; copy < fate.copies; ++copy) {
    if (delay <= ground::Duration::zero()) {
      send(out, fate.corruption);
      continue;
    }
    deferred_.after(delay, [this, out, corruption = fate.corruption] {
      send(out, corruption);
      port_.flush();
    });
  }
}

void SnmpServer::send(UdpPort::Outgoing datagram, scenario::Corruption corruption) {
  if (corruption != scenario::Corruption::wrong_source) return port_.send(std::move(datagram));
  try {
    if (!stranger_) stranger_ = std::make_unique<UdpPort>(first_, reach_);
  } catch (const boost::system::system_error&) {
    return;  // no port left: lost
  }
  stranger_->send(std::move(datagram));
  stranger_->flush();
}

// Looking at a line may move its world on, and that may bring another storm: those at hand are set apart.
void SnmpServer::beat() {
  auto storms = std::exchange(storms_, {});
  std::erase_if(storms, [this](Storm& storm) { return !blow(storm); });
  for (const auto& storm : storms) {
    const bool anew = std::any_of(storms_.begin(), storms_.end(), [&](const Storm& s) { return s.station == storm.station; });
    if (!anew) storms_.push_back(storm);
  }
  beating_ = !storms_.empty();
  if (beating_) deferred_.after(storm_beat, [this] { beat(); });
}

bool SnmpServer::blow(Storm& storm) {
  const auto laid = stations_[storm.station].line.moment().of(scenario::FaultKind::trap_storm);
  if (!laid) return false;
  const auto due = laid->age.count() / std::max<std::int64_t>(laid->length.count(), 1);
  const auto now = std::min(due - storm.called, most_a_beat);
  for (std::int64_t i = 0; i < now; ++i) (void)call(storm.station, {.oid = authentication_failure});
  storm.called = due;  // what was too much for one beat is not made up for
  return true;
}

}  // namespace hwsim::agents
