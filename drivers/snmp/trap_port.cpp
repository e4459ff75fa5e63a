#include "drivers/snmp/trap_port.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <map>

#include "drivers/snmp/envelope.hpp"
#include "drivers/snmp/trap_gate.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::snmp {

namespace asio = boost::asio;

namespace {

// linkDown of version 2c, with an ifDescr: no device of ours sent it.
constexpr std::array<std::uint8_t, 87> made_up{0x30, 0x55, 0x02, 0x01, 0x01, 0x04, 0x06, 'p',  'u',  'b',  'l',  'i',  'c',               //
                                               0xa7, 0x48, 0x02, 0x01, 0x01, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x3d,              //
                                               0x30, 0x0d, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x02, 0x01, 0x01, 0x03, 0x00, 0x43, 0x01, 0x01,  //
                                               0x30, 0x17, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x06, 0x03, 0x01, 0x01, 0x04, 0x01, 0x00,        //
                                               0x06, 0x09, 0x2b, 0x06, 0x01, 0x06, 0x03, 0x01, 0x01, 0x05, 0x03,                          //
                                               0x30, 0x13, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x02, 0x01, 0x02, 0x02, 0x01, 0x02, 0x01, 0x04,
                                               0x05, 'o',  'u',  't',  '/',  '1'};

}  // namespace

struct TrapPort::State {
  State(asio::io_context& loop, TrapSocket opened, Hear hears)
      : socket{std::move(opened)}, descriptor{loop, socket.descriptor()}, hear{std::move(hears)} {}
  ~State() { descriptor.release(); }  // the socket closes it

  void turn();
  void take(const Arrived& arrived, ground::Instant now);
  // Not inlined, so that a rehearsal runs through the same code.
  [[nodiscard, gnu::noinline]] Decoded decode(const Arrived& arrived, const std::vector<std::uint32_t>& sources);
  [[nodiscard]] Decoded decode_v3(const Arrived& arrived, const std::vector<std::uint32_t>& sources);
  void answer(const Arrived& arrived, const Outgoing& answer);
  [[nodiscard]] const std::vector<std::uint32_t>* senders(const Arrived& arrived) const;

  TrapSocket socket;
  asio::posix::stream_descriptor descriptor;
  Hear hear;
  profile::TrapBook book;
  TrapGate gate{0};     // of notifications
  TrapGate reports{0};  // of answers that belong to none
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
  state_->reports = TrapGate{sources.size()};
  state_->book = std::move(book);
}

void TrapPort::plug(NotificationDecoder* v3) { state_->v3 = v3; }

std::vector<Called> TrapPort::rehearse() {
  state_->turn();
  auto decoded = state_->decode({.bytes = made_up, .host = {}, .port = 0, .slot = 0}, {0});
  HOLDUP_EXPECT(decoded.notification.has_value());
  auto message = state_->book.read(decoded.notification->trap, decoded.notification->values);
  std::vector<Called> out;
  out.push_back({.sources = std::move(decoded.sources), .at = ground::clock::now(), .message = std::move(message)});
  return out;
}

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
  auto decoded = decode(arrived, *sources);
  if (!decoded.notification) {
    if (decoded.answer.datagram.empty()) return;
    if (!reports.admit(sources->front(), {}, now)) return void(++counters.limited);
    ++counters.reports;
    return answer(arrived, decoded.answer);
  }
  auto message = book.read(decoded.notification->trap, decoded.notification->values);
  // An inform that is dropped is not acknowledged: its sender will say it again when there is room.
  if (!gate.admit(decoded.sources.front(), message.says, now)) return void(++counters.limited);
  if (!decoded.answer.datagram.empty()) answer(arrived, decoded.answer), ++counters.acknowledged;
  calls.push_back({.sources = std::move(decoded.sources), .at = now, .message = std::move(message)});
}

Decoded TrapPort::State::decode(const Arrived& arrived, const std::vector<std::uint32_t>& sources) {
  if (version_of(arrived.bytes) == 3) return decode_v3(arrived, sources);
  Decoded out{.notification = parse_notification(arrived.bytes), .sources = sources};
  if (!out.notification) return ++counters.malformed, Decoded{};
  if (out.notification->inform) out.answer.datagram = acknowledgement(arrived.bytes);
  return out;
}

Decoded TrapPort::State::decode_v3(const Arrived& arrived, const std::vector<std::uint32_t>& sources) {
  if (v3 == nullptr) return ++counters.unsupported, Decoded{};
  auto out = v3->decode(arrived.bytes, sources);
  if (out.doubt) ++counters.doubted[static_cast<std::size_t>(*out.doubt)];
  if (!out.doubt && !out.notification && out.answer.datagram.empty()) ++counters.malformed;
  return out;
}

// The one way out. What answers is judged by its bytes, and by those it hides: a program that would send anything but a response or a
// report is broken, and stops here.
void TrapPort::State::answer(const Arrived& arrived, const Outgoing& answer) {
  const bool is_v3 = version_of(answer.datagram) == 3;
  HOLDUP_EXPECT(is_v3 ? v3 != nullptr && v3->may_answer(answer) : may_answer(answer.datagram));
  socket.reply(arrived, answer.datagram);
}

/// The device at this very address and port, else all at this address.
const std::vector<std::uint32_t>* TrapPort::State::senders(const Arrived& arrived) const {
  if (const auto exact = by_place.find({arrived.host, arrived.port}); exact != by_place.end()) return &exact->second;
  const auto host = by_host.find(arrived.host);
  return host == by_host.end() ? nullptr : &host->second;
}

}  // namespace holdup::snmp
