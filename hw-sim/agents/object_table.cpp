#include "hw-sim/agents/object_table.hpp"

namespace hwsim::agents {

std::size_t ObjectTable::lower_bound(const Oid& wanted) const {
  std::size_t first = 0;
  std::size_t last = size();
  while (first < last) {
    const auto middle = first + (last - first) / 2;
    if (oid(middle) < wanted)
      first = middle + 1;
    else
      last = middle;
  }
  return first;
}

std::size_t ObjectTable::find(const Oid& wanted) const {
  const auto at = lower_bound(wanted);
  return at < size() && oid(at) == wanted ? at : size();
}

}  // namespace hwsim::agents
