#include "drivers/modbus/device.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "drivers/modbus/interview.hpp"
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

std::vector<Source> sources_of(const profile::Profile& profile, std::vector<reading::Point>& points) {
  std::vector<Source> sources;
  for (const profile::Register& field : profile.registers) {
    for (const profile::Telling& telling : profile::tellings(field.rule)) {
      points.push_back(located(telling.point, field));
      sources.push_back({.field = &field, .conversion = telling.conversion, .span = span_of(field)});
      if (field.exponent) sources.back().exponent = Span{static_cast<Function>(field.function), *field.exponent, 1};
    }
  }
  return sources;
}

/// The profile without what is cleared by being read, where that may not be; `left` takes what that is.
profile::Profile without_clearing(profile::Profile profile, profile::Clearing clearing, std::vector<std::string>& left) {
  const auto leave = [&](std::vector<profile::Register>& fields, const std::string& where) {
    std::erase_if(fields, [&](const profile::Register& field) {
      if (may_read(field.rule, clearing)) return false;
      left.push_back(where + std::to_string(field.function) + ":" + std::to_string(field.address));
      return true;
    });
  };
  leave(profile.registers, "");
  for (profile::ModelTable& table : profile.models) {
    const std::string where = "model " + std::to_string(table.models.front()) + " ";
    leave(table.points, where);
    leave(table.repeated, where);
  }
  return profile;
}

/// Each block is a range of its own: some devices refuse what lies across two models.
std::vector<Span> readable_in(const profile::Profile& profile, const std::vector<Source>& sources) {
  std::vector<Span> blocks, named;
  for (const auto& block : profile.blocks) blocks.push_back({static_cast<Function>(block.function), block.address, block.count});
  const auto add = [&](const Span& span) {
    if (std::ranges::none_of(blocks, [&](const Span& block) { return block.covers(span); })) named.push_back(span);
  };
  for (const Source& source : sources) {
    add(source.span);
    if (source.exponent) add(*source.exponent);
  }
  std::vector<Span> all = readable_ranges(std::move(named), profile.quirks.register_gap);
  all.insert(all.end(), blocks.begin(), blocks.end());
  return all;
}

Span hull(const Span& a, const Span& b) {
  const auto begin = std::min(a.address, b.address);
  return {a.function, begin, static_cast<std::uint16_t>(std::max(a.end(), b.end()) - begin)};
}

/// Points of one series: indices, in the profile's order. Only where there are two or more.
std::vector<std::vector<std::uint32_t>> alternatives_among(const std::vector<reading::Point>& points) {
  std::map<std::pair<std::string, std::vector<reading::Label>>, std::vector<std::uint32_t>> series;
  for (std::uint32_t i = 0; i < points.size(); ++i) series[{points[i].metric, points[i].labels}].push_back(i);
  std::vector<std::vector<std::uint32_t>> out;
  for (auto& [key, members] : series)
    if (members.size() > 1) out.push_back(std::move(members));
  return out;
}

}  // namespace

/// One read() under way.
struct Device::Reader {
  Asker& asker;
  std::uint8_t unit;
  Map& map;
  drivers::ReadRequest request;
  Sweep sweep{};
  std::optional<Failure> broken_off{};  // the connection failed: what is left stays failed
  std::optional<Failure> untold{};      // a listener did not hear all of it

  [[nodiscard]] Question question(const Span& span) const {
    return {.unit = unit, .function = span.function, .address = span.address, .count = span.count};
  }
  [[nodiscard]] std::vector<Question> questions(const std::vector<Span>& spans) const;
  [[nodiscard]] std::vector<Span> wanted() const;
  [[nodiscard]] std::vector<Span> singles(Span span) const;
  void learn(Span refused, std::vector<Span> told) const;
};

Device::Device(std::shared_ptr<Asker> asker, std::uint8_t unit, std::vector<const profile::Profile*> candidates, Settings settings)
    : asker_{std::move(asker)}, unit_{unit}, candidates_{std::move(candidates)}, settings_{settings} {
  HOLDUP_EXPECT(asker_ && std::ranges::none_of(candidates_, [](const auto* p) { return p == nullptr; }));
  suit(candidates_.size() == 1 ? candidates_.front()->quirks : profile::Quirks{});
}

