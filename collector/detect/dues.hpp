#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "ground/instant.hpp"

// Moments at which some must be looked at again, one each, the next at hand. The detector and its watchers keep them.
namespace holdup::detect {

template <class Who>
class Dues {
 public:
  void set(const Who& who, ground::Instant when) {
    const auto [at, first] = when_.try_emplace(who, when);
    if (!first) order_.erase({std::exchange(at->second, when), who});
    order_.emplace(when, who);
  }
  void clear(const Who& who) {
    const auto at = when_.find(who);
    if (at == when_.end()) return;
    order_.erase({at->second, who});
    when_.erase(at);
  }
  /// Those whose moment has come, the earliest first; they have none any more.
  [[nodiscard]] std::vector<Who> take(ground::Instant now, std::size_t most = ~std::size_t{0}) {
    std::vector<Who> out;
    while (out.size() < most && !order_.empty() && order_.begin()->first <= now) {
      out.push_back(order_.begin()->second);
      clear(out.back());
    }
    return out;
  }
  [[nodiscard]] std::optional<ground::Instant> next() const { return order_.empty() ? std::nullopt : std::optional{order_.begin()->first}; }

 private:
  std::map<Who, ground::Instant> when_;
  std::set<std::pair<ground::Instant, Who>> order_;
};

}  // namespace holdup::detect
