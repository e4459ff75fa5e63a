#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

// Answers of objects that never change, by the request without its id: what lets one process be a thousand devices. Shared by all agents
// of one recording.
namespace hwsim::agents {

class AnswerCache {
 public:
  /// Null when this was not asked before.
  [[nodiscard]] const std::string* find(const std::string& request) const {
    const auto at = answers_.find(request);
    return at == answers_.end() ? nullptr : &at->second;
  }
  void keep(std::string request, std::string answer) {
    if (answers_.size() >= most_answers) answers_.clear();
    answers_.emplace(std::move(request), std::move(answer));
  }

 private:
  static constexpr std::size_t most_answers = 4096;
  std::unordered_map<std::string, std::string> answers_;
};

}  // namespace hwsim::agents
