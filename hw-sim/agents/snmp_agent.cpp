#include "hw-sim/agents/snmp_agent.hpp"

#include <algorithm>

#include "hw-sim/agents/ber_value.hpp"

namespace hwsim::agents {
namespace {

constexpr std::uint8_t sequence = 0x30;
constexpr std::size_t envelope_octets = 9;  // of v1 and v2c beside the community: tags and lengths, the version

// A v1 or v2c request cut at its id.
struct CutRequest {
  std::int32_t version = 0;
  std::string community;
  unsigned char pdu = 0;
  std::string id;    // encoded
  std::string rest;  // behind it
};

std::optional<CutRequest> cut(std::string_view datagram) {
  PaddedBytes bytes{datagram};
  BerReader packet{bytes};
  auto fields = packet.open_sequence();
  CutRequest out;
  out.version = fields.integer();
  if (out.version > 1 || !fields.ok()) return std::nullopt;
  out.community = fields.octets();
  auto body = fields.open(out.pdu);
  out.id = body.whole();
  out.rest = body.rest();
  return body.ok() ? std::optional{std::move(out)} : std::nullopt;
}

std::string joined(const CutRequest& request, std::string_view rest_of_answer) {
  const auto pdu = ber::constructed(static_cast<std::uint8_t>(Pdu::response), request.id + std::string{rest_of_answer});
  return ber::constructed(sequence, ber::integer(request.version) + ber::octets(ber::Tag::octets, request.community) + pdu);
}

// -1 for what is no SNMP.
std::int32_t version_of(std::string_view datagram) {
  PaddedBytes bytes{datagram};
  BerReader packet{bytes};
  auto fields = packet.open_sequence();
  const auto version = fields.integer();
  return fields.ok() ? version : -1;
}

}  // namespace

SnmpAgent::SnmpAgent(SnmpAgentSetup setup) : setup_{std::move(setup)}, authority_{setup_.engine, setup_.users} {}

std::optional<SnmpAgent::Answer> SnmpAgent::answer(std::string_view datagram, const Moment& moment, std::int32_t id_step) {
  if (moment.undisturbed()) remembered_.by_index.clear();
  const auto version = version_of(datagram);
  if (version == 0 || version == 1) return (version == 0 ? setup_.v1 : setup_.v2c) ? answer_by_community(datagram, moment) : std::nullopt;
  return setup_.engine.empty() ? std::nullopt : answer_v3(datagram, moment, id_step);
}

EngineTime SnmpAgent::engine_time(const Moment& moment) const {
  return {.boots = setup_.boots + static_cast<std::int32_t>(moment.restarts), .seconds = std::max(moment.engine_seconds, 0)};
}

std::optional<SnmpAgent::Answer> SnmpAgent::answer_by_community(std::string_view datagram, const Moment& moment) {
  std::string key;
  const bool repeats = setup_.cache != nullptr && setup_.objects->constant() && moment.undisturbed();
  if (repeats)
    if (auto known = remembered(datagram, key)) return known;
  const auto request = decode(datagram);
  if (!request) return std::nullopt;
  if (request->pdu == Pdu::set) ++writes_;
  if (request->community != setup_.community) return std::nullopt;
  setup_.objects->follow(moment.asked);
  const ObjectView view{*setup_.objects, moment, remembered_};
  Responder responder{view, longest_answer - envelope_octets - request->community.size()};
  const auto response = responder.answer(*request);
  if (!response) return std::nullopt;
  Answer out{.bytes = encode(*response), .delay = responder.delay(), .notifications = responder.notifications()};
  if (repeats && request->pdu != Pdu::set)
    if (auto answer = cut(out.bytes)) setup_.cache->keep(std::move(key), std::move(answer->rest));
  return out;
}

std::optional<SnmpAgent::Answer> SnmpAgent::remembered(std::string_view datagram, std::string& key) const {
  const auto request = cut(datagram);
  if (!request) return std::nullopt;
  key = static_cast<char>(request->version) + request->community + static_cast<char>(request->pdu) + request->rest;
  const auto* rest = request->community == setup_.community ? setup_.cache->find(key) : nullptr;
  return rest != nullptr ? std::optional{Answer{.bytes = joined(*request, *rest)}} : std::nullopt;
}

std::optional<SnmpAgent::Answer> SnmpAgent::answer_v3(std::string_view datagram, const Moment& moment, std::int32_t id_step) {
  const auto now = engine_time(moment);
  auto judged = authority_.judge(datagram, now);
  if (!judged.request) count_write(datagram);
  if (judged.report) return Answer{.bytes = *std::move(judged.report)};
  if (!judged.request) return std::nullopt;
  const auto& request = *judged.request;
  if (request.scoped.pdu.pdu == Pdu::set) ++writes_;
  if (request.envelope.level < request.keys->level()) {  // who could prove itself must
    const auto refused = refusal(request.scoped.pdu, static_cast<std::int32_t>(ErrorStatus::authorization_error), 0);
    return Answer{.bytes = authority_.seal(request, refused, now, id_step)};
  }
  constexpr std::size_t least_octets = 484;  // RFC 3412, 6.2: whoever says less takes this much
  const auto asked = static_cast<std::size_t>(std::max(request.envelope.most_octets, 0));
  const auto room = std::clamp(asked, least_octets, longest_answer);
  setup_.objects->follow(moment.asked);
  const ObjectView view{*setup_.objects, moment, remembered_};
  Responder responder{view, room - std::min(room, request.overhead())};
  auto response = responder.answer(request.scoped.pdu);
  if (!response) return std::nullopt;
  return Answer{.bytes = authority_.seal(request, *std::move(response), now, id_step),
                .delay = responder.delay(),
                .notifications = responder.notifications()};
}

// Of a request that is not admitted, where it can be read.
void SnmpAgent::count_write(std::string_view datagram) {
  const auto envelope = decode_v3(datagram);
  if (!envelope || envelope->level == Level::auth_priv) return;
  const auto scoped = decode_scoped(envelope->scoped);
  if (scoped && scoped->pdu.pdu == Pdu::set) ++writes_;
}

}  // namespace hwsim::agents
