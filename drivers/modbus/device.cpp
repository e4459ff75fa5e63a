#include "drivers/modbus/device.hpp"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <utility>

#include "drivers/modbus/registers.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::modbus {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;
using ground::Instant;
using ground::Quality;
using ground::Result;
using reading::Reading;

namespace {

Span span_of(const profile::Register& field) { return {static_cast<Function>(field.function), field.address, profile::width(field.type)}; }

void label(reading::Point& point, const char* key, const std::string& value) {
  if (!value.empty()) point.labels.emplace_back(key, value);
}

reading::Point located(reading::Point point, const profile::Register& field) {
  label(point, "part", field.rule.part);
  label(point, "index", field.index);
  label(point, "name", field.name);
  point.source = std::to_string(field.function) + ":" + std::to_string(field.address);
  return point;
}

Failure exception_failure(const Span& span, std::uint8_t code) {
  const FailureKind kind = says_not_here(code) ? FailureKind::unsupported : FailureKind::refused;
  return {kind, std::to_string(static_cast<int>(span.function)) + ":" + std::to_string(span.address) + ": exception " +
                    std::to_string(code) + ", " + std::string{exception_name(code)}};
}

bool says(const profile::RegisterSign& sign, std::span<const std::uint16_t> words) {
  if (!sign.contains.empty()) return text(words).find(sign.contains) != std::string::npos;
  std::int64_t number = 0;
  for (const std::uint16_t word : words) number = number << 16 | word;
  return std::ranges::find(sign.is, number) != sign.is.end();
}

}  // namespace

/// One read() under way: what was asked, and the readings as they settle.
struct Device::Sweep {
  const drivers::ReadRequest& request;
  std::vector<Reading> readings;
  std::optional<Failure> trouble;  // the first
  bool learned = false;            // something of the device
  bool broken_off = false;         // the connection failed: what is left stays failed
};

Device::Device(std::shared_ptr<Connection> connection, std::uint8_t unit, std::vector<const profile::Profile*> candidates,
               profile::Clearing clearing)
    : connection_{std::move(connection)}, unit_{unit}, candidates_{std::move(candidates)}, clearing_{clearing} {
  HOLDUP_EXPECT(connection_ && std::ranges::none_of(candidates_, [](const auto* p) { return p == nullptr; }));
}

asio::awaitable<Result<drivers::Identified>> Device::identify(Instant deadline) {
  const Result<const profile::Profile*> choice = co_await choose(deadline);
  if (!choice) co_return choice.error();
  const profile::Profile& profile = **choice;
  const Result<void> there = co_await answers(profile, deadline);
  if (!there) co_return there.error();
  Result<reading::Identity> identity = co_await identity_of(profile, deadline);
  if (!identity) co_return identity.error();
  drivers::Identified identified{.identity = std::move(*identity), .points = {}};
  identified.invariants = profile.invariants;
  identified.pace = profile.quirks.pace;
  adopt(profile, identified);
  co_return identified;
}

asio::awaitable<Result<std::vector<Reading>>> Device::read(drivers::ReadRequest request) {
  Sweep sweep{.request = request, .readings = {}, .trouble = {}};
  const Instant now = ground::clock::now();
  for (const std::uint32_t point : request.points) {
    HOLDUP_EXPECT(point < sources_.size());
    sweep.readings.push_back({.point = point, .time = now});
  }
  if (request.raw) request.raw->assign(request.points.size(), {});
  const std::vector<Span> spans = merged(spans_of(request.points), readable_, max_registers_);
  for (const Span& span : spans)
    if (!sweep.broken_off) (void)co_await fetch(sweep, span, Reach::within);
  if (!sweep.learned && sweep.trouble) co_return *sweep.trouble;
  co_return std::move(sweep.readings);
}

