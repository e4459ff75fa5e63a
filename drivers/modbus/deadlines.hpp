#pragma once

#include <cstddef>
#include <vector>

#include "ground/instant.hpp"

// Who is due when: a heap that knows where each entry stands, so that one may be moved or taken out without a search. Pure. Commons keeps
// one for all connections of a loop, and a single timer to its front.
namespace holdup::modbus {

class Deadlines {
 public:
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    /// Its time has come, and it is out of the heap; or it was wanted at the end of a turn.
    virtual void due(ground::Instant now) = 0;
    /// The loop ends with it waiting: nobody will call it any more.
    virtual void abandoned() = 0;

   protected:
    ~Entry() = default;

   private:
    friend class Deadlines;
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
    std::size_t place_ = nowhere;
    ground::Instant when_{};
  };

  /// Instant::max(): never.
  void set(Entry& entry, ground::Instant when);
  [[nodiscard]] ground::Instant earliest() const { return heap_.empty() ? ground::Instant::max() : heap_.front()->when_; }
  /// Takes out one that is due; nullptr: none is.
  [[nodiscard]] Entry* take_due(ground::Instant now);
  [[nodiscard]] Entry* take_any() { return take_due(ground::Instant::max()); }

 private:
  void take_out(Entry& entry);
  void put(Entry* entry, std::size_t place);
  void rise(std::size_t place);
  void sink(std::size_t place);

  std::vector<Entry*> heap_;
};

}  // namespace holdup::modbus
