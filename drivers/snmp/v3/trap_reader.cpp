#include "drivers/snmp/v3/trap_reader.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "drivers/snmp/v3/answer.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::v3 {
namespace {

using snmp::Decoded;
using snmp::Doubt;
using snmp::Outgoing;

constexpr std::size_t most_engines = 4;       // of one source: a controller and its twin, before and after a reset
constexpr std::size_t most_credentials = 8;   // that are tried on one datagram, where sources share an address
constexpr std::int64_t window_seconds = 150;  // RFC 3414 section 2.2.3
constexpr std::size_t shortest_id = 5;        // RFC 3411, SnmpEngineID

Decoded doubted(Doubt doubt) { return {.notification = {}, .sources = {}, .answer = {}, .doubt = doubt}; }
Decoded answered(Outgoing answer, std::optional<Doubt> doubt) {
  return {.notification = {}, .sources = {}, .answer = std::move(answer), .doubt = doubt};
}

/// What a report says of a doubt; nothing where our engine is silent.
std::optional<Complaint> complaint_of(Doubt doubt) {
  switch (doubt) {
    case Doubt::unknown_user:
      return Complaint::unknown_user;
    case Doubt::other_level:
      return Complaint::unsupported_level;
    case Doubt::wrong_digest:
      return Complaint::wrong_digest;
    case Doubt::not_in_window:
      return Complaint::not_in_window;
    case Doubt::cannot_decrypt:
      return Complaint::cannot_decrypt;
    default:
      return std::nullopt;
  }
}

Doubt doubt_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::wrong_digest:
      return Doubt::wrong_digest;
    case Refusal::not_in_window:
      return Doubt::not_in_window;
    case Refusal::cannot_decrypt:
      break;
  }
  return Doubt::cannot_decrypt;
}

std::optional<Scoped> open(std::span<const std::uint8_t> scoped, const Message& message) {
  return open_scoped(scoped, message.level() == Level::auth_priv ? Padding::allowed : Padding::refused);
}

/// Of a PDU that is not hidden; else 0, as RFC 3412 section 7.1 (3c) has it.
std::int64_t request_id_of(const Message& message) {
  if (message.level() == Level::auth_priv) return 0;
  const auto scoped = open_scoped(message.payload, Padding::refused);
  if (!scoped) return 0;
  snmp::BerReader reader{scoped->pdu.content};
  const auto id = snmp::next_number(reader);
  return id && *id >= -0x80000000LL && *id <= 0x7FFFFFFF ? *id : 0;
}

}  // namespace

TrapReader::TrapReader(std::shared_ptr<Commons> commons, Refuse refuse) : commons_{std::move(commons)}, refuse_{std::move(refuse)} {}

// The clocks of those who stay are kept: a reload opens the door to no replay. Their keys may be others now.
void TrapReader::know(std::vector<Caller> callers) {
  std::map<snmp::TrapSource, std::vector<Known>> former;
  for (Entry& entry : entries_) {
    for (Known& known : entry.engines) known.user.reset();
    former.try_emplace(entry.caller.place, std::move(entry.engines));
  }
  entries_.clear();
  std::set<snmp::TrapSource> places;
  for (Caller& caller : callers) {
    places.insert(caller.place);
    auto stayed = former.extract(caller.place);
    entries_.push_back({.caller = std::move(caller), .engines = {}, .here = {}, .refused = 0});
    if (stayed) entries_.back().engines = std::move(stayed.mapped());
  }
  commons_->engines.keep(places);
  make_keys();
}

void TrapReader::make_keys() const {
  std::vector<SharedCredential> waiting;
  for (const Entry& entry : entries_)
    if (entry.caller.credential && !entry.caller.credential->is_ready()) waiting.push_back(entry.caller.credential);
  if (waiting.empty()) return;
  commons_->turns.work_off([commons = commons_, waiting = std::move(waiting)]() mutable {
    while (!waiting.empty() && waiting.back()->is_ready()) waiting.pop_back();
    if (waiting.empty()) return false;
    if (!derive_one(*waiting.back())) waiting.pop_back();
    return true;
  });
}

void TrapReader::speak_as(const EngineBoots& own) {
  own_ = Engine{.id = own.id, .boots = own.boots, .time = 0, .told = own.counted, .proven = true};
  for (Entry& entry : entries_) entry.here.reset();
}

Decoded TrapReader::decode(Bytes datagram, std::span<const std::uint32_t> sources) {
  const auto message = open_message(datagram);
  if (!message) return {};
  Letter letter{.datagram = datagram, .message = *message, .sources = {sources.begin(), sources.end()}};
  std::erase_if(letter.sources, [&](std::uint32_t source) { return entries_[source].caller.credential == nullptr; });
  auto out = letter.sources.empty() ? doubted(Doubt::no_credential) : hear(letter);
  const bool is_invited = out.doubt == Doubt::not_in_window && !out.answer.datagram.empty();  // as all are after our restart
  if (out.doubt && !is_invited) tell(sources.front(), *out.doubt);
  return out;
}

