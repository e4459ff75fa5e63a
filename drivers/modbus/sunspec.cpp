#include "drivers/modbus/sunspec.hpp"

#include <algorithm>
#include <string>

namespace holdup::modbus {
namespace {

using profile::ModelTable;
using profile::Profile;
using profile::Register;

constexpr std::size_t most_models = 100;     // a chain that names more goes in circles; devices in the field have up to thirty
constexpr std::size_t most_points = 20'000;  // of one device; a length that is wrong may promise many more
constexpr std::uint16_t end_of_chain = 0xFFFF;
constexpr std::uint32_t head = 2;  // a model's number and its length

std::string numbered(std::size_t which, const std::string& index) {
  if (which < 2) return index;
  return index.empty() ? std::to_string(which) : std::to_string(which) + "-" + index;
}

/// One model of the chain, and how many of its kind stand before it, itself counted.
struct Occurrence {
  const Model& model;
  std::size_t which;

  [[nodiscard]] bool holds(const Register& field, std::uint32_t shift) const {
    const std::uint32_t size = head + model.length;
    return field.address + shift + width(field) <= size && (!field.exponent || *field.exponent < size);
  }
  /// `shift`: of a repetition, for all but an exponent that stands before the repetitions.
  [[nodiscard]] Register placed(Register field, std::uint32_t shift, std::uint16_t repeats_from) const {
    const auto moved = [&](std::uint32_t offset) { return static_cast<std::uint16_t>(model.address + offset); };
    const bool inside = field.exponent && repeats_from != 0 && *field.exponent >= repeats_from;
    if (field.exponent) field.exponent = moved(*field.exponent + (inside ? shift : 0));
    for (auto& condition : field.where) condition.address = moved(condition.address + shift);
    field.address = moved(field.address + shift);
    field.index = numbered(which, field.index);
    return field;
  }
};

void put_number(std::string& text, std::size_t number) {
  if (const auto at = text.find("{n}"); at != std::string::npos) text.replace(at, 3, std::to_string(number));
}

void lay_out(const ModelTable& table, const Occurrence& here, std::vector<Register>& out) {
  for (const Register& field : table.points)
    if (here.holds(field, 0)) out.push_back(here.placed(field, 0, 0));
  if (table.every == 0) return;
  std::size_t number = 1;
  for (std::uint32_t shift = 0; table.from + shift + table.every <= head + here.model.length; shift += table.every, ++number) {
    if (out.size() > most_points) return;
    for (Register field : table.repeated) {
      if (!here.holds(field, shift)) continue;
      put_number(field.index, number), put_number(field.name, number);
      out.push_back(here.placed(std::move(field), shift, table.from));
    }
  }
}

void place(profile::TextSources& sources, std::span<const Model> chain) {
  std::erase_if(sources, [&](profile::TextSource& source) {
    if (source.model == 0) return false;
    const auto at = std::ranges::find(chain, source.model, &Model::number);
    if (at == chain.end() || source.address + source.count > head + at->length) return true;
    source.address = static_cast<std::uint16_t>(source.address + at->address);
    return false;
  });
}

}  // namespace

bool is_marker(std::span<const std::uint16_t> words) { return words.size() == 2 && words[0] == 0x5375 && words[1] == 0x6E53; }

std::optional<Span> Chain::next() const {
  if (over_ || models_.size() >= most_models || at_ + head > 65536) return std::nullopt;
  return Span{Function::holding_registers, static_cast<std::uint16_t>(at_), static_cast<std::uint16_t>(head)};
}

void Chain::take(std::span<const std::uint16_t> words) {
  const bool sound = words.size() == head && words[0] != end_of_chain && words[0] != 0 && at_ + head + words[1] <= 65536;
  const bool padded = words.size() == head && words[0] == 0 && !models_.empty() && !nudged_;
  if (padded) ++at_;  // some devices do not count the pad behind their common model
  over_ = !sound && !padded;
  nudged_ = padded;
  if (!sound) return;
  models_.push_back({.number = words[0], .address = static_cast<std::uint16_t>(at_), .length = words[1]});
  at_ += head + words[1];
}

Profile laid_out(Profile profile, std::span<const Model> chain) {
  std::vector<Register> out;
  for (const ModelTable& table : profile.models) {
    std::size_t which = 0;
    for (const Model& model : chain)
      if (std::ranges::find(table.models, model.number) != table.models.end()) lay_out(table, {.model = model, .which = ++which}, out);
  }
  profile.registers.insert(profile.registers.end(), out.begin(), out.end());
  for (const Model& model : chain)
    profile.blocks.push_back({.address = model.address, .count = static_cast<std::uint16_t>(head + model.length)});
  for (auto* texts : {&profile.vendor_text, &profile.model, &profile.firmware, &profile.serial}) place(*texts, chain);
  return profile;
}

}  // namespace holdup::modbus