/// Reads one span; where the device says "not here" to several values at once, each of them by itself, once, so that a bad register
/// hides no neighbours. Whether the device told the span as a whole.
asio::awaitable<bool> Device::fetch(Sweep& sweep, Span span, Reach reach) {
  const Result<Exchange> exchange = co_await ask(span, sweep.request.deadline);
  if (!exchange) {
    sweep.broken_off = true;
    if (!sweep.trouble) sweep.trouble = exchange.error();
    co_return false;
  }
  std::vector<Span> single;
  if (reach == Reach::within && says_not_here(exchange->answer.exception)) single = singles(sweep, span);
  if (single.size() < 2) {
    settle(sweep, span, *exchange);
    co_return exchange->answer.exception == 0;
  }
  std::vector<Span> told;
  for (const Span& one : single) {
    if (sweep.broken_off) break;
    const bool good = co_await fetch(sweep, one, Reach::exactly);
    if (good) told.push_back(one);
  }
  if (!sweep.broken_off) learn(span, std::move(told));
  co_return false;
}

/// From a span that was refused while some of its values were told: either it holds registers that the device lacks, or it is too long.
void Device::learn(Span refused, std::vector<Span> told) {
  if (told.empty()) return;  // it refuses everything now; that may pass
  if (readable_ranges(told, 0) == std::vector{refused})
    max_registers_ = std::max<std::uint16_t>(refused.count / 2, 1);
  else
    readable_ = narrowed(readable_, refused, std::move(told));
}

/// Gives every reading that the span was read for its value, or why it has none.
void Device::settle(Sweep& sweep, Span span, const Exchange& exchange) const {
  const std::uint8_t code = exchange.answer.exception;
  if (code && !sweep.trouble) sweep.trouble = exception_failure(span, code);
  sweep.learned = sweep.learned || !code || says_not_here(code);
  for (std::size_t i = 0; i < sweep.readings.size(); ++i) {
    Reading& reading = sweep.readings[i];
    const Source& source = sources_[reading.point];
    if (!span.covers(source.span)) continue;
    const bool was_settled = reading.quality != Quality::failed;
    if (code && was_settled) continue;
    reading.time = exchange.sent;
    reading.uncertainty = exchange.received - exchange.sent;
    if (code) {
      reading.quality = says_not_here(code) ? Quality::absent : Quality::failed;
      continue;
    }
    const auto words = std::span{exchange.answer.values}.subspan(source.span.address - span.address, source.span.count);
    const profile::Converted converted = profile::convert(source.conversion, raw_number(*source.field, words));
    reading.value = converted.value;
    reading.quality = converted.quality;
    if (sweep.request.raw) (*sweep.request.raw)[i] = raw_text(*source.field, words);
  }
}

