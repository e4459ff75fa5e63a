#include "drivers/modbus/interview.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "drivers/modbus/registers.hpp"
#include "drivers/modbus/sweep.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::modbus {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using profile::Profile;

namespace {

// Some devices keep silent where they should refuse, and who answers nothing at all keeps its neighbours on the line waiting: no question
// gets more time than this.
constexpr auto patience = std::chrono::seconds{1};
constexpr auto identification = static_cast<std::uint8_t>(Function::identification);
const std::vector<std::uint16_t> usual_starts{40000, 50000, 0};  // SunSpec Device Information Model Specification, 6.3

bool is_of(const profile::Identify& identify, bool identification_too) {
  const auto asks = [](const profile::RegisterSign& sign) { return sign.function == identification; };
  return !identify.registers.empty() && std::ranges::any_of(identify.registers, asks) == identification_too;
}

std::int64_t number_of(const std::vector<std::uint16_t>& words) {
  std::int64_t number = 0;
  for (const std::uint16_t word : words) number = number << 16 | word;
  return number;
}

/// A listener heard the unit, and not this.
bool is_untold(const Failure& failure) { return failure.kind == FailureKind::unsupported; }

std::string self_description(const IdentificationObjects& objects) {
  std::string out;
  for (const std::string& object : objects)
    if (!object.empty()) out += (out.empty() ? "" : ", ") + object;
  return out.empty() ? out : "; it calls itself " + out;
}

}  // namespace

asio::awaitable<Result<const Profile*>> Interview::choose(const std::vector<const Profile*>& candidates) {
  if (candidates.size() == 1) co_return candidates.front();
  for (const By by : {By::registers, By::chain, By::identification}) {
    for (const Profile* candidate : candidates) {
      const Result<bool> fits = co_await agrees(*candidate, by);
      if (!fits) co_return fits.error();
      if (*fits) co_return candidate;
    }
  }
  const Result<IdentificationObjects> told = co_await objects();
  if (!told) co_return told.error();
  co_return Failure{FailureKind::unsupported, "no profile's identifying registers agree; name one" + self_description(*told)};
}

asio::awaitable<Result<Profile>> Interview::settle(const Profile& profile) {
  Profile own = profile;
  if (!profile.models.empty()) {
    const Result<std::vector<Model>> models = co_await chain(profile.sunspec.empty() ? usual_starts : profile.sunspec);
    if (!models) co_return models.error();
    if (models->empty() && profile.registers.empty()) co_return Failure{FailureKind::unsupported, "it has no chain of SunSpec models"};
    own = laid_out(std::move(own), *models);
  }
  std::vector<profile::Register> kept;
  for (const profile::Register& field : own.registers) {
    bool all = true;
    for (auto condition = field.where.begin(); all && condition != field.where.end(); ++condition) {
      const Result<bool> one = co_await holds(*condition);
      if (!one) co_return one.error();
      all = *one;
    }
    if (all) kept.push_back(field);
  }
  own.registers = std::move(kept);
  if (own.registers.empty()) co_return Failure{FailureKind::unsupported, "profile " + profile.name + " finds no registers in it"};
  const Result<Words> first = co_await words(span_of(own.registers.front()));
  if (!first) co_return first.error();
  co_return own;
}

asio::awaitable<Result<reading::Identity>> Interview::identity(const Profile& profile) {
  reading::Identity identity{.vendor = profile.vendor, .model = {}, .firmware = {}, .serial = {}, .profile = profile.name};
  const std::pair<const profile::TextSources*, std::string*> wanted[] = {{&profile.vendor_text, &identity.vendor},
                                                                         {&profile.model, &identity.model},
                                                                         {&profile.firmware, &identity.firmware},
                                                                         {&profile.serial, &identity.serial}};
  for (const auto& [sources, target] : wanted) {
    Result<std::string> told = co_await first_text(*sources);
    if (!told) co_return told.error();
    if (!told->empty()) *target = std::move(*told);
  }
  co_return identity;
}

asio::awaitable<Result<std::vector<reading::Nameplate>>> Interview::parts(const Profile& profile) {
  std::vector<reading::Nameplate> out;
  for (const profile::Plate& plate : profile.parts) {
    reading::Nameplate one{.part = plate.part};
    const std::pair<const profile::TextSources*, std::string*> wanted[] = {
        {&plate.serial, &one.serial}, {&plate.index, &one.index}, {&plate.model, &one.model}, {&plate.firmware, &one.firmware}};
    for (const auto& [sources, target] : wanted) {
      Result<std::string> told = co_await first_text(*sources);
      if (!told) co_return told.error();
      *target = std::move(*told);
    }
    if (reading::is_serial(one.serial)) out.push_back(std::move(one));
  }
  co_return out;
}

/// Registers, once. Empty where the device refuses them for good, or keeps silent though it answered before.
asio::awaitable<Result<Interview::Words>> Interview::words(Span span) {
  if (const auto known = heard_.find(span); known != heard_.end()) co_return known->second;
  const Result<Exchange> exchange = co_await ask(span);
  if (!exchange && !is_untold(exchange.error()) && !(answered_ && exchange.error().kind == FailureKind::timeout))
    co_return exchange.error();
  Words words;
  if (!exchange) ++silences_[span];
  if (exchange) {
    const Answer& answer = exchange->answer;
    if (answer.exception && !says_not_here(answer.exception)) co_return exception_failure(span, answer.exception);
    answered_ = true;
    words = answer.values;
  }
  heard_.emplace(span, words);
  co_return words;
}

