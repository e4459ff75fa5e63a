#include "drivers/snmp/device.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "drivers/snmp/chooser.hpp"
#include "drivers/snmp/community_asker.hpp"
#include "drivers/snmp/row.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::snmp {
namespace asio = boost::asio;
using drivers::Identified;
using ground::Failure;
using ground::FailureKind;
using ground::Quality;
using ground::Result;
using profile::Seen;
using reading::Reading;

namespace {

const Oid sys_descr{{1, 3, 6, 1, 2, 1, 1, 1, 0}};
constexpr std::size_t most_plate_cells = 400;  // some eight answers; a chassis of thousands of rows tells its parts once

const Oid sys_object_id{{1, 3, 6, 1, 2, 1, 1, 2, 0}};

Seen seen_in(const std::vector<Answer>& answers) { return {.object_id = answers[1].value.oid, .description = answers[0].value.text}; }

/// The objects that the points are read from, each once, and which of them each point takes.
struct Reads {
  static constexpr std::size_t none = ~std::size_t{0};
  struct Places {
    std::size_t value, gate;
  };
  std::vector<Oid> objects;
  std::vector<Places> places;
};

Reads reads_of(std::span<const std::uint32_t> points, const std::vector<Measured>& measured) {
  Reads out;
  std::map<Oid, std::size_t> known;
  const auto place = [&](const Oid& oid) {
    if (oid.empty()) return Reads::none;
    const auto [at, fresh] = known.try_emplace(oid, out.objects.size());
    if (fresh) out.objects.push_back(oid);
    return at->second;
  };
  for (const std::uint32_t point : points) {
    HOLDUP_EXPECT(point < measured.size());
    const auto value = place(measured[point].oid);
    out.places.push_back({value, place(measured[point].gate)});
  }
  return out;
}

reading::Pace gentlest(const std::vector<const profile::Profile*>& profiles) {
  reading::Pace out;
  for (const auto* profile : profiles) out = gentler(out, profile->quirks.pace);
  return out;
}

const Value* there(const Answer& answer) { return answer.value.kind == Value::Kind::missing ? nullptr : &answer.value; }

}  // namespace

Device::Device(Client& client, const profile::Library& library, Settings settings)
    : Device{std::make_unique<CommunityAsker>(client, Peer{.address = settings.address, .community = settings.community}), library,
             settings} {}

Device::Device(std::unique_ptr<Asker> asker, const profile::Library& library, Settings settings)
    : library_{library}, settings_{std::move(settings)}, asker_{std::move(asker)}, agent_{*asker_} {
  agent_.leave_alone(settings_.between_requests.value_or(ground::Duration{}));
}

asio::awaitable<Result<Identified>> Device::identify(ground::Instant deadline) {
  const Patience patience{.deadline = deadline, .resend_after = settings_.answer_within / 3, .each = settings_.answer_within};
  const auto seen = co_await look(patience);
  if (!seen) co_return seen.error();
  Chooser chooser{library_, agent_, patience};
  auto chosen = co_await chooser.choose(settings_.profile, *seen);
  if (!chosen) co_return chosen.error();
  const auto& profiles = chosen->profiles;
  const auto pace = gentlest(profiles);
  agent_.leave_alone(settings_.between_requests.value_or(pace.between_requests.value_or(ground::Duration{})));
  Answers answers;
  const auto wanted = needs(profiles, settings_.clearing);
  left_ = wanted.left;
  if (!profiles.empty()) {
    auto quirks = profiles.front()->quirks;
    if (!left_.empty()) quirks.max_repetitions = 1;  // GETBULK runs on far behind a column's end
    agent_.heed(quirks);
  }
  const auto gathered = co_await gather(wanted, patience, answers);
  if (!gathered) co_return gathered.error();
  measured_ = expand(profiles, answers, settings_.spares);
  rhythms_.clear();
  Identified out;
  out.pace = pace;
  out.identity = identity(profiles, answers, *seen);
  if (out.identity.vendor.empty()) out.identity.vendor = library_.vendor(seen->object_id);
  for (const auto* profile : profiles) {
    out.profiles.push_back(profile->name);
    out.invariants.insert(out.invariants.end(), profile->invariants.begin(), profile->invariants.end());
  }
  for (const Measured& one : measured_) out.points.push_back(one.point);
  for (const Oid& oid : left_) out.left.push_back(oid.text());
  out.parts = nameplates(profiles, answers, *seen);
  plate_cells_ = cells_of(nameplate_needs(profiles, settings_.clearing), answers);
  chosen_ = std::move(*chosen);
  co_return out;
}

asio::awaitable<Result<reading::Nameplates>> Device::recognise(ground::Instant deadline) {
  HOLDUP_EXPECT(chosen_.has_value());
  const Patience patience{.deadline = deadline, .resend_after = settings_.resend_after, .each = settings_.answer_within / 3};
  const auto wanted = nameplate_needs(chosen_->profiles, settings_.clearing);
  if (plate_cells_ > most_plate_cells) co_return Failure{FailureKind::unsupported, "too many rows to look through each time"};
  const std::vector<Oid> names{sys_descr, sys_object_id};
  const auto seen = co_await agent_.get(names, patience);
  if (!seen) co_return seen.error();
  Answers answers;
  const auto gathered = co_await gather(wanted, patience, answers);
  if (!gathered) co_return gathered.error();
  const auto told = seen_in(*seen);
  reading::Nameplates out{.identity = identity(chosen_->profiles, answers, told), .parts = nameplates(chosen_->profiles, answers, told)};
  if (out.identity.vendor.empty()) out.identity.vendor = library_.vendor(told.object_id);
  co_return out;
}

