#include "drivers/modbus/sweep.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "drivers/modbus/registers.hpp"

namespace holdup::modbus {
using ground::Failure;
using ground::FailureKind;
using ground::Quality;

namespace {

void label(reading::Point& point, const char* key, const std::string& value) {
  if (!value.empty()) point.labels.emplace_back(key, value);
}

std::span<const std::uint16_t> words_of(const Span& part, const Span& whole, const Answer& answer) {
  return std::span{answer.values}.subspan(part.address - whole.address, part.count);
}

std::string text_of(std::uint8_t code) { return "exception " + std::to_string(code) + ", " + std::string{exception_name(code)}; }

reading::Reading refused(reading::Reading reading, std::uint8_t code, std::string* raw) {
  if (raw) *raw = text_of(code);
  reading.quality = says_not_here(code) ? Quality::absent : Quality::failed;
  return reading;
}

void stand_for(reading::Reading& reading, const Exchange& exchange, bool first) {
  const auto end = first ? exchange.received : std::max(exchange.received, reading.time + reading.uncertainty);
  if (first || exchange.sent < reading.time) reading.time = exchange.sent;
  reading.uncertainty = end - reading.time;
}

}  // namespace

Span span_of(const profile::Register& field) { return {static_cast<Function>(field.function), field.address, profile::width(field)}; }

reading::Point located(reading::Point point, const profile::Register& field) {
  label(point, "part", field.rule.part);
  label(point, "index", field.index);
  label(point, "name", field.name);
  point.source = std::to_string(field.function) + ":" + std::to_string(field.address);
  return point;
}

Failure exception_failure(const Span& span, std::uint8_t code) {
  const FailureKind kind = says_not_here(code)      ? FailureKind::unsupported
                           : says_unreachable(code) ? FailureKind::timeout
                                                    : FailureKind::refused;
  return {kind, std::to_string(static_cast<int>(span.function)) + ":" + std::to_string(span.address) + ": " + text_of(code)};
}

reading::Reading Sweep::settle(const Source& source, std::uint32_t point, ground::Instant before, std::string* raw) const {
  reading::Reading reading{.point = point, .time = before};
  const Heard* heard = of(source.span);
  if (heard == nullptr) return reading;
  stand_for(reading, heard->exchange, true);
  if (const std::uint8_t code = heard->exchange.answer.exception) return refused(reading, code, raw);
  int power = 0;
  if (source.exponent) {
    const Heard* scale = of(*source.exponent);
    if (scale == nullptr) return reading;
    stand_for(reading, scale->exchange, false);
    if (const std::uint8_t code = scale->exchange.answer.exception) return refused(reading, code, raw);
    const auto told = exponent(words_of(*source.exponent, scale->span, scale->exchange.answer).front());
    if (!told) reading.quality = Quality::absent;
    if (!told) return reading;
    power = *told;
  }
  const auto words = words_of(source.span, heard->span, heard->exchange.answer);
  const profile::Converted converted = profile::convert(source.conversion, raw_number(*source.field, words), power);
  reading.value = converted.value;
  reading.quality = converted.quality;
  if (raw) *raw = raw_text(*source.field, words);
  return reading;
}

bool Sweep::learned() const {
  return std::ranges::any_of(heard_, [](const Heard& h) {
    const std::uint8_t code = h.exchange.answer.exception;
    return code == 0 || says_not_here(code) || says_later(code);
  });
}

std::optional<Failure> Sweep::trouble() const {
  for (const Heard& heard : heard_)
    if (const std::uint8_t code = heard.exchange.answer.exception) return exception_failure(heard.span, code);
  return std::nullopt;
}

/// What tells the registers; else the last refusal of them.
const Heard* Sweep::of(const Span& span) const {
  const Heard* refused = nullptr;
  for (const Heard& heard : heard_) {
    if (!heard.span.covers(span)) continue;
    if (heard.exchange.answer.exception == 0) return &heard;
    refused = &heard;
  }
  return refused;
}

}  // namespace holdup::modbus
