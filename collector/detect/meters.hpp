#pragma once

#include <deque>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collector/detect/judge.hpp"

// What the devices' meters of certain meanings said last, with the place that each measures. For judgements about the electricity itself,
// which rest on several meters of one device at a time.
namespace holdup::detect {

/// A judgement and what it is about.
struct Opinion {
  Verdict verdict{};
  ground::Element element;
  Judgement judgement;
};

struct Meter {
  Meaning means{};
  std::string part, index;  // labels of its point
  std::string point;        // for evidence
  Duration refresh{};       // as declared
  std::optional<double> value;
  std::optional<double> before;  // the value that it replaced
  Instant time{}, first{};       // of the value, and of the first that was heard
  bool fresh = false;            // the last question after it was answered, and well
  bool returned = false;         // … and the one before was not
  bool lived = false;            // has been other than 0: only then is 0 evidence

  [[nodiscard]] bool known() const { return value && fresh; }
  /// The earliest moment that the value may stand for.
  [[nodiscard]] Instant from() const { return time - refresh; }
  /// The number at the end of its index: 2 of "2", "L2", "1.2", and of "B". 0: none.
  [[nodiscard]] unsigned number() const;
};

class Meters {
 public:
  Meters(const site::Site& site, std::initializer_list<Meaning> wanted) : site_{site}, wanted_{wanted}, of_device_(site.devices.size()) {}

  void identified(Index device, std::span<const reading::Point> points);
  /// Calls took(meter) for each that said something good.
  template <class Took>
  void heard(Index device, std::span<const reading::Reading> readings, Took took) {
    OfDevice& of = of_device_[device];
    if (of.meters.empty()) return;
    for (const auto& reading : readings)
      if (Meter* meter = take(of, reading)) took(*meter);
  }
  void unanswered(Index device);

  [[nodiscard]] std::deque<Meter>& of(Index device) { return of_device_[device].meters; }
  [[nodiscard]] const std::deque<Meter>& of(Index device) const { return of_device_[device].meters; }
  [[nodiscard]] const Meter* find(Index device, Meaning means, unsigned number = 0) const;
  [[nodiscard]] Sign sign(Index device, const Meter& meter) const;

 private:
  struct OfDevice {
    std::vector<std::int32_t> of_point;  // −1: not wanted
    std::deque<Meter> meters;
  };
  [[nodiscard]] static Meter* take(OfDevice& of, const reading::Reading& reading);

  const site::Site& site_;
  std::vector<Meaning> wanted_;
  std::vector<OfDevice> of_device_;
};

/// It was measured anew since what is held began, so that it can disprove it.
[[nodiscard]] inline bool newer_than(const Meter& meter, const std::optional<Held>& held) { return !held || meter.from() > held->since; }

}  // namespace holdup::detect