/// The values of the sweep that lie in the span, each register once.
std::vector<Span> Device::singles(const Sweep& sweep, Span span) const {
  std::vector<Span> all = spans_of(sweep.request.points);
  std::erase_if(all, [&](const Span& one) { return !span.covers(one); });
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

std::vector<Span> Device::spans_of(std::span<const std::uint32_t> points) const {
  std::vector<Span> spans;
  spans.reserve(points.size());
  for (const std::uint32_t point : points) spans.push_back(sources_[point].span);
  return spans;
}

asio::awaitable<Result<Exchange>> Device::ask(Span span, Instant deadline) {
  const Question question{.unit = unit_, .function = span.function, .address = span.address, .count = span.count};
  co_return co_await connection_->ask(question, deadline);
}

asio::awaitable<Result<const profile::Profile*>> Device::choose(Instant deadline) {
  if (candidates_.size() == 1) co_return candidates_.front();
  for (const profile::Profile* candidate : candidates_) {
    const Result<bool> fits = co_await agrees(*candidate, deadline);
    if (!fits) co_return fits.error();
    if (*fits) co_return candidate;
  }
  co_return Failure{FailureKind::unsupported, "no profile's identifying registers agree; name one"};
}

/// Whether all registers of one of the profile's signatures say what it names; a profile without any is only taken by name.
asio::awaitable<Result<bool>> Device::agrees(const profile::Profile& profile, Instant deadline) {
  for (const profile::Identify& identify : profile.identify) {
    bool all = !identify.registers.empty();
    for (auto sign = identify.registers.begin(); all && sign != identify.registers.end(); ++sign) {
      const Span span{static_cast<Function>(sign->function), sign->address, sign->count};
      const Result<Exchange> exchange = co_await ask(span, deadline);
      if (!exchange) co_return exchange.error();
      const Answer& answer = exchange->answer;
      if (answer.exception && !says_not_here(answer.exception)) co_return exception_failure(span, answer.exception);
      all = !answer.exception && says(*sign, answer.values);
    }
    if (all) co_return true;
  }
  co_return false;
}

asio::awaitable<Result<reading::Identity>> Device::identity_of(const profile::Profile& profile, Instant deadline) {
  reading::Identity identity{.vendor = profile.vendor, .model = {}, .firmware = {}, .serial = {}, .profile = profile.name};
  const std::pair<const profile::TextSources*, std::string*> wanted[] = {{&profile.vendor_text, &identity.vendor},
                                                                         {&profile.model, &identity.model},
                                                                         {&profile.firmware, &identity.firmware},
                                                                         {&profile.serial, &identity.serial}};
  for (const auto& [sources, target] : wanted) {
    Result<std::string> told = co_await first_text(*sources, deadline);
    if (!told) co_return told.error();
    if (!told->empty()) *target = std::move(*told);
  }
  co_return identity;
}

/// That something is there and is taken for what the profile says: its first register is answered, be it with "not here".
asio::awaitable<Result<void>> Device::answers(const profile::Profile& profile, Instant deadline) {
  const auto first = std::ranges::find_if(profile.registers, [&](const auto& field) { return may_read(field.rule, clearing_); });
  if (first == profile.registers.end()) co_return Failure{FailureKind::unsupported, "profile " + profile.name + " has no registers"};
  const Span span = span_of(*first);
  const Result<Exchange> exchange = co_await ask(span, deadline);
  if (!exchange) co_return exchange.error();
  const std::uint8_t code = exchange->answer.exception;
  if (code && !says_not_here(code)) co_return exception_failure(span, code);
  co_return Result<void>{};
}

/// Empty when no source tells a text; a Failure when the device does not answer at all.
asio::awaitable<Result<std::string>> Device::first_text(const profile::TextSources& sources, Instant deadline) {
  for (const profile::TextSource& source : sources) {
    if (source.kind == profile::TextSource::Kind::fixed) co_return source.text;
    if (source.kind != profile::TextSource::Kind::registers) continue;
    const Span span{static_cast<Function>(source.function), source.address, source.count};
    const Result<Exchange> exchange = co_await ask(span, deadline);
    if (!exchange) co_return exchange.error();
    const Answer& answer = exchange->answer;
    if (answer.exception && !says_not_here(answer.exception)) co_return exception_failure(span, answer.exception);
    std::string told = text(answer.values);
    if (!told.empty()) co_return told;
  }
  co_return std::string{};
}

void Device::adopt(const profile::Profile& profile, drivers::Identified& identified) {
  auto& points = identified.points;
  sources_.clear();
  std::vector<Span> named;
  for (const profile::Register& field : profile.registers) {
    if (!may_read(field.rule, clearing_)) {
      identified.left.push_back(std::to_string(field.function) + ":" + std::to_string(field.address));
      continue;
    }
    named.push_back(span_of(field));
    for (const profile::Telling& telling : profile::tellings(field.rule)) {
      points.push_back(located(telling.point, field));
      sources_.push_back({.field = &field, .conversion = telling.conversion, .span = span_of(field)});
    }
  }
  const auto gap = identified.left.empty() ? profile.quirks.register_gap : std::uint16_t{0};  // nothing is read along with others
  readable_ = readable_ranges(std::move(named), gap);
  max_registers_ = std::min(profile.quirks.max_registers, max_registers);
}

}  // namespace holdup::modbus
