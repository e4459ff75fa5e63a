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
      sources.push_back(
          {.field = &field, .conversion = telling.conversion, .span = span_of(field), .first = reading::is_own_word(points.back().means)});
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

/// Points of one series: indices, in the profile's order. Only where there are two or more.
std::vector<std::vector<std::uint32_t>> alternatives_among(const std::vector<reading::Point>& points) {
  std::map<std::pair<std::string, std::vector<reading::Label>>, std::vector<std::uint32_t>> series;
  for (std::uint32_t i = 0; i < points.size(); ++i) series[{points[i].metric, points[i].labels}].push_back(i);
  std::vector<std::vector<std::uint32_t>> out;
  for (auto& [key, members] : series)
    if (members.size() > 1) out.push_back(std::move(members));
  return out;
}

Question question(std::uint8_t unit, const Span& span, bool goes_first = false) {
  return {.unit = unit, .function = span.function, .address = span.address, .count = span.count, .goes_first = goes_first};
}

/// Where the answer to the plan's only span tells all of it; else it stays as it was.
std::optional<std::vector<Reading>> told_in_one(const ReadPlan& plan, Result<Exchange>& answer, std::span<const Source> sources) {
  if (!answer) return std::nullopt;
  Heard heard{plan.spans().front(), std::move(*answer)};
  if (plan.fits({&heard, 1})) return plan.readings({&heard, 1}, sources);
  answer = std::move(heard.exchange);
  return std::nullopt;
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

  [[nodiscard]] std::vector<Question> questions(std::span<const Span> spans, std::size_t first) const;
  std::vector<Span> take(Span span, Result<Exchange> exchange);
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
  Result<std::vector<reading::Nameplate>> parts = co_await interview.parts(*own);
  if (!parts) co_return parts.error();
  drivers::Identified identified{.identity = std::move(*identity), .points = {}, .parts = std::move(*parts)};
  identified.profiles = {own->name};
  identified.invariants = own->invariants;
  identified.pace = own->quirks.pace;
  if (!left.empty()) own->blocks.clear(), own->quirks.register_gap = 0;  // nothing is read along with others
  identified.left = std::move(left);
  auto map = std::make_unique<Map>();
  map->profile = std::move(*own);
  map->sources = sources_of(map->profile, identified.points);
  map->reach.readable = readable_in(map->profile, map->sources);
  map->reach.max_registers = std::min(map->profile.quirks.max_registers, modbus::max_registers);
  const Result<void> parted = co_await part_with_spares(*map, identified.points, deadline);
  if (!parted) co_return parted.error();
  suit(map->profile.quirks);
  map_ = std::move(map);
  co_return identified;
}

asio::awaitable<Result<reading::Nameplates>> Device::recognise(Instant deadline) {
  HOLDUP_EXPECT(map_ != nullptr);
  Interview interview{*asker_, unit_, deadline};
  Result<reading::Identity> identity = co_await interview.identity(map_->profile);
  if (!identity) co_return identity.error();
  Result<std::vector<reading::Nameplate>> parts = co_await interview.parts(map_->profile);
  if (!parts) co_return parts.error();
  co_return reading::Nameplates{.identity = std::move(*identity), .parts = std::move(*parts)};
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
  map.plans.clear();
  co_return Result<void>{};
}

asio::awaitable<Result<std::vector<Reading>>> Device::read(drivers::ReadRequest request) {
  HOLDUP_EXPECT(map_ != nullptr);
  return read(*map_, request);
}

/// Most of what is polled is one span that is told well: its coroutine is small, for hundreds wait at once.
asio::awaitable<Result<std::vector<Reading>>> Device::read(Map& map, drivers::ReadRequest request) {
  const auto plan = plan_for(map, request.points);
  const bool one = plan->spans().size() == 1;
  if (!one) co_return co_await read_closely(map, *plan, request, std::nullopt);
  Result<Exchange> answer = co_await asker_->ask(question(unit_, plan->spans().front(), plan->first_spans() > 0), request.deadline);
  if (auto readings = request.raw ? std::nullopt : told_in_one(*plan, answer, map.sources)) co_return std::move(*readings);
  co_return co_await read_closely(map, *plan, request, std::move(answer));
}

