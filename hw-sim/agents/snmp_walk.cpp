#include "hw-sim/agents/snmp_walk.hpp"

#include <poll.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "ground/expect.hpp"
#include "hw-sim/agents/ber_value.hpp"

namespace hwsim::agents {
namespace {

using Clock = std::chrono::steady_clock;
using ground::Failure;
using ground::FailureKind;
using ground::Result;

constexpr std::int32_t too_big = 1;
constexpr std::int32_t no_such_name = 2;

HostPort any_port_for(const HostPort& device) { return {.host = device.host.find(':') == std::string::npos ? "0.0.0.0" : "::", .port = 0}; }

bool same(const Peer& a, const Peer& b) { return a.size == b.size && std::memcmp(&a.address, &b.address, a.size) == 0; }

bool is_below(const Oid& oid, const Oid& top) { return oid.size() >= top.size() && std::equal(top.begin(), top.end(), oid.begin()); }

bool is_exception(const Varbind& varbind) { return ber::tag_of(varbind.value) >= ber::Tag::no_such_object; }

}  // namespace

SnmpWalk::SnmpWalk(WalkSetup setup)
    : setup_{std::move(setup)},
      version_{setup_.user ? Version::v3 : setup_.version.value_or(Version::v2c)},
      bulk_{version_ != Version::v1},
      port_{any_port_for(setup_.device), UdpPort::Reach::one_address} {
  const auto device = peer_at(setup_.device);
  HOLDUP_EXPECT(device.has_value());
  device_ = *device;
  if (setup_.user) v3_.emplace(*setup_.user);
}

Result<void> SnmpWalk::run(const Take& take) {
  Oid at = setup_.from;
  while (true) {
    const auto answer = next(at);
    if (!answer) return answer.error();
    if (version_ == Version::v1 && answer->status == no_such_name) return {};  // v1's end
    if (answer->status != 0)
      return Failure{FailureKind::malformed, "error-status " + std::to_string(answer->status) + " behind " + oid_text(at)};
    if (answer->varbinds.empty()) return Failure{FailureKind::malformed, "an answer without objects behind " + oid_text(at)};
    const auto step = hand_over(*answer, at, take);
    if (!step) return step.error();
    if (*step == Step::done) return {};
  }
}

Result<SnmpWalk::Step> SnmpWalk::hand_over(const SnmpMessage& answer, Oid& at, const Take& take) {
  for (const auto& varbind : answer.varbinds) {
    if (ber::tag_of(varbind.value) == ber::Tag::end_of_mib_view || !is_below(varbind.oid, setup_.from)) return Step::done;
    if (varbind.oid <= at) return Failure{FailureKind::malformed, oid_text(varbind.oid) + " does not follow " + oid_text(at)};
    at = varbind.oid;
    if (is_exception(varbind)) continue;
    if (const auto counted = count(at); !counted) return counted.error();
    take(varbind);
  }
  return Step::more;
}

Result<void> SnmpWalk::count(const Oid& oid) {
  const Oid column{oid.begin(), oid.end() - 1};
  rows_ = column == column_ ? rows_ + 1 : 1;
  column_ = column;
  if (rows_ > setup_.most_rows)
    return Failure{FailureKind::malformed,
                   oid_text(column) + " has more than " + std::to_string(setup_.most_rows) + " rows, at " + oid_text(oid)};
  if (++objects_ > most_objects)
    return Failure{FailureKind::malformed, "more than " + std::to_string(most_objects) + " objects, at " + oid_text(oid)};
  return {};
}

// One request, in the way the device is known to answer by now.
Result<SnmpMessage> SnmpWalk::next(const Oid& oid) {
  SnmpMessage request{.version = version_, .community = setup_.community};
  request.varbinds.push_back({oid, ber::empty(ber::Tag::null)});
  while (bulk_) {
    request.pdu = Pdu::get_bulk;
    request.index = setup_.repetitions;
    auto answer = ask(request);
    if (answer && answer->status == 0) return answer;
    if (answer && answer->status == too_big && setup_.repetitions > 1) {
      setup_.repetitions /= 2;
      continue;
    }
    if (!answer && answer.error().kind != FailureKind::timeout) return answer;
    bulk_ = false;  // it does not know GETBULK, or chokes on it
  }
  request.pdu = Pdu::get_next;
  request.index = 0;
  auto answer = ask(request);
  const bool may_be_v1 = !heard_ && version_ == Version::v2c && !setup_.version;
  if (answer || answer.error().kind != FailureKind::timeout || !may_be_v1) return answer;
  version_ = request.version = Version::v1;
  return ask(request);
}

Result<SnmpMessage> SnmpWalk::ask(SnmpMessage request) {
  request.request_id = last_id_ = (last_id_ + 1) & INT32_MAX;
  for (int tries = 0; tries <= setup_.retries; ++tries) {
    auto answer = v3_ ? exchange_v3(request) : exchange(request);
    if (answer) heard_ = true;
    if (answer || answer.error().kind != FailureKind::timeout) return answer;
  }
  return Failure{FailureKind::timeout,
                 "no answer to " + std::to_string(setup_.retries + 1) + " tries behind " + oid_text(request.varbinds.front().oid)};
}

Result<SnmpMessage> SnmpWalk::exchange(const SnmpMessage& request) {
  send(encode(request));
  const auto deadline = Clock::now() + setup_.patience;
  while (const auto datagram = receive(deadline - Clock::now())) {
    auto answer = decode(*datagram);
    if (answer && answer->pdu == Pdu::response && answer->request_id == request.request_id) return *std::move(answer);
  }
  return Failure{FailureKind::timeout, "no answer"};
}

Result<SnmpMessage> SnmpWalk::exchange_v3(const SnmpMessage& request) {
  send(v3_->ask(request));
  auto deadline = Clock::now() + setup_.patience;
  while (const auto datagram = receive(deadline - Clock::now())) {
    auto word = v3_->hear(*datagram);
    if (word.heard == V3Client::Heard::refused) return Failure{FailureKind::refused, word.why};
    if (word.heard == V3Client::Heard::answered && word.answer.request_id == request.request_id) return std::move(word.answer);
    if (word.heard != V3Client::Heard::ask_again) continue;
    send(v3_->ask(request));
    deadline = Clock::now() + setup_.patience;
  }
  return Failure{FailureKind::timeout, "no answer"};
}

std::optional<std::string> SnmpWalk::receive(ground::Duration patience) {
  const auto deadline = Clock::now() + patience;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd ready{.fd = port_.descriptor(), .events = POLLIN, .revents = 0};
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) return std::nullopt;
    for (const auto& datagram : port_.receive())
      if (same(datagram.peer, device_)) return std::string{datagram.bytes};  // one request, one answer: more are late ones
  }
}

void SnmpWalk::send(std::string bytes) {
  wait_for_turn();
  ++requests_;
  port_.send({.bytes = std::move(bytes), .to = device_});
  port_.flush();
}

void SnmpWalk::wait_for_turn() {
  if (last_sent_) std::this_thread::sleep_until(*last_sent_ + setup_.pause);
  last_sent_ = Clock::now();
}

}  // namespace hwsim::agents
