#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>

// Values that many devices of a loop have alike, each kind kept once as long as a device holds it: devices of one kind share theirs, and
// with it the processor's cache. The drivers' read plans are kept so. Pure.
namespace holdup::drivers {

/// `T` compares, and has a hash() that equal ones share.
template <class T>
class Kinds {
 public:
  [[nodiscard]] std::shared_ptr<const T> shared(T one) {
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
    const auto hash = one.hash();
    auto known = known_[hash].lock();
    if (known && *known == one) return known;
    auto fresh = std::make_shared<const T>(std::move(one));
    if (!known) known_[hash] = fresh;
    return fresh;
  }

 private:
  std::unordered_map<std::size_t, std::weak_ptr<const T>> known_;  // by hash
};

}  // namespace holdup::drivers
