#include "hw-sim/agents/responder.hpp"

#include <algorithm>

#include "hw-sim/agents/ber_value.hpp"

namespace hwsim::agents {
namespace {

constexpr std::int32_t too_big_status = static_cast<std::int32_t>(ErrorStatus::too_big);
constexpr std::int32_t no_such_name = static_cast<std::int32_t>(ErrorStatus::no_such_name);
constexpr std::int32_t not_writable = static_cast<std::int32_t>(ErrorStatus::not_writable);

SnmpMessage answer_to(const SnmpMessage& request) {
  return {.version = request.version, .community = request.community, .pdu = Pdu::response, .request_id = request.request_id};
}

// RFC 1157 4.1.2, RFC 3416 4.2.1.
SnmpMessage too_big(const SnmpMessage& request) {
  auto answer = answer_to(request);
  answer.status = too_big_status;
  if (request.version == Version::v1) answer.varbinds = request.varbinds;
  return answer;
}

// RFC 3584, 4.4: v1 knows five.
std::int32_t in_v1(std::int32_t status) {
  constexpr std::int32_t bad_value = 3, generic = 5;
  if (status <= generic) return status;
  if (status == 13 || status == 14 || status == 15) return generic;               // resourceUnavailable, commitFailed, undoFailed
  return status >= 7 && status <= 12 && status != 11 ? bad_value : no_such_name;  // wrongType to inconsistentValue but noCreation
}

Varbind end_of_view(const Oid& oid) { return {oid, ber::empty(ber::Tag::end_of_mib_view)}; }
bool is_end(const Varbind& varbind) { return ber::tag_of(varbind.value) == ber::Tag::end_of_mib_view; }

}  // namespace

// Varbinds of a GETBULK answer until the datagram is full.
class Responder::Bulk {
 public:
  Bulk(SnmpMessage answer, std::size_t room) : answer_{std::move(answer)}, room_{room}, size_{encode_pdu(answer_).size() + length_growth} {}
  /// False when it did not fit.
  bool add(Varbind varbind) {
    const auto size = encode(varbind).size();
    if (size_ + size > room_) return false;
    size_ += size;
    answer_.varbinds.push_back(std::move(varbind));
    return true;
  }
  [[nodiscard]] const SnmpMessage& message() const { return answer_; }

 private:
  static constexpr std::size_t length_growth = 4;  // two lengths grow from one octet to three
  SnmpMessage answer_;
  std::size_t room_;
  std::size_t size_;
};

SnmpMessage refusal(const SnmpMessage& request, std::int32_t status, std::size_t index) {
  auto answer = answer_to(request);
  answer.status = request.version == Version::v1 ? in_v1(status) : status;
  answer.index = static_cast<std::int32_t>(index);
  answer.varbinds = request.varbinds;  // RFC 1157 4.1: a v1 error comes with the request's own varbinds; so do others but tooBig
  return answer;
}

std::optional<SnmpMessage> Responder::answer(const SnmpMessage& request) {
  std::optional<SnmpMessage> out;
  if (!view_.takes(request.pdu)) return out;
  if (request.pdu == Pdu::get) out = get(request);
  if (request.pdu == Pdu::get_next) out = get_next(request);
  if (request.pdu == Pdu::get_bulk && request.version != Version::v1) out = get_bulk(request);
  if (request.pdu == Pdu::set) out = refuse_write(request);
  return dropped_ ? std::nullopt : out;
}

SnmpMessage Responder::get(const SnmpMessage& request) {
  auto answer = answer_to(request);
  for (std::size_t i = 0; i < request.varbinds.size(); ++i) {
    const auto& oid = request.varbinds[i].oid;
    if (const auto status = ask(oid, Pdu::get)) return refusal(request, status, i + 1);
    auto value = view_.value(oid);
    if (!value) value = ber::empty(view_.absence(oid));
    // v1 knows neither exceptions nor Counter64 (RFC 3584 4.2.2.1).
    const bool unknown_to_v1 = ber::tag_of(*value) >= ber::Tag::no_such_object || ber::tag_of(*value) == ber::Tag::counter64;
    if (request.version == Version::v1 && unknown_to_v1) return refusal(request, no_such_name, i + 1);
    answer.varbinds.push_back({oid, *std::move(value)});
  }
  return fitted(request, std::move(answer));
}

SnmpMessage Responder::get_next(const SnmpMessage& request) {
  auto answer = answer_to(request);
  for (std::size_t i = 0; i < request.varbinds.size(); ++i) {
    auto next = view_.next(request.varbinds[i].oid, request.version);
    if (!next && request.version == Version::v1) return refusal(request, no_such_name, i + 1);
    if (next)
      if (const auto status = ask(next->oid, Pdu::get_next)) return refusal(request, status, i + 1);
    answer.varbinds.push_back(next ? *std::move(next) : end_of_view(request.varbinds[i].oid));
  }
  return fitted(request, std::move(answer));
}

SnmpMessage Responder::get_bulk(const SnmpMessage& request) {
  Bulk answer{answer_to(request), room_};
  const auto once = std::min(static_cast<std::size_t>(std::max(request.status, 0)), request.varbinds.size());
  std::int32_t error = 0;
  std::size_t error_at = 0;
  bool room = true;
  const auto add = [&](Oid& oid, std::size_t at) {
    auto found = view_.next(oid, request.version);
    if (found) error = ask(found->oid, Pdu::get_bulk);
    if (error != 0) error_at = at + 1;
    auto varbind = found ? *std::move(found) : end_of_view(oid);
    const bool more = !is_end(varbind);
    oid = varbind.oid;
    room = error == 0 && answer.add(std::move(varbind));
    return more;
  };
  std::vector<Oid> oids;
  for (const auto& varbind : request.varbinds) oids.push_back(varbind.oid);
  for (std::size_t i = 0; i < once && room; ++i) (void)add(oids[i], i);
  bool more = oids.size() > once;
  for (std::int32_t repetition = 0; repetition < std::min(request.index, most_repetitions) && room && more; ++repetition) {
    more = false;
    for (std::size_t i = once; i < oids.size() && room; ++i) more = add(oids[i], i) || more;
  }
  if (error != 0) return refusal(request, error, error_at);
  if (!room && answer.message().varbinds.empty()) return too_big(request);
  return answer.message();
}

SnmpMessage Responder::refuse_write(const SnmpMessage& request) {
  for (std::size_t i = 0; i < request.varbinds.size(); ++i)
    if (const auto status = ask(request.varbinds[i].oid, Pdu::set, request.varbinds[i].value)) return refusal(request, status, i + 1);
  return refusal(request, not_writable, request.varbinds.empty() ? 0 : 1);
}

SnmpMessage Responder::fitted(const SnmpMessage& request, SnmpMessage answer) const {
  return encode_pdu(answer).size() <= room_ ? std::move(answer) : too_big(request);
}

std::int32_t Responder::ask(const Oid& oid, Pdu pdu, std::string_view value) {
  const auto effect = view_.effect(oid, pdu, value);
  delay_ += effect.delay;
  dropped_ = dropped_ || effect.dropped;
  if (effect.notification != nullptr) notifications_.push_back(*effect.notification);
  return effect.status;
}

}  // namespace hwsim::agents
