#include "collector/coverage/term.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace holdup::coverage {

Duration Delay::least() const {
  Duration out{};
  for (const Term& term : terms) out += term.length.value_or(Duration{});
  return out;
}

Basis Delay::basis() const {
  auto out = Basis::measured;
  for (const Term& term : terms) out = std::max(out, term.length ? term.basis : Basis::unknown);
  return out;
}

std::optional<Duration> Delay::worst() const { return basis() == Basis::unknown ? std::nullopt : std::optional{least()}; }

// What is not known counts as longer than all that is.
bool Delay::shorter_than(const Delay& other) const {
  return std::tuple{!worst().has_value(), least()} < std::tuple{!other.worst().has_value(), other.least()};
}

void Delay::add(Delay other) {
  terms.insert(terms.end(), std::make_move_iterator(other.terms.begin()), std::make_move_iterator(other.terms.end()));
}

}  // namespace holdup::coverage
