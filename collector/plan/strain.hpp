#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "ground/instant.hpp"

// Whether one device suffers from being asked: its round trips climb to several times what they were, or it restarts again and again
// while it is polled. Then its lanes slow down, four times at most, and come back step by step. Plan keeps one a device. Pure.
namespace holdup::plan {

class Strain {
 public:
  /// What a person should hear, once each time it begins or ends.
  struct News {
    enum class Kind : std::uint8_t { slower, restarts, eased, accepted };  // accepted: slow whatever we do, and no more our doing
    Kind kind{};
    ground::Duration round_trip{}, usual{};
    unsigned slowdown = 1;  // from now on
  };

  /// Of one question to the first lane, always about as long.
  [[nodiscard]] std::optional<News> round_trip(ground::Duration took, ground::Instant now);
  /// What the device says of its own uptime.
  [[nodiscard]] std::optional<News> uptime(double seconds, ground::Instant now);

  /// How many times longer the periods of its lanes are now: 1, 2 or 4.
  [[nodiscard]] unsigned slowdown() const { return 1u << level_; }
  /// The usual round trip, once it is known.
  [[nodiscard]] std::optional<ground::Duration> usual() const { return windows_ >= enough_windows ? std::optional{usual_} : std::nullopt; }

 private:
  [[nodiscard]] std::optional<News> weigh(ground::Duration least, ground::Duration middle, ground::Instant now);
  [[nodiscard]] std::optional<News> told(News::Kind kind, ground::Duration round_trip) const {
    return News{.kind = kind, .round_trip = round_trip, .usual = usual_, .slowdown = slowdown()};
  }
  void follow(ground::Duration middle);

  static constexpr std::uint32_t enough_windows = 4;
  static constexpr unsigned top = 2;  // four times slower

  std::array<ground::Duration, 5> window_{};
  std::uint32_t filled_ = 0, windows_ = 0;
  ground::Duration usual_{};
  unsigned level_ = 0;
  ground::Instant since_{};                              // the level was raised from 0
  ground::Instant held_until_ = ground::Instant::min();  // after restarts
  std::optional<double> uptime_;
  std::optional<ground::Instant> restarted_;
};

}  // namespace holdup::plan