/// Until it is known what it is, it is asked one by one.
void Device::suit(const profile::Quirks& quirks) {
  const auto pause = [](const auto& ours, const auto& its) { return ours.value_or(its.value_or(ground::Duration{})); };
  asker_->suit(unit_, {.pipeline = quirks.pipeline,
                       .between_requests = pause(settings_.between_requests, quirks.pace.between_requests),
                       .after_connect = pause(settings_.after_connect, quirks.pace.after_connect)});
}

asio::awaitable<Result<drivers::Identified>> Device::identify(Instant deadline) {
  Interview interview{*asker_, unit_, deadline};
  const Result<const profile::Profile*> choice = co_await interview.choose(candidates_);
  if (!choice) co_return choice.error();
  std::vector<std::string> left;
  const profile::Profile allowed = without_clearing(**choice, settings_.clearing, left);
  Result<profile::Profile> own = co_await interview.settle(allowed);
  if (!own) co_return own.error();
  Result<reading::Identity> identity = co_await interview.identity(*own);
  if (!identity) co_return identity.error();
  drivers::Identified identified{.identity = std::move(*identity), .points = {}};
  identified.profiles = {own->name};
  identified.invariants = own->invariants;
  identified.pace = own->quirks.pace;
  if (!left.empty()) own->blocks.clear(), own->quirks.register_gap = 0;  // nothing is read along with others
  identified.left = std::move(left);
  auto map = std::make_unique<Map>();
  map->profile = std::move(*own);
  map->sources = sources_of(map->profile, identified.points);
  map->readable = readable_in(map->profile, map->sources);
  map->max_registers = std::min(map->profile.quirks.max_registers, modbus::max_registers);
  const Result<void> parted = co_await part_with_spares(*map, identified.points, deadline);
  if (!parted) co_return parted.error();
  suit(map->profile.quirks);
  map_ = std::move(map);
  co_return identified;
}

/// Of the points of one series the first that holds a reading now stands, else the first.
asio::awaitable<Result<void>> Device::part_with_spares(Map& map, std::vector<reading::Point>& points, Instant deadline) {
  const auto alternatives = alternatives_among(points);
  if (alternatives.empty()) co_return Result<void>{};
  std::vector<std::uint32_t> asked;
  for (const auto& members : alternatives) asked.insert(asked.end(), members.begin(), members.end());
  const drivers::ReadRequest request{.points = asked, .deadline = deadline};
  const auto readings = co_await read(map, request);
  if (!readings) co_return readings.error();
  auto reading = readings->begin();
  for (const auto& members : alternatives) {
    const auto end = reading + static_cast<std::ptrdiff_t>(members.size());
    const auto good = std::find_if(reading, end, [](const Reading& r) { return r.quality == Quality::good; });
    const std::uint32_t stands = good == end ? members.front() : good->point;
    for (const std::uint32_t member : members) points[member].spare = member != stands;
    reading = end;
  }
  if (settings_.spares == Spares::kept) co_return Result<void>{};
  std::vector<Source> sources;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (!points[i].spare) sources.push_back(std::move(map.sources[i]));
  std::erase_if(points, [](const reading::Point& point) { return point.spare; });
  map.sources = std::move(sources);
  co_return Result<void>{};
}

asio::awaitable<Result<std::vector<Reading>>> Device::read(drivers::ReadRequest request) {
  HOLDUP_EXPECT(map_ != nullptr);
  co_return co_await read(*map_, request);
}