/// With the answer to the plan's only span, where it has one.
asio::awaitable<Result<std::vector<Reading>>> Device::read_closely(Map& map, const ReadPlan& plan, drivers::ReadRequest request,
                                                                   std::optional<Result<Exchange>> only) {
  Reader reader{.asker = *asker_, .unit = unit_, .map = map, .request = request};
  const Instant begun = ground::clock::now();
  reader.sweep.expect(plan.spans().size());
  if (only) {
    std::vector<Span> single = reader.take(plan.spans().front(), std::move(*only));
    if (single.size() > 1) co_await fetch_singly(reader, plan.spans().front(), std::move(single));
  } else {
    co_await fetch_all(reader, plan);
  }
  const Sweep& sweep = reader.sweep;
  if (!request.raw && plan.fits(sweep.heard())) co_return plan.readings(sweep.heard(), map.sources);
  if (!sweep.learned() && reader.broken_off) co_return *reader.broken_off;
  if (!sweep.learned() && reader.untold) co_return *reader.untold;
  if (const auto trouble = sweep.trouble(); trouble && !sweep.learned()) co_return *trouble;
  std::vector<Reading> readings;
  readings.reserve(request.points.size());
  if (request.raw) request.raw->assign(request.points.size(), {});
  for (const std::uint32_t point : request.points) {
    std::string* const raw = request.raw ? &(*request.raw)[readings.size()] : nullptr;
    readings.push_back(sweep.settle(map.sources[point], point, begun, raw));
  }
  co_return readings;
}

/// Lanes are few: as many plans are kept as there are ways to ask for some of them together.
std::shared_ptr<const ReadPlan> Device::plan_for(Map& map, std::span<const std::uint32_t> points) const {
  constexpr std::size_t most_plans = 8;
  const auto known = std::ranges::find_if(map.plans, [&](const auto& plan) { return plan->is_for(points); });
  if (known != map.plans.end()) return *known;
  if (map.plans.size() == most_plans) map.plans.erase(map.plans.begin());
  return map.plans.emplace_back(settings_.plans->shared(ReadPlan{points, map.sources, map.reach}));
}

/// Where the questions go one by one, what supplies say of themselves does not wait for the others' answers.
asio::awaitable<void> Device::fetch_all(Reader& reader, const ReadPlan& plan) {
  const std::span<const Span> spans = plan.spans();
  const bool one_by_one = reader.map.profile.quirks.pipeline < 2;
  const std::size_t first = plan.first_spans();
  if (!reader.request.ahead || !one_by_one || first == spans.size()) co_return co_await fetch(reader, spans, first);
  if (first > 0) {
    co_await fetch(reader, spans.first(first), first);
    const auto heard = reader.sweep.heard();
    if (heard.size() == first && plan.begins_with(heard)) (*reader.request.ahead)(plan.first_readings(heard, reader.map.sources));
  }
  if (!reader.broken_off) co_await fetch(reader, spans.subspan(first), 0);
}

/// The `first` of them hold what goes first.
asio::awaitable<void> Device::fetch(Reader& reader, std::span<const Span> spans, std::size_t first) {
  std::vector<Question> questions = reader.questions(spans, first);
  std::vector<Result<Exchange>> answers = co_await reader.asker.ask_all(std::move(questions), reader.request.deadline);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    std::vector<Span> single = reader.take(spans[i], std::move(answers[i]));
    if (single.size() > 1) co_await fetch_singly(reader, spans[i], std::move(single));
  }
}

/// Where the device says "not here" to several values at once, or a listener heard not all of them: each of them by itself, once, so that
/// a bad register hides no neighbours.
asio::awaitable<void> Device::fetch_singly(Reader& reader, Span span, std::vector<Span> single) {
  std::vector<Span> told;
  for (const Span& one : single) {
    Result<Exchange> exchange = co_await reader.asker.ask(question(reader.unit, one), reader.request.deadline);
    const bool good = exchange && exchange->answer.exception == 0;
    (void)reader.take(one, std::move(exchange));
    if (reader.broken_off) co_return;
    if (good) told.push_back(one);
  }
  if (!reader.untold) reader.learn(span, std::move(told));
}

/// Hears an answer, or that there is none. The values that are to be read one by one instead; less than two: none.
std::vector<Span> Device::Reader::take(Span span, Result<Exchange> exchange) {
  if (!exchange && exchange.error().kind == FailureKind::unsupported) {
    untold = exchange.error();
    return singles(span);
  }
  if (!exchange) {
    broken_off = exchange.error();
    return {};
  }
  const std::uint8_t code = exchange->answer.exception;
  if (says_unreachable(code)) broken_off = exception_failure(span, code);
  sweep.hear(span, std::move(*exchange));
  return says_not_here(code) && !broken_off ? singles(span) : std::vector<Span>{};
}

std::vector<Question> Device::Reader::questions(std::span<const Span> spans, std::size_t first) const {
  std::vector<Question> all;
  all.reserve(spans.size());
  for (const Span& span : spans) all.push_back(question(unit, span, all.size() < first));
  return all;
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
    map.reach.max_registers = std::max<std::uint16_t>(refused.count / 2, 1);
  else
    map.reach.readable = narrowed(map.reach.readable, refused, std::move(told));
  map.plans.clear();
}

}  // namespace holdup::modbus
