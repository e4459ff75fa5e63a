#include "hw-sim/agents/v3_client.hpp"

#include <algorithm>
#include <utility>

#include "hw-sim/power/noise.hpp"

namespace hwsim::agents {
namespace {

const Oid usm_statistics{1, 3, 6, 1, 6, 3, 15, 1, 1};
constexpr int most_corrections = 3;

// The arc of usmStats that a report counts; 0 for anything else.
std::uint32_t statistic_of(const SnmpMessage& report) {
  if (report.varbinds.empty()) return 0;
  const Oid& oid = report.varbinds.front().oid;
  if (oid.size() != usm_statistics.size() + 2 || !std::equal(usm_statistics.begin(), usm_statistics.end(), oid.begin())) return 0;
  return oid[usm_statistics.size()];
}

std::string name_of(std::uint32_t statistic) {
  switch (statistic) {
    case 1:
      return "it does not take this user at this security level";
    case 3:
      return "it knows no such user";
    case 5:
      return "wrong authentication passphrase or protocol";
    case 6:
      return "wrong privacy passphrase or protocol";
    default:
      return "it refuses the request";
  }
}

std::string eight_octets(std::uint64_t number) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
  return out;
}

}  // namespace

std::string V3Client::ask(const SnmpMessage& pdu) {
  last_id_ = (last_id_ + 1) & INT32_MAX;
  if (engine_.empty()) {
    const V3Envelope discovery{.id = last_id_, .reportable = true};
    return encode_v3(discovery, {.engine = {}, .context = {}, .pdu = {.version = Version::v3, .request_id = pdu.request_id}}, nullptr);
  }
  if (salt_ == 0) salt_ = power::draw(static_cast<std::uint64_t>(Clock::now().time_since_epoch().count()), {1});
  const V3Envelope envelope{.id = last_id_,
                            .level = user_.user.level(),
                            .reportable = true,
                            .engine = engine_,
                            .time = time(),
                            .user = user_.user.name,
                            .salt = eight_octets(++salt_)};
  return encode_v3(envelope, {.engine = engine_, .context = {}, .pdu = pdu}, &*keys_);
}

V3Client::Word V3Client::hear(std::string_view datagram) {
  auto envelope = decode_v3(datagram);
  if (!envelope || envelope->id != last_id_) return {};
  if (engine_.empty()) {
    if (envelope->engine.size() < 5) return {};
    engine_ = envelope->engine;
    keys_ = localized(user_, engine_);
    learn_time(envelope->time);
    return {.heard = Heard::ask_again};
  }
  if (envelope->level != Level::no_auth && (envelope->level > keys_->level() || !authentic(datagram, *envelope, *keys_))) return {};
  if (envelope->level == Level::auth_priv) {
    auto plain = decrypted({.keys = *keys_, .time = envelope->time, .salt = envelope->salt}, envelope->scoped);
    if (!plain) return {};
    envelope->scoped = *std::move(plain);
  }
  auto scoped = decode_scoped(envelope->scoped);
  if (!scoped) return {};
  if (scoped->pdu.pdu == Pdu::report) return hear_report(*envelope, scoped->pdu);
  if (scoped->pdu.pdu != Pdu::response || envelope->level != user_.user.level() || envelope->engine != engine_) return {};
  if (envelope->level != Level::no_auth) learn_time(envelope->time);
  corrections_ = 0;
  return {.heard = Heard::answered, .answer = std::move(scoped->pdu)};
}

V3Client::Word V3Client::hear_report(const V3Envelope& envelope, const SnmpMessage& report) {
  constexpr std::uint32_t not_in_time_window = 2, unknown_engine = 4;
  const auto statistic = statistic_of(report);
  if (++corrections_ > most_corrections) return {.heard = Heard::refused, .why = "its time or engine never settles"};
  if (statistic == not_in_time_window) {
    learn_time(envelope.time);
    return {.heard = Heard::ask_again};
  }
  if (statistic == unknown_engine) {
    engine_.clear();
    return {.heard = Heard::ask_again};
  }
  return {.heard = Heard::refused, .why = name_of(statistic)};
}

void V3Client::learn_time(EngineTime time) {
  learnt_ = time;
  learnt_at_ = Clock::now();
}

EngineTime V3Client::time() const {
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - learnt_at_);
  return {.boots = learnt_.boots, .seconds = static_cast<std::int32_t>(learnt_.seconds + passed.count())};
}

}  // namespace hwsim::agents