asio::awaitable<Result<std::vector<Reading>>> Device::read(Map& map, drivers::ReadRequest request) {
  for (const std::uint32_t point : request.points) HOLDUP_EXPECT(point < map.sources.size());
  Reader reader{.asker = *asker_, .unit = unit_, .map = map, .request = request};
  const Instant begun = ground::clock::now();
  const std::vector<Span> spans = merged(reader.wanted(), map.readable, map.max_registers);
  if (spans.size() == 1) {
    (void)co_await fetch(reader, spans.front(), Reach::within);
  } else {
    std::vector<Question> questions = reader.questions(spans);
    std::vector<Result<Exchange>> answers = co_await reader.asker.ask_all(std::move(questions), request.deadline);
    for (std::size_t i = 0; i < spans.size(); ++i) (void)co_await take(reader, spans[i], Reach::within, std::move(answers[i]));
  }
  if (!reader.sweep.learned() && reader.broken_off) co_return *reader.broken_off;
  if (!reader.sweep.learned() && reader.untold) co_return *reader.untold;
  if (const auto trouble = reader.sweep.trouble(); trouble && !reader.sweep.learned()) co_return *trouble;
  std::vector<Reading> readings;
  readings.reserve(request.points.size());
  if (request.raw) request.raw->assign(request.points.size(), {});
  for (const std::uint32_t point : request.points) {
    std::string* const raw = request.raw ? &(*request.raw)[readings.size()] : nullptr;
    readings.push_back(reader.sweep.settle(map.sources[point], point, begun, raw));
  }
  co_return readings;
}

asio::awaitable<bool> Device::fetch(Reader& reader, Span span, Reach reach) {
  Result<Exchange> exchange = co_await reader.asker.ask(reader.question(span), reader.request.deadline);
  co_return co_await take(reader, span, reach, std::move(exchange));
}

/// What came of one span; where the device says "not here", or a listener does not know, of several values at once, each of them by itself,
/// once, so that a bad register hides no neighbours. Whether the device told the span as a whole.
asio::awaitable<bool> Device::take(Reader& reader, Span span, Reach reach, Result<Exchange> exchange) {
  const bool untold = !exchange && exchange.error().kind == FailureKind::unsupported;
  if (!exchange) (untold ? reader.untold : reader.broken_off) = exchange.error();
  if (!exchange && !untold) co_return false;
  const std::uint8_t code = untold ? 0 : exchange->answer.exception;
  std::vector<Span> single;
  if (says_unreachable(code)) reader.broken_off = exception_failure(span, code);
  if (reach == Reach::within && (untold || says_not_here(code)) && !reader.broken_off) single = reader.singles(span);
  if (!untold) reader.sweep.hear(span, std::move(*exchange));
  if (single.size() < 2) co_return !untold && code == 0;
  std::vector<Span> told;
  for (const Span& one : single) {
    if (reader.broken_off) break;
    const bool good = co_await fetch(reader, one, Reach::exactly);
    if (good) told.push_back(one);
  }
  if (!reader.broken_off && !untold) reader.learn(span, std::move(told));
  co_return false;
}

std::vector<Question> Device::Reader::questions(const std::vector<Span>& spans) const {
  std::vector<Question> all;
  all.reserve(spans.size());
  for (const Span& span : spans) all.push_back(question(span));
  return all;
}

/// What the points need: a value and the register of its scale in one piece where they may be read so, for they belong together.
std::vector<Span> Device::Reader::wanted() const {
  std::vector<Span> spans;
  for (const std::uint32_t point : request.points) {
    const Source& source = map.sources[point];
    if (!source.exponent) {
      spans.push_back(source.span);
      continue;
    }
    const Span both = hull(source.span, *source.exponent);
    const bool readable = std::ranges::any_of(map.readable, [&](const Span& range) { return range.covers(both); });
    if (readable && both.count <= map.max_registers)
      spans.push_back(both);
    else
      spans.insert(spans.end(), {source.span, *source.exponent});
  }
  return spans;
}

/// The values of the request that lie in the span, each register once.
std::vector<Span> Device::Reader::singles(Span span) const {
  std::vector<Span> all;
  for (const std::uint32_t point : request.points) {
    const Source& source = map.sources[point];
    all.push_back(source.span);
    if (source.exponent) all.push_back(*source.exponent);
  }
  std::erase_if(all, [&](const Span& one) { return !span.covers(one); });
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

/// From a span that was refused while some of its values were told: either it holds registers that the device lacks, or it is too long.
void Device::Reader::learn(Span refused, std::vector<Span> told) const {
  if (told.empty()) return;  // it refuses everything now; that may pass
  if (readable_ranges(told, 0) == std::vector{refused})
    map.max_registers = std::max<std::uint16_t>(refused.count / 2, 1);
  else
    map.readable = narrowed(map.readable, refused, std::move(told));
}

}  // namespace holdup::modbus
