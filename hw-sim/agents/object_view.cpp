#include "hw-sim/agents/object_view.hpp"

#include <algorithm>
#include <cstdint>

#include "hw-sim/power/noise.hpp"

namespace hwsim::agents {
namespace {

using ber::Tag;
using scenario::FaultKind;

const Oid sys_uptime{1, 3, 6, 1, 2, 1, 1, 3, 0};

bool starts_with(const Oid& oid, const Oid& prefix) {
  return oid.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), oid.begin());
}

Oid column_of(Oid oid) {
  if (!oid.empty()) oid.pop_back();
  return oid;
}

std::uint32_t centiseconds(ground::Duration length) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(length.count() / 10'000'000));
}

std::optional<std::string> zero_of(Tag tag) {
  if (tag == Tag::integer) return ber::integer(0);
  if (tag == Tag::counter64) return ber::counter64(0);
  if (tag == Tag::counter32 || tag == Tag::gauge32 || tag == Tag::time_ticks) return ber::unsigned32(tag, 0);
  return std::nullopt;
}

// Counts milliseconds, and passes its end when the fault is `length` old.
std::string wrapping(Tag tag, const scenario::Laid& fault) {
  const auto behind = static_cast<std::uint64_t>((fault.age - fault.length).count() / 1'000'000);
  if (tag == Tag::counter64) return ber::counter64(behind);
  return ber::unsigned32(tag, static_cast<std::uint32_t>(behind));
}

}  // namespace

std::optional<std::string> ObjectView::value(const Oid& oid) const {
  const auto at = objects_.find(oid);
  if (at >= objects_.size() || is_hidden(at)) return std::nullopt;
  return value_at(at);
}

std::optional<Varbind> ObjectView::next(const Oid& oid, Version version) const {
  auto at = objects_.lower_bound(oid);
  if (at < objects_.size() && objects_.oid(at) == oid) ++at;
  if (moment_.of(FaultKind::endless))
    if (auto more = one_more_row(oid, at)) return more;
  for (; at < objects_.size(); ++at) {
    if (is_hidden(at)) continue;
    auto value = value_at(at);
    if (version == Version::v1 && ber::tag_of(value) == Tag::counter64) continue;
    if (moment_.of(FaultKind::non_increasing) && at % 2 == 1) return Varbind{objects_.oid(at - 1), value_at(at - 1)};
    return Varbind{objects_.oid(at), std::move(value)};
  }
  return std::nullopt;
}

Tag ObjectView::absence(const Oid& oid) const {
  const auto column = column_of(oid);
  const auto at = objects_.lower_bound(column);
  return at < objects_.size() && starts_with(objects_.oid(at), column) ? Tag::no_such_instance : Tag::no_such_object;
}

Effect ObjectView::effect(const Oid& oid, Pdu pdu, std::string_view asked) const {
  if (objects_.constant()) return {};
  const auto at = objects_.find(oid);
  return at < objects_.size() ? objects_.effect(at, pdu, asked) : Effect{};
}

std::string ObjectView::value_at(std::size_t index) const {
  const bool is_uptime = objects_.oid(index) == sys_uptime;
  if (is_uptime && moment_.shows_uptime && !moment_.frozen) return ber::unsigned32(Tag::time_ticks, centiseconds(moment_.uptime));
  auto value = looked_up(index);
  const auto tag = ber::tag_of(value);
  if (const auto& wrap = moment_.of(FaultKind::counter_wrap); wrap && (tag == Tag::counter32 || tag == Tag::counter64))
    return wrapping(tag, *wrap);
  if (!reads_zeros() || is_uptime) return value;
  return zero_of(tag).value_or(std::move(value));
}

std::string ObjectView::looked_up(std::size_t index) const {
  const auto& stale = moment_.of(FaultKind::stale_cache);
  if (!stale && !moment_.frozen) return objects_.value(index);
  auto& remembered = remembered_.by_index[index];
  const bool lasts = moment_.frozen || moment_.asked.uptime - remembered.since < stale->length;
  if (remembered.bytes.empty() || !lasts) remembered = {.since = moment_.asked.uptime, .bytes = objects_.value(index)};
  return remembered.bytes;
}

bool ObjectView::is_hidden(std::size_t index) const {
  if (!objects_.stands(index)) return true;
  const auto& shape = moment_.of(FaultKind::reshaping);
  const auto row = objects_.oid(index).back();
  if (!shape || row == 0) return false;  // scalars stay
  const auto epoch = static_cast<std::uint64_t>(shape->age.count() / std::max<std::int64_t>(shape->length.count(), 1));
  return power::unit_interval(power::draw(row, {epoch})) < shape->ratio;
}

bool ObjectView::reads_zeros() const {
  const auto& warming = moment_.of(FaultKind::warming);
  return moment_.zeros || (warming && std::min(warming->age, moment_.uptime) < warming->length);
}

std::optional<Varbind> ObjectView::one_more_row(const Oid& oid, std::size_t after) const {
  if (oid.empty() || after == 0) return std::nullopt;
  const auto& last = objects_.oid(after - 1);
  const auto column = column_of(oid);
  const bool goes_on = after < objects_.size() && starts_with(objects_.oid(after), column);
  if (goes_on || last.back() == 0 || column_of(last) != column || oid.back() == UINT32_MAX) return std::nullopt;
  Varbind more{.oid = oid, .value = value_at(after - 1)};
  ++more.oid.back();
  return more;
}

}  // namespace hwsim::agents
