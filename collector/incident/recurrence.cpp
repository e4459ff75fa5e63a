#include "collector/incident/recurrence.hpp"

namespace holdup::incident {

std::size_t Recurrence::begins(const Named& what, ground::Utc at) {
  if (begun_.size() >= most) forget(at - lately);
  auto& times = begun_[what];
  while (!times.empty() && (times.front() < at - lately || times.front() > at)) times.pop_front();
  times.push_back(at);
  return times.size();
}

void Recurrence::forget(ground::Utc before) {
  std::erase_if(begun_, [&](const auto& one) { return one.second.back() < before; });
  if (begun_.size() >= most) begun_.clear();
}

}  // namespace holdup::incident
