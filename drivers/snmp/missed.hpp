#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ground/instant.hpp"

// Questions that were given up and may still be answered: the latest few of each asker, for a minute. The clients of both kinds keep
// them by the number that the answer will bear. Pure.
namespace holdup::snmp {

template <class Asker, class Question>
class Missed {
 public:
  static constexpr std::size_t most = 5;  // of one asker
  static constexpr ground::Duration memory = std::chrono::minutes{1};

  struct Entry {
    Asker* asker = nullptr;
    ground::Instant asked{};
    Question question;
  };

  void remember(std::uint32_t id, Entry entry) {
    forget(id);
    auto& ids = of_asker_[entry.asker];
    if (ids.size() == most) {
      questions_.erase(ids.front());
      ids.erase(ids.begin());
    }
    ids.push_back(id);
    questions_.emplace(id, std::move(entry));
  }

  /// nullptr when it is not remembered, or asked too long ago.
  [[nodiscard]] const Entry* find(std::uint32_t id, ground::Instant now) const {
    const auto at = questions_.find(id);
    return at == questions_.end() || now - at->second.asked > memory ? nullptr : &at->second;
  }

  void forget(std::uint32_t id) {
    const auto at = questions_.find(id);
    if (at == questions_.end()) return;
    std::erase(of_asker_[at->second.asker], id);
    questions_.erase(at);
  }
  /// The asker is gone.
  void forget(const Asker* asker) {
    const auto at = of_asker_.find(asker);
    if (at == of_asker_.end()) return;
    for (const auto id : at->second) questions_.erase(id);
    of_asker_.erase(at);
  }

 private:
  std::unordered_map<std::uint32_t, Entry> questions_;
  std::unordered_map<const Asker*, std::vector<std::uint32_t>> of_asker_;
};

}  // namespace holdup::snmp
