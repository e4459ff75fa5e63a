#include "drivers/snmp/v3/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "ground/clock/clock.hpp"
#include "ground/utf8.hpp"

namespace holdup::v3 {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using snmp::Inquiry;
using snmp::Reply;

namespace {

constexpr unsigned most_mendings = 3;  // of one question: a new engine, its clock, one more
constexpr unsigned patient = 2;        // questions without answer before the engine is looked for anew

bool is_engine_id(Bytes id) { return id.size() >= 5 && id.size() <= 32; }  // RFC 3411, SnmpEngineID

}  // namespace

Session::Session(Client& client, Settings settings)
    : client_{client},
      address_{settings.address},
      place_{.host = snmp::host_bytes(address_.address().to_string()).value_or(snmp::HostBytes{}), .port = address_.port()},
      credential_{std::move(settings.credential)} {}

std::span<const snmp::Version> Session::versions() const {
  static constexpr std::array<snmp::Version, 1> spoken{snmp::Version::v3};
  return spoken;
}

asio::awaitable<Result<Reply>> Session::ask(Inquiry inquiry) {
  for (unsigned mendings = 0;; ++mendings) {
    if (!engine_.known() || !user_ || user_engine_ != engine_.id) {
      const auto prepared = co_await prepare(inquiry);
      if (!prepared) co_return prepared.error();
    }
    const auto timing = co_await put(inquiry);
    if (!timing && timing.error().kind == FailureKind::timeout) {
      const auto why = silence();
      if (++silent_ >= patient) forget();
      co_return why;
    }
    if (!timing) co_return timing.error();
    silent_ = 0;
    Outcome outcome = std::move(outcome_);
    if (outcome.reply) {
      heard_ = true;
      outcome.reply->asked = timing->asked;
      outcome.reply->round_trip = timing->round_trip;
      co_return std::move(*outcome.reply);
    }
    const auto complaint = outcome.complaint.value_or(Complaint::other);
    if (!mend(outcome) || mendings == most_mendings) co_return failure(complaint);
  }
}

asio::awaitable<Result<std::size_t>> Session::prepare(const Inquiry& inquiry) {
  if (!engine_.known()) {
    const auto found = co_await discover(inquiry);
    if (!found) co_return found.error();
  }
  if (user_ && user_engine_ == engine_.id) co_return std::size_t{0};
  const auto made = co_await make_keys();
  co_return made;
}

// One question without name or security; the report that answers it names the engine (RFC 3414 section 4).
asio::awaitable<Result<std::size_t>> Session::discover(const Inquiry& inquiry) {
  const Engine nobody;
  const Sealing sealing{.id = client_.next_id(), .engine = nobody, .question = {}};
  const auto sealed = sealing.seal();
  if (!sealed) co_return sealed.error();
  discovering_ = true;
  Exchange exchange{
      .address = address_, .sealed = *sealed, .receiver = *this, .deadline = inquiry.deadline, .resend_after = inquiry.resend_after};
  const auto timing = co_await client_.exchange(exchange);
  discovering_ = false;
  if (!timing) co_return timing.error();
  ++client_.counters().discoveries;
  client_.claim(engine_.id, address_);
  co_return engine_.id.size();
}

asio::awaitable<Result<std::size_t>> Session::make_keys() {
  while (true) {
    const auto turn = co_await client_.turns().take();
    const auto derived = derive_one(*credential_);
    if (!derived) co_return derived.error();
    if (*derived) continue;
    auto user = User::localise(*credential_, engine_.id);
    if (!user) co_return user.error();
    user_.emplace(*std::move(user));
    user_engine_ = engine_.id;
    co_return std::size_t{1};
  }
}

asio::awaitable<Result<Timing>> Session::put(const Inquiry& inquiry) {
  asked_ = client_.next_id();
  outcome_ = {};
  const snmp::Question question{
      .ask = inquiry.ask, .id = asked_, .max_repetitions = inquiry.max_repetitions, .names = inquiry.names, .list = inquiry.list};
  const ScopedQuestion scoped{.engine_id = engine_.id, .context = credential_->context, .question = question};
  const Sealing sealing{.id = asked_, .level = credential_->level(), .user = &*user_, .engine = engine_, .question = scoped};
  const auto sealed = sealing.seal();
  if (!sealed) co_return sealed.error();
  Exchange exchange{.address = address_,
                    .sealed = *sealed,
                    .receiver = *this,
                    .deadline = inquiry.deadline,
                    .resend_after = inquiry.resend_after,
                    .late = inquiry.late};
  const auto timing = co_await client_.exchange(exchange);
  co_return timing;
}

bool Session::take(Bytes datagram, const Message& message) {
  if (discovering_) return take_discovery(message);
  if (message.level() != Level::no_auth) return take_sealed(datagram, message);
  return take_scoped({message.payload.begin(), message.payload.end()}, message);
}

// Read as if it was waited for still; the question under way keeps its place. As long as the engine is known: its keys prove the answer.
void Session::take_late(Bytes datagram, const Message& message, const snmp::Late& late, const Timing& timing) {
  if (!user_) return;
  const auto under_way = std::exchange(asked_, static_cast<std::int32_t>(message.id));
  const auto discovering = std::exchange(discovering_, false);
  auto outcome = std::exchange(outcome_, {});
  const bool taken = take(datagram, message);
  std::swap(outcome, outcome_);
  asked_ = under_way, discovering_ = discovering;
  if (!taken || !outcome.reply) return;
  heard_ = true;
  silent_ = 0;
  outcome.reply->asked = timing.asked;
  outcome.reply->round_trip = timing.round_trip;
  client_.answered(static_cast<std::int32_t>(message.id));
  late.taker->take_late(late.mark, late.which, std::move(*outcome.reply));
}

bool Session::take_discovery(const Message& message) {
  const auto scoped = message.level() == Level::no_auth ? open_scoped(message.payload, Padding::refused) : std::nullopt;
  if (!scoped || scoped->pdu.tag != report_tag || !is_engine_id(message.engine_id)) return drop(client_.counters().foreign);
  EngineId id{message.engine_id.begin(), message.engine_id.end()};
  const bool another = user_ && user_engine_ != id;
  engine_ = {.id = std::move(id), .boots = message.boots, .time = message.time, .told = ground::clock::now(), .proven = false};
  heard_ = doubted_ = false;
  if (another) tell_restart("another engine");
  return true;
}

// A digest that is wrong, or bytes that are none, end nothing: anybody can send them.
bool Session::take_sealed(Bytes datagram, const Message& message) {
  auto& counters = client_.counters();
  if (message.user != credential_->user || !std::ranges::equal(message.engine_id, engine_.id) || message.level() > credential_->level())
    return drop(counters.foreign);
  if (message.code.size() != code_bytes(credential_->auth)) return doubt(counters.wrong_digest);
  const Engine before = engine_;
  auto opened = open_sealed(datagram, message, *user_, engine_);
  if (opened.refusal == Refusal::wrong_digest) return doubt(counters.wrong_digest);
  if (opened.refusal == Refusal::cannot_decrypt) return doubt(counters.cannot_decrypt);
  if (opened.refusal == Refusal::not_in_window) {
    ++counters.not_in_window;
    tell_restart("its clock went back");
    outcome_ = {.complaint = Complaint::not_in_window, .start_over = true};
    return true;
  }
  if (before.told != engine_.told) client_.engine_book().met(place_, engine_);
  if (before.proven && before.boots != engine_.boots) tell_restart("boots " + std::to_string(engine_.boots));
  return take_scoped(std::move(opened.scoped), message);
}

bool Session::take_scoped(std::vector<std::uint8_t> bytes, const Message& message) {
  auto& counters = client_.counters();
  Reply reply{.datagram = std::move(bytes)};
  const bool hidden = message.level() == Level::auth_priv;
  const auto scoped = open_scoped(reply.datagram, hidden ? Padding::allowed : Padding::refused);
  if (!scoped) return doubt(hidden ? counters.cannot_decrypt : counters.garbage);
  const bool report = scoped->pdu.tag == report_tag;
  if (!report && scoped->pdu.tag != snmp::tag::response) return drop(counters.foreign);
  if (!parse_pdu(scoped->pdu.content, reply.response)) return drop(counters.garbage);
  if (report) return take_report(reply.response, message);
  if (message.level() != credential_->level() || message.user != credential_->user || scoped->context != credential_->context ||
      !std::ranges::equal(message.engine_id, engine_.id) || reply.response.id != asked_)
    return drop(counters.foreign);
  if (message.level() == Level::no_auth && !heard_) client_.engine_book().met(place_, engine_);
  reply.response.version = snmp::Version::v3;
  outcome_.reply = std::move(reply);
  return true;
}

// Reports are believed without proof, as RFC 3414 wants it: an engine that does not know us cannot prove anything.
bool Session::take_report(const snmp::Response& report, const Message& message) {
  ++client_.counters().reports;
  const auto complaint = complaint_of(report);
  const bool unproven_clock = complaint == Complaint::not_in_window && message.level() == Level::no_auth;
  outcome_ = {.complaint = complaint, .start_over = complaint == Complaint::unknown_engine || unproven_clock};
  return true;
}

bool Session::drop(std::uint64_t& counter) {
  ++counter;
  return false;
}

bool Session::doubt(std::uint64_t& counter) {
  doubted_ = true;
  return drop(counter);
}

/// True when the question may be put again. A proven report of another clock has set it already.
bool Session::mend(const Outcome& outcome) {
  if (outcome.start_over) forget();
  return outcome.start_over || outcome.complaint == Complaint::not_in_window;
}

// The keys stay: they are good for the same engine.
void Session::forget() { engine_ = {}; }

void Session::tell_restart(const std::string& how) {
  ++client_.counters().restarts;
  client_.say("snmp_engine_restarted address=" + address_.address().to_string() + " engine=" + hex(engine_.id) + " how=\"" + how + "\"");
}

Failure Session::failure(Complaint complaint) const {
  const auto who = "'" + ground::printable(credential_->user) + "'";
  const auto level = std::string{name(credential_->level())}, auth = std::string{name(credential_->auth)},
             priv = std::string{name(credential_->priv)};
  const auto refused = [](std::string what) { return Failure{FailureKind::refused, std::move(what)}; };
  switch (complaint) {
    case Complaint::unknown_user:
      return refused("the agent knows no SNMPv3 user " + who);
    case Complaint::wrong_digest:
      return refused("the agent refuses the authentication of " + who + ": another passphrase, or not " + auth);
    case Complaint::cannot_decrypt:
      return refused("the agent cannot decrypt what " + who + " asks: another privacy passphrase, or not " + priv);
    case Complaint::unsupported_level:
      return refused("the agent does not serve " + who + " at " + level);
    case Complaint::not_in_window:
      return refused("not in the agent's time window, also by its newest clock");
    case Complaint::unknown_engine:
      return refused("the agent does not know its own SNMPv3 engine id");
    case Complaint::unknown_context:
      return refused("the agent knows no context '" + ground::printable(credential_->context) + "'");
    case Complaint::other:
      break;
  }
  return refused("the agent answers with an SNMPv3 report that explains nothing");
}

Failure Session::silence() const {
  if (doubted_)
    return {FailureKind::timeout, "no answer that the keys of '" + ground::printable(credential_->user) + "' prove, only others"};
  if (heard_ || !engine_.known()) return {FailureKind::timeout, "no answer"};
  const bool hidden = credential_->priv != Priv::none;
  return {FailureKind::timeout, "its SNMPv3 engine answers, but not to '" + ground::printable(credential_->user) + "'" +
                                    (hidden ? ": some agents meet a wrong privacy passphrase with silence" : "")};
}

}  // namespace holdup::v3
