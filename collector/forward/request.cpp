#include "collector/forward/request.hpp"

#include <remote.pb.h>
#include <snappy.h>

#include <algorithm>
#include <bit>
#include <string_view>

#include "ground/utf8.hpp"

namespace holdup::forward {
namespace {

constexpr std::uint64_t plain_nan_bits = 0x7ff8000000000001;

bool is_name(std::string_view text, bool metric) {
  const auto letter = [&](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (metric && c == ':'); };
  const auto fits = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && letter(text.front()) && std::ranges::all_of(text, fits);
}

}  // namespace

std::uint64_t bits_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return bits == stale_bits ? plain_nan_bits : bits;
}

std::optional<Labels> labels_of(const record::Series& series, const std::vector<record::Label>& added) {
  if (!is_name(series.name, true)) return std::nullopt;
  Labels labels{{"__name__", series.name}};
  for (const auto* some : {&series.labels, &added})
    for (const auto& [name, value] : *some) {
      if (!is_name(name, false)) return std::nullopt;
      const bool there = std::ranges::any_of(labels, [&, &name = name](const auto& label) { return label.first == name; });
      if (!there && !value.empty()) labels.emplace_back(name, ground::printable(value));
    }
  std::ranges::sort(labels);
  return labels;
}

std::string encode(std::span<const Passage> passages) {
  remote::WriteRequest request;
  for (const Passage& passage : passages) {
    auto& series = *request.add_timeseries();
    for (const auto& [name, value] : *passage.labels) {
      auto& label = *series.add_labels();
      label.set_name(name);
      label.set_value(value);
    }
    for (const Sample& sample : passage.samples) {
      auto& one = *series.add_samples();
      one.set_value(sample.bits);
      one.set_timestamp(sample.time_ms);
    }
  }
  const std::string plain = request.SerializeAsString();
  std::string packed;
  snappy::Compress(plain.data(), plain.size(), &packed);
  return packed;
}

}  // namespace holdup::forward
