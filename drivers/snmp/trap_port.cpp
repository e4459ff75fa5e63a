#include "drivers/snmp/trap_port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <map>

#include "drivers/snmp/envelope.hpp"
#include "drivers/snmp/trap_gate.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::snmp {

namespace asio = boost::asio;

struct TrapPort::State {
  State(asio::io_context& loop, TrapSocket opened, Hear hears)
      : socket{std::move(opened)}, descriptor{loop, socket.descriptor()}, hear{std::move(hears)} {}
  ~State() { descriptor.release(); }  // the socket closes it

  void turn();
  void take(const Arrived& arrived, ground::Instant now);
  [[nodiscard]] std::optional<Decoded> decode(const Arrived& arrived, std::size_t source);
  [[nodiscard]] const std::vector<std::uint32_t>* senders(const Arrived& arrived) const;

  TrapSocket socket;
  asio::posix::stream_descriptor descriptor;
  Hear hear;
  profile::TrapBook book;
  TrapGate gate{0};
  std::map<HostBytes, std::vector<std::uint32_t>> by_host;
  std::map<std::pair<HostBytes, std::uint16_t>, std::vector<std::uint32_t>> by_place;
  NotificationDecoder* v3 = nullptr;
  TrapCounters counters;
  std::vector<Called> calls;  // of the present turn
};

TrapPort::TrapPort(asio::io_context& loop, TrapSocket socket, Hear hear)
    : state_{std::make_shared<State>(loop, std::move(socket), std::move(hear))} {
  listen(state_);
}

TrapPort::~TrapPort() { state_->descriptor.cancel(); }

void TrapPort::know(std::vector<TrapSource> sources, profile::TrapBook book) {
  state_->by_host.clear();
  state_->by_place.clear();
  for (std::uint32_t s = 0; s < sources.size(); ++s) {
    state_->by_host[sources[s].host].push_back(s);
    state_->by_place[{sources[s].host, sources[s].port}].push_back(s);
  }
  state_->gate = TrapGate{sources.size()};
  state_->book = std::move(book);
}

void TrapPort::plug(NotificationDecoder* v3) { state_->v3 = v3; }
std::string TrapPort::endpoint() const { return state_->socket.endpoint(); }

TrapCounters TrapPort::counters() const {
  auto out = state_->counters;
  out.kernel = state_->socket.kernel_drops();
  return out;
}

void TrapPort::listen(const std::shared_ptr<State>& state) {
  state->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                               [weak = std::weak_ptr{state}](const boost::system::error_code& error) {
                                 const auto alive = weak.lock();
                                 if (error || !alive) return;
                                 alive->turn();
                                 listen(alive);
                               });
}

// One batch, then everybody else's turn.
void TrapPort::State::turn() {
  const auto arrived = socket.receive();
  const auto now = ground::clock::now();
  for (const Arrived& one : arrived) take(one, now);
  if (!calls.empty()) hear(std::exchange(calls, {}));
}

void TrapPort::State::take(const Arrived& arrived, ground::Instant now) {
  ++counters.received;
  const auto* sources = senders(arrived);
  if (sources == nullptr) return void(++counters.unknown_source);
  const auto source = sources->front();
  auto decoded = decode(arrived, source);
  if (!decoded) return;
  if (!decoded->notification) return decoded->reply.empty() ? void() : socket.reply(arrived, decoded->reply);
  auto message = book.read(decoded->notification->trap, decoded->notification->values);
  // An inform that is dropped is not acknowledged: its sender will say it again when there is room.
  if (!gate.admit(source, message.says, now)) return void(++counters.limited);
  if (!decoded->reply.empty()) socket.reply(arrived, decoded->reply), ++counters.acknowledged;
  calls.push_back({.sources = *sources, .at = now, .message = std::move(message)});
}

std::optional<Decoded> TrapPort::State::decode(const Arrived& arrived, std::size_t source) {
  if (version_of(arrived.bytes) == 3) {
    if (v3 == nullptr) return ++counters.unsupported, std::nullopt;
    auto decoded = v3->decode(arrived.bytes, source);
    if (!decoded) ++counters.malformed;
    return decoded;
  }
  Decoded out{.notification = parse_notification(arrived.bytes), .reply = {}};
  if (!out.notification) return ++counters.malformed, std::nullopt;
  if (out.notification->inform) out.reply = acknowledgement(arrived.bytes);
  return out;
}

/// The device at this very address and port, else all at this address.
const std::vector<std::uint32_t>* TrapPort::State::senders(const Arrived& arrived) const {
  if (const auto exact = by_place.find({arrived.host, arrived.port}); exact != by_place.end()) return &exact->second;
  const auto host = by_host.find(arrived.host);
  return host == by_host.end() ? nullptr : &host->second;
}

}  // namespace holdup::snmp
