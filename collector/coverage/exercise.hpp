#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "store/record/event.hpp"

// When each sign was last seen to show a loss, and when a supply that stands by last carried load: folded from the events that were said,
// by serve's mirror. A sign that never was is untested, whatever its data sheet says. Pure.
namespace holdup::coverage {

/// The last loss that a sign showed.
struct Exercise {
  ground::Utc time{};              // of the sign
  ground::Duration after_first{};  // how long after the first sign of that incident
  std::string verdict, strength;
  std::string event;  // id
};

class Exercises {
 public:
  /// Again and again of the same event, too.
  void fold(const record::Event& event);

  /// Of a sign, in a loss of any of these elements; the newest.
  [[nodiscard]] const Exercise* last(std::string_view source, std::string_view point, std::span<const ground::Element> of) const;
  /// When it was told that the supply carried until then; nothing: never.
  [[nodiscard]] std::optional<ground::Utc> carried(const ground::Element& supply) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // element that was lost, source, point
  std::map<Key, Exercise> last_;
  std::map<std::string, ground::Utc> first_signs_;  // by incident that is open
  std::map<std::string, ground::Utc> carried_;      // by supply
};

/// How evidence names what is no value of a point.
inline constexpr std::string_view silence_point = "silence", trap_point = "trap";

}  // namespace holdup::coverage
