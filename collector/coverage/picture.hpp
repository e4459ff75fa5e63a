#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collector/coverage/exercise.hpp"
#include "collector/coverage/term.hpp"
#include "collector/site/site.hpp"
#include "drivers/reading/pace.hpp"
#include "drivers/reading/point.hpp"

// What is known of every device: on paper by its profile, of a running daemon by what it answered. Serve and the verb `coverage` make one.
// Pure.
namespace holdup::coverage {

using site::Index;

struct DeviceView {
  enum class Known : std::uint8_t { nothing, profile, answers };
  Known known = Known::nothing;
  bool exact = false;                    // points have all their labels; else an outlet may be any
  std::vector<reading::Point> points;    // those that mean something
  std::vector<Duration> periods;         // by point
  Duration timeout{};                    // of the question that shows whether it lives
  std::optional<Duration> learned = {};  // refresh, as its changes show
  std::optional<Duration> round_trip = {};
  double slowdown = 1;                      // times that its periods are longer, since it suffered
  std::optional<ground::Utc> trapped = {};  // when it last called
};

/// Of which no profile is written: how long it is waited for is all that is known.
[[nodiscard]] DeviceView unknown(const site::Device& device);
/// As a profile says, before it was ever asked.
[[nodiscard]] DeviceView on_paper(const site::Device& device, std::span<const reading::Point> points, const reading::Pace& pace,
                                  bool exact);

struct Picture {
  const site::Site& site;
  std::vector<DeviceView> devices;                       // by device
  std::vector<std::optional<ground::Utc>> carried = {};  // by supply: when it last was seen to carry load
  std::vector<std::optional<ground::Utc>> moved = {};    // by contact: when it last moved
  const Exercises* exercises = nullptr;                  // on paper: none
  [[nodiscard]] bool live() const { return exercises != nullptr; }
};

/// From the moment at which a value changes: until the device has measured it, is asked, and has answered.
[[nodiscard]] Delay heard(const Picture& picture, Index device, std::size_t point);
/// … at which a device dies: until as many questions stayed unanswered as make a silence.
[[nodiscard]] Delay silent(const Picture& picture, Index device);
/// … at which a contact's voltage goes.
[[nodiscard]] Delay opened(const site::Contact& contact);
/// All that has to live for a device's word to come here: itself, its line or host, the switches between.
[[nodiscard]] std::vector<std::string> way_of(const site::Site& site, Index device);

}  // namespace holdup::coverage
