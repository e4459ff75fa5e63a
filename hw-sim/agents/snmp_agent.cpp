#include "hw-sim/agents/snmp_agent.hpp"

#include <algorithm>

#include "hw-sim/agents/ber_value.hpp"

namespace hwsim::agents {
namespace {

SnmpMessage answer_to(const SnmpMessage& request) {
  return {.version = request.version, .community = request.community, .pdu = Pdu::response, .request_id = request.request_id};
}

// RFC 1157 4.1: a v1 error comes with the request's own varbinds; so do v2c errors but tooBig.
std::string refusal(const SnmpMessage& request, ErrorStatus status, std::size_t index) {
  auto answer = answer_to(request);
  answer.status = static_cast<std::int32_t>(status);
  answer.index = static_cast<std::int32_t>(index);
  answer.varbinds = request.varbinds;
  return encode(answer);
}

// RFC 1157 4.1.2, RFC 3416 4.2.1.
std::string too_big(const SnmpMessage& request) {
  auto answer = answer_to(request);
  answer.status = static_cast<std::int32_t>(ErrorStatus::too_big);
  if (request.version == Version::v1) answer.varbinds = request.varbinds;
  return encode(answer);
}

std::string fitted(const SnmpMessage& request, const SnmpMessage& answer) {
  auto bytes = encode(answer);
  return bytes.size() <= SnmpAgent::longest_answer ? bytes : too_big(request);
}

// Varbinds of a GETBULK answer until the datagram is full.
class BulkAnswer {
 public:
  explicit BulkAnswer(SnmpMessage answer) : answer_{std::move(answer)}, size_{encode(answer_).size() + length_growth} {}
  /// False when it did not fit.
  bool add(Varbind varbind) {
    const auto size = encode(varbind).size();
    if (size_ + size > SnmpAgent::longest_answer) return false;
    size_ += size;
    answer_.varbinds.push_back(std::move(varbind));
    return true;
  }
  [[nodiscard]] const SnmpMessage& message() const { return answer_; }

 private:
  static constexpr std::size_t length_growth = 6;  // three lengths grow from one octet to three
  SnmpMessage answer_;
  std::size_t size_;
};

Varbind end_of_view(const Oid& oid) { return {oid, ber::empty(ber::Tag::end_of_mib_view)}; }
bool is_end(const Varbind& varbind) { return ber::tag_of(varbind.value) == ber::Tag::end_of_mib_view; }

}  // namespace

std::optional<std::string> SnmpAgent::answer(std::string_view datagram) {
  const auto request = decode(datagram);
  if (!request) return std::nullopt;
  if (request->pdu == Pdu::set) ++writes_;
  if (request->community != community_) return std::nullopt;
  switch (request->pdu) {
    case Pdu::get:
      return get(*request);
    case Pdu::get_next:
      return get_next(*request);
    case Pdu::get_bulk:
      return request->version == Version::v1 ? std::nullopt : std::optional{get_bulk(*request)};
    case Pdu::set:
      return refuse_write(*request);
    case Pdu::response:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string SnmpAgent::get(const SnmpMessage& request) const {
  auto answer = answer_to(request);
  for (std::size_t i = 0; i < request.varbinds.size(); ++i) {
    const auto& oid = request.varbinds[i].oid;
    const auto at = objects_.find(oid);
    auto value = at < objects_.size() ? objects_.value(at) : missing(oid);
    // v1 knows neither exceptions nor Counter64 (RFC 3584 4.2.2.1).
    const bool unknown_to_v1 = at >= objects_.size() || ber::tag_of(value) == ber::Tag::counter64;
    if (request.version == Version::v1 && unknown_to_v1) return refusal(request, ErrorStatus::no_such_name, i + 1);
    answer.varbinds.push_back({oid, std::move(value)});
  }
  return fitted(request, answer);
}

std::string SnmpAgent::get_next(const SnmpMessage& request) const {
  auto answer = answer_to(request);
  for (std::size_t i = 0; i < request.varbinds.size(); ++i) {
    auto next = successor(request.varbinds[i].oid, request.version);
    if (!next && request.version == Version::v1) return refusal(request, ErrorStatus::no_such_name, i + 1);
    answer.varbinds.push_back(next ? *std::move(next) : end_of_view(request.varbinds[i].oid));
  }
  return fitted(request, answer);
}

std::string SnmpAgent::get_bulk(const SnmpMessage& request) const {
  BulkAnswer answer{answer_to(request)};
  const auto once = std::min(static_cast<std::size_t>(std::max(request.status, 0)), request.varbinds.size());
  std::vector<Oid> row;
  bool room = true;
  for (std::size_t i = 0; i < request.varbinds.size(); ++i) {
    const auto& oid = request.varbinds[i].oid;
    if (i >= once) {
      row.push_back(oid);
    } else if (room) {
      auto next = successor(oid, request.version);
      room = answer.add(next ? *std::move(next) : end_of_view(oid));
    }
  }
  bool more = !row.empty();
  for (std::int32_t repetition = 0; repetition < request.index && room && more; ++repetition) {
    more = false;
    for (auto& oid : row) {
      auto found = successor(oid, request.version);
      auto varbind = found ? *std::move(found) : end_of_view(oid);
      more = more || !is_end(varbind);
      oid = varbind.oid;
      room = answer.add(std::move(varbind));
      if (!room) break;
    }
  }
  if (!room && answer.message().varbinds.empty()) return too_big(request);
  return encode(answer.message());
}

std::string SnmpAgent::refuse_write(const SnmpMessage& request) const {
  const auto status = request.version == Version::v1 ? ErrorStatus::no_such_name : ErrorStatus::not_writable;
  return refusal(request, status, request.varbinds.empty() ? 0 : 1);
}

std::string SnmpAgent::missing(const Oid& oid) const {
  Oid column = oid;
  if (!column.empty()) column.pop_back();
  const auto at = objects_.lower_bound(column);
  const bool known = at < objects_.size() && std::equal(column.begin(), column.end(), objects_.oid(at).begin(),
                                                        objects_.oid(at).begin() + std::min(column.size(), objects_.oid(at).size()));
  return ber::empty(known ? ber::Tag::no_such_instance : ber::Tag::no_such_object);
}

std::optional<Varbind> SnmpAgent::successor(const Oid& oid, Version version) const {
  auto at = objects_.lower_bound(oid);
  if (at < objects_.size() && objects_.oid(at) == oid) ++at;
  for (; at < objects_.size(); ++at) {
    auto value = objects_.value(at);
    if (version == Version::v1 && ber::tag_of(value) == ber::Tag::counter64) continue;
    return Varbind{objects_.oid(at), std::move(value)};
  }
  return std::nullopt;
}

}  // namespace hwsim::agents