// v2c before v1: an agent that knows v1 only stays silent on it.
asio::awaitable<Result<Seen>> Device::look(Patience patience) {
  const std::vector<Oid> names{sys_descr, sys_object_id};
  Failure failure{FailureKind::timeout, "no answer"};
  const auto versions = asker_->versions();
  for (const Version& version : versions) {
    const auto now = ground::clock::now();
    const auto share = std::min(now + settings_.answer_within, now + (patience.deadline - now) / 2);
    const Patience some{.deadline = &version == &versions.back() ? patience.deadline : share, .resend_after = patience.resend_after};
    agent_.speak(version);
    const auto answers = co_await agent_.get(names, some);
    if (answers) co_return seen_in(*answers);
    failure = answers.error();
    if (failure.kind != FailureKind::timeout) break;
  }
  co_return failure;
}

asio::awaitable<Result<std::size_t>> Device::get(std::span<const Oid> objects, Patience patience, Answers& answers) {
  const auto got = co_await agent_.get(objects, patience);
  if (!got) co_return got.error();
  for (std::size_t i = 0; i < got->size(); ++i) {
    const Answer& answer = (*got)[i];
    if (answer.asked == ground::Instant{}) co_return Failure{FailureKind::timeout, "no answer"};
    answers.put(objects[i], answer.value);
  }
  co_return got->size();
}

asio::awaitable<Result<std::size_t>> Device::gather(const Needs& wanted, Patience patience, Answers& answers) {
  const auto got = co_await get(wanted.objects, patience, answers);
  if (!got) co_return got.error();
  const auto walked = co_await agent_.walk(wanted.columns, patience, answers);
  if (!walked || wanted.beside.empty()) co_return walked;
  const auto cells = cells_beside(wanted.beside, answers);
  const auto beside = co_await agent_.get(cells, patience);
  if (!beside) co_return beside.error();
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (there((*beside)[i]) != nullptr) answers.put(cells[i], (*beside)[i].value);
  co_return answers.size();
}

asio::awaitable<Result<std::vector<Reading>>> Device::read(drivers::ReadRequest request) {
  const Patience patience{.deadline = request.deadline, .resend_after = settings_.resend_after};
  Rhythm& ready = rhythm(request.points);
  if (request.raw == nullptr && ready.trusted) {
    auto readings = co_await read(ready, patience);
    if (!readings || ready.trusted) co_return readings;
  }
  auto readings = co_await read_closely(request, patience);
  co_return readings;
}

Device::Rhythm& Device::rhythm(std::span<const std::uint32_t> points) {
  constexpr std::size_t most_rhythms = 8;  // three lanes, their unions, confirming questions
  const auto most = agent_.most_varbinds();
  const auto known = std::ranges::find_if(rhythms_, [&](const auto& one) { return one->plan->is_for(points, most); });
  if (known != rhythms_.end()) return **known;
  if (rhythms_.size() == most_rhythms) rhythms_.erase(rhythms_.begin());
  auto plan = settings_.plans->shared(ReadPlan{points, measured_, most});
  auto lists = plan->lists();
  return *rhythms_.emplace_back(std::make_unique<Rhythm>(std::move(plan), std::move(lists), true, ++rhythms_made_));
}

/// As long as every answer bears the names that were asked; one that does not ends the trust, and its readings count for nothing.
asio::awaitable<Result<std::vector<Reading>>> Device::read(Rhythm& rhythm, Patience patience) {
  const auto first = std::exchange(rhythm.first, 0);
  Harvest harvest{*rhythm.plan, measured_, first};
  if (!rhythm.lists.empty()) {
    const auto lists = std::span<const Bytes>{rhythm.lists}.subspan(first);
    const Late late{.taker = this, .mark = rhythm.number, .which = first};
    const auto answered = co_await agent_.get(lists, patience, harvest, late);
    if (!answered) rhythm.first = (first + 1) % rhythm.lists.size();
    if (!answered) co_return answered.error();
  }
  rhythm.trusted = harvest.fits();
  co_return harvest.readings();
}

void Device::take_late(std::uint64_t mark, std::size_t which, Reply reply) {
  const auto known = std::ranges::find_if(rhythms_, [&](const auto& one) { return one->number == mark; });
  if (!take_late_ || known == rhythms_.end() || which >= (*known)->lists.size()) return;
  const Heard heard{.response = reply.response, .datagram = reply.datagram, .asked = reply.asked, .round_trip = reply.round_trip};
  Harvest harvest{*(*known)->plan, measured_, which};
  if (!harvest.take(0, heard)) return;
  take_late_({.asked = reply.asked, .round_trip = reply.round_trip, .readings = harvest.readings_of(which)});
}

/// Each value looked up by its name, and names that the agent stumbles over left out and asked again.
asio::awaitable<Result<std::vector<Reading>>> Device::read_closely(drivers::ReadRequest request, Patience patience) {
  const auto reads = reads_of(request.points, measured_);
  const auto answers = co_await agent_.get(reads.objects, patience);
  if (!answers) co_return answers.error();
  std::vector<Reading> out;
  out.reserve(request.points.size());
  for (std::size_t i = 0; i < request.points.size(); ++i) {
    const Measured& measured = measured_[request.points[i]];
    const Answer& answer = (*answers)[reads.places[i].value];
    Reading& reading = out.emplace_back(take_reading(measured, there(answer)));
    if (reads.places[i].gate != Reads::none) apply_gate(measured, there((*answers)[reads.places[i].gate]), reading);
    reading.point = request.points[i], reading.time = answer.asked, reading.uncertainty = answer.round_trip;
    if (request.raw != nullptr) request.raw->push_back(answer.value.raw());
  }
  co_return out;
}

}  // namespace holdup::snmp
