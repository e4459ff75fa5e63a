#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/modbus/question.hpp"
#include "drivers/modbus/spans.hpp"
#include "drivers/profile/profile.hpp"
#include "drivers/reading/reading.hpp"
#include "ground/result.hpp"

// One read of a device: what was heard of its registers, and the readings that follow. Pure. Used by Device.
namespace holdup::modbus {

/// How a point's value is made.
struct Source {
  const profile::Register* field;
  profile::Conversion conversion;
  Span span;
  std::optional<Span> exponent{};  // of the register that tells the value's scale
  bool first = false;              // asked before the others
};

[[nodiscard]] Span span_of(const profile::Register& field);
/// With a `part`, `index` and `name` as labels, and its source.
[[nodiscard]] reading::Point located(reading::Point point, const profile::Register& field);
/// "3:100: exception 2, illegal data address".
[[nodiscard]] ground::Failure exception_failure(const Span& span, std::uint8_t code);

/// What a span was answered with.
struct Heard {
  Span span;
  Exchange exchange;
};

class Sweep {
 public:
  /// So many answers are to come.
  void expect(std::size_t answers) { heard_.reserve(answers); }
  void hear(Span span, Exchange exchange) { heard_.push_back({span, std::move(exchange)}); }
  /// The value of a source, or why it has none; `before`: time of a reading that was never asked for.
  /// `raw`, where given, takes the device's own text of it.
  [[nodiscard]] reading::Reading settle(const Source& source, std::uint32_t point, ground::Instant before,
                                        std::string* raw = nullptr) const;
  /// In the order heard.
  [[nodiscard]] std::span<const Heard> heard() const { return heard_; }
  /// Something was told of the device, be it that it lacks a register, or that it is busy.
  [[nodiscard]] bool learned() const;
  /// The first exception, where there was one.
  [[nodiscard]] std::optional<ground::Failure> trouble() const;

 private:
  [[nodiscard]] const Heard* of(const Span& span) const;

  std::vector<Heard> heard_;
};

}  // namespace holdup::modbus