Decoded TrapReader::hear(const Letter& letter) {
  const Message& message = letter.message;
  if (own_ && std::ranges::equal(message.engine_id, own_->id)) return hear_inform(letter);
  const bool is_discovery = message.engine_id.empty();
  auto heard = is_discovery ? Decoded{} : hear_trap(letter);
  // Whoever waits for an answer takes another engine, or none, for ours: it is told ours.
  if (heard.notification || !message.is_reportable()) return heard;
  if (!own_) return doubted(Doubt::other_engine);
  if (heard.doubt == Doubt::other_engine) heard.doubt.reset();
  return answered(report(message, Complaint::unknown_engine, nullptr), heard.doubt);
}

Decoded TrapReader::hear_trap(const Letter& letter) {
  if (letter.message.engine_id.size() < shortest_id) return {};
  Letter narrowed = letter;
  if (const auto doubt = narrow(narrowed)) return doubted(*doubt);
  if (const auto doubt = narrow_by_engine(narrowed)) return doubted(*doubt);
  return by_credential(narrowed, [this](Entry& entry, const Letter& one) { return hear_trap_of(entry, one); });
}

/// Those whose credential is of this user.
std::optional<Doubt> TrapReader::narrow(Letter& letter) const {
  std::erase_if(letter.sources, [&](std::uint32_t source) { return entries_[source].caller.credential->user != letter.message.user; });
  return letter.sources.empty() ? std::optional{Doubt::unknown_user} : std::nullopt;
}

/// Whom polling met as this engine; else those whom it did not meet yet, if nobody else was met as it.
std::optional<Doubt> TrapReader::narrow_by_engine(Letter& letter) const {
  const EngineId id{letter.message.engine_id.begin(), letter.message.engine_id.end()};
  Sources named, possible;
  for (const auto source : letter.sources) {
    const auto& place = entries_[source].caller.place;
    const Engine* met = commons_->engines.at(place);
    if (met != nullptr && met->id == id) named.push_back(source);
    if (met == nullptr && !commons_->engines.is_elsewhere(id, place)) possible.push_back(source);
  }
  letter.sources = named.empty() ? std::move(possible) : std::move(named);
  return letter.sources.empty() ? std::optional{Doubt::other_engine} : std::nullopt;
}

/// Tries the credentials of the sources one after the other; of those with the one that fits it can be any.
template <class Hear>
Decoded TrapReader::by_credential(const Letter& letter, Hear hear) {
  Decoded out;
  std::vector<const Credential*> tried;
  for (const auto source : letter.sources) {
    const auto* credential = entries_[source].caller.credential.get();
    if (std::find(tried.begin(), tried.end(), credential) != tried.end()) continue;
    if (tried.size() == most_credentials) break;
    tried.push_back(credential);
    out = hear(entries_[source], letter);
    const bool is_anothers = out.doubt && out.answer.datagram.empty();
    if (is_anothers) continue;
    if (!out.notification) return out;
    std::copy_if(letter.sources.begin(), letter.sources.end(), std::back_inserter(out.sources),
                 [&](std::uint32_t other) { return entries_[other].caller.credential.get() == credential; });
    return out;
  }
  return out;
}

// Nothing is learned from a message that is not a trap, proven to the end.
Decoded TrapReader::hear_trap_of(Entry& entry, const Letter& letter) {
  const Credential& credential = *entry.caller.credential;
  if (!credential.is_ready()) return doubted(Doubt::not_ready);
  const EngineId id{letter.message.engine_id.begin(), letter.message.engine_id.end()};
  Known heard{.user = {}, .clock = clock_of(entry, id), .used = ground::clock::now()};
  const User* user = nullptr;
  for (const Known& known : entry.engines)
    if (known.clock.id == id && known.user) user = &*known.user;
  if (user == nullptr) {
    auto made = User::localise(credential, id);
    if (!made) return doubted(Doubt::not_ready);
    user = &heard.user.emplace(*std::move(made));
  }
  const auto proof = prove(letter, credential, *user, heard.clock);
  const auto scoped = proof.doubt ? std::nullopt : open(proof.scoped, letter.message);
  const bool is_trap = scoped && scoped->pdu.tag == snmp::tag::trap_v2;
  Decoded out{.notification = is_trap ? snmp::parse_notification(scoped->pdu) : std::nullopt, .doubt = proof.doubt};
  if (out.notification && credential.level() != Level::no_auth) remember(entry, std::move(heard));
  return out;
}

/// What was last told of it, by an answer to our own question or by a trap. Only the former takes a clock back.
Engine TrapReader::clock_of(const Entry& entry, const EngineId& id) const {
  Engine clock{.id = id};
  for (const Known& known : entry.engines)
    if (known.clock.id == id) clock = known.clock;
  const Engine* met = commons_->engines.at(entry.caller.place);
  if (met != nullptr && met->proven && met->id == id && (!clock.proven || met->told > clock.told)) clock = *met;
  return clock;
}

void TrapReader::remember(Entry& entry, Known known) {
  auto& engines = entry.engines;
  const auto same = std::find_if(engines.begin(), engines.end(), [&](const Known& one) { return one.clock.id == known.clock.id; });
  if (same != engines.end()) {
    if (!known.user) known.user = std::move(same->user);
    *same = std::move(known);
    return;
  }
  if (engines.size() == most_engines)
    engines.erase(std::min_element(engines.begin(), engines.end(), [](const Known& a, const Known& b) { return a.used < b.used; }));
  engines.push_back(std::move(known));
}