/// Where silence is hardly a refusal: an answer may have been lost, and all that follows from it would be missing.
asio::awaitable<Result<Interview::Words>> Interview::words_by_two(Span span) {
  Result<Words> told = co_await words(span);
  const auto silent = silences_.find(span);
  if (!told || silent == silences_.end() || silent->second > 1) co_return told;
  heard_.erase(span);
  told = co_await words(span);
  co_return told;
}

asio::awaitable<Result<Exchange>> Interview::ask(Span span) {
  const Question question{.unit = unit_, .function = span.function, .address = span.address, .count = span.count};
  co_return co_await asker_.ask(question, std::min(deadline_, ground::clock::now() + patience));
}

/// Whether all registers of one of the profile's signatures say what it names; a profile without any is only taken by name.
asio::awaitable<Result<bool>> Interview::agrees(const Profile& profile, By by) {
  if (by == By::chain) {
    if (profile.sunspec.empty()) co_return false;
    const Result<std::vector<Model>> models = co_await chain(profile.sunspec);
    if (!models) co_return models.error();
    co_return !models->empty();
  }
  for (const profile::Identify& identify : profile.identify) {
    bool all = is_of(identify, by == By::identification);
    for (auto sign = identify.registers.begin(); all && sign != identify.registers.end(); ++sign) {
      const Result<bool> one = co_await says(*sign);
      if (!one) co_return one.error();
      all = *one;
    }
    if (all) co_return true;
  }
  co_return false;
}

asio::awaitable<Result<bool>> Interview::says(const profile::RegisterSign& sign) {
  if (sign.function == identification) {
    const Result<IdentificationObjects> told = co_await objects();
    if (!told) co_return told.error();
    co_return sign.address < told->size() && (*told)[sign.address].find(sign.contains) != std::string::npos;
  }
  const Result<Words> told = co_await words({static_cast<Function>(sign.function), sign.address, sign.count});
  if (!told) co_return told.error();
  if (told->empty()) co_return false;
  if (!sign.contains.empty()) co_return text(*told, sign.bytes).find(sign.contains) != std::string::npos;
  co_return std::ranges::find(sign.is, number_of(*told)) != sign.is.end();
}

asio::awaitable<Result<bool>> Interview::holds(const profile::RegisterCondition& condition) {
  const Result<Words> told = co_await words_by_two({static_cast<Function>(condition.function), condition.address, 1});
  if (!told) co_return told.error();
  if (told->empty()) co_return condition.is.empty();
  const std::int64_t number = told->front() & condition.mask;
  const bool excluded = std::ranges::find(condition.is_not, number) != condition.is_not.end();
  co_return !excluded && (condition.is.empty() || std::ranges::find(condition.is, number) != condition.is.end());
}

/// The models of the first chain that begins at one of the addresses; none where there is none.
asio::awaitable<Result<std::vector<Model>>> Interview::chain(const std::vector<std::uint16_t>& starts) {
  for (const std::uint16_t start : starts) {
    const Span at{Function::holding_registers, start, 2};
    const Result<Words> marker = co_await words(at);
    if (!marker) co_return marker.error();
    if (!is_marker(*marker)) continue;
    Chain walk{start};
    while (const auto next = walk.next()) {
      const Result<Words> told = co_await words_by_two(*next);
      if (!told) co_return told.error();
      walk.take(*told);
    }
    co_return walk.models();
  }
  co_return std::vector<Model>{};
}

/// What the device identification tells; nothing of a device that does not know the function, or that hangs up at it.
asio::awaitable<Result<IdentificationObjects>> Interview::objects() {
  if (objects_) co_return *objects_;
  IdentificationObjects told;
  std::size_t object = 0;
  for (std::size_t questions = 0; questions < told.size(); ++questions) {
    const Span span{Function::identification, static_cast<std::uint16_t>(object), 1};
    const Result<Exchange> exchange = co_await ask(span);
    if (!exchange && !answered_ && !is_untold(exchange.error())) co_return exchange.error();
    if (!exchange || exchange->answer.exception) break;
    const std::size_t next = take_identification(exchange->answer.objects, told);
    if (next <= object) break;
    object = next;
  }
  objects_ = told;
  co_return told;
}

/// Empty when no source tells a text; a Failure when the device does not answer at all.
asio::awaitable<Result<std::string>> Interview::first_text(const profile::TextSources& sources) {
  for (const profile::TextSource& source : sources) {
    Result<std::string> told = co_await text_of(source);
    if (!told || !told->empty()) co_return told;
  }
  co_return std::string{};
}

asio::awaitable<Result<std::string>> Interview::text_of(const profile::TextSource& source) {
  using Kind = profile::TextSource::Kind;
  if (source.kind == Kind::fixed) co_return source.text;
  if (source.kind == Kind::identification) {
    const Result<IdentificationObjects> told = co_await objects();
    if (!told) co_return told.error();
    co_return source.address < told->size() ? (*told)[source.address] : std::string{};
  }
  if (source.kind != Kind::registers) co_return std::string{};
  const Result<Words> told = co_await words({static_cast<Function>(source.function), source.address, source.count});
  if (!told) co_return told.error();
  co_return told->empty() ? std::string{} : text(source, *told);
}

}  // namespace holdup::modbus
