#include "hw-sim/agents/authority.hpp"

#include <algorithm>
#include <cstdlib>

#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/power/noise.hpp"

namespace hwsim::agents {
namespace {

constexpr std::int32_t time_window = 150;  // seconds; RFC 3414, 2.2.3
constexpr std::int32_t most_boots = INT32_MAX;
constexpr std::int32_t most_octets = 65507;

Oid statistic(std::uint32_t which) { return {1, 3, 6, 1, 6, 3, 15, 1, 1, which, 0}; }
const Oid unknown_contexts{1, 3, 6, 1, 6, 3, 12, 1, 5, 0};

void append(std::string& out, std::uint64_t number, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}

}  // namespace

Authority::Authority(std::string engine, const std::vector<MasterKeys>& users) : engine_{std::move(engine)} {
  for (const auto& user : users) users_.push_back(localized(user, engine_));
}

const LocalKeys* Authority::find(std::string_view user) const {
  for (const auto& keys : users_)
    if (user.empty() || keys.name == user) return &keys;
  return nullptr;
}

Authority::Judgement Authority::judge(std::string_view datagram, EngineTime now) {
  auto envelope = decode_v3(datagram);
  if (!envelope) return {};
  if (envelope->engine != engine_) return report(*envelope, Fault::unknown_engine, now);
  const auto* keys = envelope->user.empty() ? nullptr : find(envelope->user);
  if (keys == nullptr) return report(*envelope, Fault::unknown_user, now);
  if (envelope->level > keys->level()) return report(*envelope, Fault::unsupported_level, now);
  if (envelope->level != Level::no_auth) {
    if (!authentic(datagram, *envelope, *keys)) return report(*envelope, Fault::wrong_digest, now);
    const bool timely = envelope->time.boots == now.boots && now.boots != most_boots &&
                        std::abs(std::int64_t{envelope->time.seconds} - now.seconds) <= time_window;
    if (!timely) return report(*envelope, Fault::not_in_time_window, now);
  }
  if (envelope->level == Level::auth_priv) {
    auto plain = decrypted({.keys = *keys, .time = envelope->time, .salt = envelope->salt}, envelope->scoped);
    if (!plain) return report(*envelope, Fault::decryption_error, now);
    envelope->scoped = *std::move(plain);
  }
  auto scoped = decode_scoped(envelope->scoped);
  // A wrong key gives noise, and one noise in 256 begins as a PDU does. What does not read whole is taken for that, though a broken PDU may
  // be it, too.
  if (!scoped && envelope->level == Level::auth_priv) return report(*envelope, Fault::decryption_error, now);
  if (!scoped || scoped->engine != engine_) return {};
  Request request{.envelope = *std::move(envelope), .scoped = *std::move(scoped), .keys = keys};
  if (request.scoped.context.empty()) return {.request = std::move(request), .report = {}};
  SnmpMessage answer{.version = Version::v3, .pdu = Pdu::report, .request_id = request.scoped.pdu.request_id};
  answer.varbinds.push_back({unknown_contexts, ber::unsigned32(ber::Tag::counter32, ++counts_[0])});
  return {.request = {}, .report = seal(request, std::move(answer), now)};
}

Authority::Judgement Authority::report(const V3Envelope& about, Fault fault, EngineTime now) {
  const auto which = static_cast<std::uint32_t>(fault);
  ++counts_[which];
  if (!about.reportable) return {};
  // Only who is out of time has proven who it is, and is told authentically (RFC 3414, 3.2 7).
  const bool known = fault == Fault::not_in_time_window;
  V3Envelope envelope{.id = about.id,
                      .most_octets = most_octets,
                      .level = known ? Level::auth : Level::no_auth,
                      .engine = engine_,
                      .time = now,
                      .user = about.user};
  const auto asked = about.level == Level::auth_priv ? std::nullopt : decode_scoped(about.scoped);
  ScopedPdu scoped{.engine = engine_, .context = {}, .pdu = {.version = Version::v3, .pdu = Pdu::report}};
  scoped.pdu.request_id = asked ? asked->pdu.request_id : 0;
  scoped.pdu.varbinds.push_back({statistic(which), ber::unsigned32(ber::Tag::counter32, counts_[which])});
  return {.request = {}, .report = encode_v3(envelope, scoped, known ? find(about.user) : nullptr)};
}

std::string Authority::seal(const Request& request, SnmpMessage answer, EngineTime now, std::int32_t id_step) {
  V3Envelope envelope{.id = (request.envelope.id + id_step) & INT32_MAX,
                      .most_octets = most_octets,
                      .level = request.envelope.level,
                      .engine = engine_,
                      .time = now,
                      .user = request.envelope.user,
                      .salt = next_salt(now)};
  answer.request_id = (answer.request_id + id_step) & INT32_MAX;
  return encode_v3(envelope, {.engine = engine_, .context = request.scoped.context, .pdu = std::move(answer)}, request.keys);
}

std::string Authority::seal_trap(const LocalKeys& user, const SnmpMessage& trap, EngineTime now) {
  const V3Envelope envelope{.id = trap.request_id,
                            .most_octets = most_octets,
                            .level = user.level(),
                            .engine = engine_,
                            .time = now,
                            .user = user.name,
                            .salt = next_salt(now)};
  return encode_v3(envelope, {.engine = engine_, .context = {}, .pdu = trap}, &user);
}

std::string Authority::next_salt(EngineTime now) {
  std::string salt;
  append(salt, static_cast<std::uint32_t>(now.boots), 4);
  append(salt, ++salt_, 4);
  return salt;
}

std::string engine_of(std::string_view device) {
  std::uint64_t sum = 0;
  for (const char c : device) sum = power::draw(sum, {static_cast<unsigned char>(c)});
  std::string engine{"\x80\x00\x1f\x88\x05", 5};
  append(engine, sum, 8);
  return engine;
}

}  // namespace hwsim::agents