TrapReader::Proof TrapReader::prove(const Letter& letter, const Credential& credential, const User& user, Engine& clock) {
  const Message& message = letter.message;
  if (message.level() != credential.level()) return {Doubt::other_level, {}};
  if (message.level() == Level::no_auth) return {std::nullopt, {message.payload.begin(), message.payload.end()}};
  if (message.code.size() != code_bytes(credential.auth)) return {Doubt::wrong_digest, {}};
  auto opened = open_sealed(letter.datagram, message, user, clock);
  if (opened.refusal) return {doubt_of(*opened.refusal), {}};
  if (!open(opened.scoped, message)) return {message.level() == Level::auth_priv ? std::optional{Doubt::cannot_decrypt} : std::nullopt, {}};
  return {std::nullopt, std::move(opened.scoped)};
}

Decoded TrapReader::hear_inform(const Letter& letter) {
  Letter narrowed = letter;
  auto doubt = narrow(narrowed);
  if (!doubt) {
    auto heard = by_credential(narrowed, [this](Entry& entry, const Letter& one) { return hear_inform_of(entry, one); });
    if (!heard.doubt || !heard.answer.datagram.empty()) return heard;
    doubt = heard.doubt;
  }
  const auto complaint = complaint_of(*doubt);
  if (!complaint || !letter.message.is_reportable()) return doubted(*doubt);
  return answered(report(letter.message, *complaint, nullptr), doubt);
}

Decoded TrapReader::hear_inform_of(Entry& entry, const Letter& letter) {
  const Credential& credential = *entry.caller.credential;
  if (!credential.is_ready()) return doubted(Doubt::not_ready);
  if (!entry.here) {
    auto made = User::localise(credential, own_->id);
    if (!made) return doubted(Doubt::not_ready);
    entry.here.emplace(*std::move(made));
  }
  Engine clock = *own_;
  auto proof = prove(letter, credential, *entry.here, clock);
  const bool is_late = !proof.doubt && letter.message.level() != Level::no_auth && !is_in_our_window(letter.message);
  if (is_late) proof.doubt = Doubt::not_in_window;
  // Proven, but not of this hour: the report that tells ours is proven, too (RFC 3414 section 3.2, 7a).
  if (proof.doubt == Doubt::not_in_window && letter.message.is_reportable())
    return answered(report(letter.message, Complaint::not_in_window, &*entry.here), proof.doubt);
  if (proof.doubt) return doubted(*proof.doubt);
  const auto scoped = open(proof.scoped, letter.message);
  if (!scoped || scoped->pdu.tag != snmp::tag::inform) return {};
  Decoded out{.notification = snmp::parse_notification(scoped->pdu)};
  if (out.notification) out.answer = acknowledge(letter, *scoped, *entry.here);
  return out;
}

bool TrapReader::is_in_our_window(const Message& message) const {
  const auto off = static_cast<std::int64_t>(message.time) - own_->time_at(ground::clock::now());
  return message.boots == own_->boots && off >= -window_seconds && off <= window_seconds;
}

Outgoing TrapReader::report(const Message& message, Complaint complaint, const User* user) {
  auto scoped = encode_report({.engine_id = own_->id,
                               .request_id = request_id_of(message),
                               .complaint = complaint,
                               .count = ++stats_[static_cast<std::size_t>(complaint)]});
  const Answering answering{.id = static_cast<std::int32_t>(message.id),
                            .level = user != nullptr ? Level::auth : Level::no_auth,
                            .user = user,
                            .name = message.user,
                            .engine = *own_,
                            .scoped = std::move(scoped)};
  const auto sealed = answering.seal();
  if (!sealed) return {};
  return {.datagram = {sealed->datagram().begin(), sealed->datagram().end()}};
}

Outgoing TrapReader::acknowledge(const Letter& letter, const Scoped& inform, const User& user) const {
  const Message& message = letter.message;
  const bool fits = static_cast<std::int64_t>(letter.datagram.size()) <= message.largest;
  const Answering answering{.id = static_cast<std::int32_t>(message.id),
                            .level = message.level(),
                            .user = &user,
                            .name = message.user,
                            .engine = *own_,
                            .scoped = encode_acknowledgement(inform, fits ? snmp::Told::whole : snmp::Told::too_big)};
  const auto sealed = answering.seal();
  if (!sealed) return {};
  return {.datagram = {sealed->datagram().begin(), sealed->datagram().end()}, .hidden = {sealed->scoped().begin(), sealed->scoped().end()}};
}

bool TrapReader::may_answer(const Outgoing& answer) const { return v3::may_answer(answer); }

void TrapReader::tell(std::uint32_t source, Doubt why) {
  const unsigned bit = 1u << static_cast<unsigned>(why);
  if ((entries_[source].refused & bit) != 0) return;
  entries_[source].refused |= bit;
  if (refuse_) refuse_(source, why);
}

}  // namespace holdup::v3
