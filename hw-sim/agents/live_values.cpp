#include "hw-sim/agents/live_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ground/number.hpp"

namespace hwsim::agents {
namespace {

using power::Quantity;
using power::Snapshot;

std::string replaced(std::string text, std::string_view what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
  return text;
}

std::string filled(std::string text, const LiveDevice& device) {
  return replaced(replaced(std::move(text), "{name}", device.name), "{serial}", device.serial);
}

std::optional<std::size_t> place_of(const Snapshot& snapshot, Quantity quantity, std::string_view index) {
  for (std::size_t i = 0; i < snapshot.values.size(); ++i)
    if (snapshot.values[i].quantity == quantity && snapshot.values[i].index == index) return i;
  return std::nullopt;
}

// Rounded to the nearest whole number that the type can carry.
template <class Number>
Number fitted(double value) {
  constexpr auto lowest = static_cast<double>(std::numeric_limits<Number>::min());
  constexpr auto highest = static_cast<double>(std::numeric_limits<Number>::max());
  return static_cast<Number>(std::clamp(std::round(value), lowest, highest));
}

std::string encoded(ber::Tag type, double value) {
  if (type == ber::Tag::integer) return ber::integer(fitted<std::int32_t>(value));
  if (type == ber::Tag::time_ticks || type == ber::Tag::counter32)  // these wrap
    return ber::unsigned32(type, static_cast<std::uint32_t>(std::fmod(std::max(std::round(value), 0.0), 4294967296.0)));
  return ber::unsigned32(type, fitted<std::uint32_t>(value));
}

std::optional<std::string> encoded(ber::Tag type, const std::string& text) {
  if (type == ber::Tag::octets) return ber::octets(type, text);
  if (type == ber::Tag::object_id) {
    const auto oid = parse_oid(text);
    return oid ? std::optional{ber::object_id(*oid)} : std::nullopt;
  }
  const auto number = ground::parse_number(text);
  return number ? std::optional{encoded(type, *number)} : std::nullopt;
}

}  // namespace

std::vector<Row> rows_of(const Snapshot& snapshot, const std::optional<Quantity>& each) {
  if (!each) return {Row{}};
  std::vector<Row> rows;
  for (const auto& measurement : snapshot.values)
    if (measurement.quantity == *each) rows.push_back({.index = measurement.index});
  for (auto& row : rows) row.rows = rows.size();
  return rows;
}

std::optional<std::size_t> place_of(const Snapshot& snapshot, const Measure& measure, const Row& row) {
  return place_of(snapshot, measure.quantity, replaced(measure.index, "{index}", row.index));
}

std::optional<LiveObject> bound(const ObjectRule& rule, const LiveDevice& device, const Row& row) {
  const auto oid = parse_oid(replaced(rule.oid, "#", row.index));
  if (!oid) return std::nullopt;
  std::optional<std::size_t> only_while;
  if (rule.only_while) only_while = place_of(device.read(), *rule.only_while, row.index);
  if (rule.measure) {
    const auto at = place_of(device.read(), *rule.measure, row);
    if (!at) return std::nullopt;
    return LiveObject{*oid, LiveObject::Measured{{*at, rule.measure->scale}, rule.type}, only_while};
  }
  const auto text = replaced(replaced(filled(rule.text, device), "{index}", row.index), "{rows}", std::to_string(row.rows));
  auto value = encoded(rule.type, text);
  if (!value) return std::nullopt;
  return LiveObject{*oid, *std::move(value), only_while};
}

std::string LiveObject::value(const Snapshot& snapshot) const {
  if (const auto* fixed = std::get_if<std::string>(&content)) return *fixed;
  const auto& measured = std::get<Measured>(content);
  return encoded(measured.type, measured.measure.shown(snapshot));
}

LiveObjects::LiveObjects(const DeviceTable& table, LiveDevice device, const std::string& file, ground::Problems& problems)
    : device_{std::move(device)} {
  for (const ObjectRule& rule : table.objects) {
    if (rule.beside && rows_of(device_.read(), rule.beside).empty()) continue;
    for (const auto& row : rows_of(device_.read(), rule.each)) {
      if (rule.measure && !place_of(device_.read(), *rule.measure, row)) continue;
      if (auto object = bound(rule, device_, row))
        objects_.push_back(*std::move(object));
      else
        problems.add(
            {.file = file, .key = "objects", .what = rule.oid + ": its OID or text does not fit its type", .mend = "mend the rule"});
    }
  }
  std::stable_sort(objects_.begin(), objects_.end(), [](const auto& a, const auto& b) { return a.oid < b.oid; });
}

std::string LiveObjects::value(std::size_t index) const { return objects_[index].value(device_.read()); }

LiveRegisters::LiveRegisters(const DeviceTable& table, LiveDevice device) : device_{std::move(device)} {
  for (const RegisterRule& rule : table.registers)
    for (const Bank bank : rule.banks) bind(rule, bank, device_.read());
  for (const auto& [number, text] : table.identification) identification_.emplace(number, filled(text, device_));
}

void LiveRegisters::bind(const RegisterRule& rule, Bank bank, const Snapshot& snapshot) {
  const auto text = filled(rule.text.value_or(""), device_);
  const auto octet = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  for (std::size_t word = 0; word < rule.words; ++word) {
    Part part{.value = std::uint16_t{0}, .shift = static_cast<unsigned>(16 * (rule.words - 1 - word))};
    if (rule.only_while) part.only_while = place_of(snapshot, *rule.only_while, "");
    if (rule.measure) {
      const auto at = place_of(snapshot, rule.measure->quantity, rule.measure->index);
      if (!at) return;
      part.value = BoundMeasure{*at, rule.measure->scale};
    } else if (rule.number) {
      part.value = static_cast<std::uint16_t>(part.shift < 64 ? *rule.number >> part.shift & 0xffff : 0);
    } else {
      part.value = static_cast<std::uint16_t>(octet(2 * word) << 8 | octet(2 * word + 1));
    }
    parts_[index(bank)][static_cast<std::uint16_t>(rule.address + word)].push_back(std::move(part));
  }
}

std::optional<std::uint16_t> LiveRegisters::read(Bank bank, std::uint16_t address) const {
  const auto& parts = parts_[index(bank)];
  const auto at = parts.find(address);
  if (at == parts.end()) return std::nullopt;
  const Snapshot& snapshot = device_.read();
  std::uint16_t word = 0;
  for (const Part& part : at->second) {
    if (part.only_while && snapshot.values[*part.only_while].value < 0.5) continue;
    if (const auto* fixed = std::get_if<std::uint16_t>(&part.value)) {
      word |= *fixed;
      continue;
    }
    // Two's complement, as signed registers are.
    const auto number = fitted<std::int64_t>(std::get<BoundMeasure>(part.value).shown(snapshot));
    word |= static_cast<std::uint16_t>((part.shift < 64 ? number >> part.shift : 0) & 0xffff);
  }
  return word;
}

}  // namespace hwsim::agents
