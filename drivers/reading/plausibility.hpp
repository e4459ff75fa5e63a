#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "drivers/reading/point.hpp"
#include "drivers/reading/reading.hpp"

// What the values of one device owe to each other: watts, voltamperes, volts and amperes of one part, outlets to their inlet, a current to
// its rating. A wrong divisor shows here, whoever made it. The core asks with every reply, `probe` once. Pure.
namespace holdup::reading {

inline constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// The points of one part: indices into the points of the device.
struct PowerGroup {
  std::uint32_t volts = none, amperes = none, watts = none, voltamperes = none;
  bool of_lines = false;  // one number for several lines, each of which the device tells, too
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  [[nodiscard]] std::vector<std::uint32_t> points() const;
};

/// The groups among the points: volts, amperes, and at least one of the powers, of one part, index and name.
[[nodiscard]] std::vector<PowerGroup> power_groups(std::span<const Point> points);

/// What cannot be, for a person; empty when it can. `values` by point, no_value where there is none. Small loads prove nothing: their
/// digits are too few.
[[nodiscard]] std::string implausible(const PowerGroup& group, std::span<const double> values);

/// What a profile says of a device's values beyond what is true of all: those of one part add up to those of another.
struct Invariant {
  std::string metric;       // "rack_power_watts"
  std::string sum, equals;  // parts: "outlet", "inlet"
  double within = 0.1;      // of the latter
};

/// Something that has to hold between values of one device.
struct Law {
  enum class Kind : std::uint8_t { power, sum, rating };
  Kind kind = Kind::power;
  std::string part;                  // for people: "outlet 1"
  PowerGroup group;                  // power
  std::vector<std::uint32_t> parts;  // sum: what adds up; rating: the current
  std::vector<std::uint32_t> whole;  // sum: to what; rating: the rating
  double within = 0.1;               // sum
  bool complete = false;             // sum: all parts are metered, so that it cannot be less either

  [[nodiscard]] std::vector<std::uint32_t> points() const;
  /// Enough is known to judge by it.
  [[nodiscard]] bool judges(std::span<const double> values) const;
};
/// Volts, amperes and watts of each part; outlets give no more than the inlet takes; a current stays near its rating; and what is declared.
[[nodiscard]] std::vector<Law> laws(std::span<const Point> points, std::span<const Invariant> invariants);

struct Doubt {
  std::string why;     // for a person; empty: nothing is broken
  bool spoils = true;  // the values themselves are no truth: a scale is wrong. A meter that is merely off still shows steps
};
[[nodiscard]] Doubt broken(const Law& law, std::span<const double> values);

/// Doubts of one device while it is read: three replies in a row that cannot be begin one, three that can end it.
class Doubts {
 public:
  Doubts() = default;
  explicit Doubts(std::span<const Point> points, std::span<const Invariant> invariants = {});

  enum class Opinion : std::uint8_t { none, fine, doubted };
  /// Takes in one reply. Good readings of what is doubted become out of range, unless only the meter is off. Returns what is doubted from
  /// now on, a sentence each.
  [[nodiscard]] std::vector<std::string> weigh(std::span<Reading> readings);
  /// There is nothing to judge by.
  [[nodiscard]] bool empty() const { return laws_.empty(); }
  /// Of the device: doubted while any of its parts is, none before the first was judged.
  [[nodiscard]] Opinion opinion() const;
  /// Everything that is doubted, a sentence each.
  [[nodiscard]] std::vector<std::string> all() const;

 private:
  struct Watched {
    Law law;
    ground::Duration patience{};
    unsigned contrary = 0;                                    // replies in a row that speak against the present opinion
    ground::Instant since{};                                  // the first of them
    Opinion opinion = Opinion::none, latest = Opinion::none;  // of the last reply
    Doubt doubt;
  };
  void judge(Watched& watched, ground::Instant now, std::vector<std::string>& begun) const;

  std::vector<Watched> laws_;
  std::vector<double> values_;  // of the reply at hand, by point; ratings stay
  std::vector<std::uint32_t> ratings_;
};

}  // namespace holdup::reading
