#pragma once

#include <vector>

#include "collector/detect/neighbours.hpp"

// What is to be judged anew: what was heard of, and whatever that may bear upon. Lists hold nothing twice. The detector keeps one. Pure.
namespace holdup::detect {

class Round {
 public:
  class List {
   public:
    explicit List(std::size_t size) : in_(size) {}
    /// False when it was in already.
    bool add(Index one) {
      if (in_[one]) return false;
      in_[one] = true;
      all_.push_back(one);
      return true;
    }
    void clear() {
      for (const Index one : all_) in_[one] = false;
      all_.clear();
    }
    [[nodiscard]] bool has(Index one) const { return in_[one]; }
    [[nodiscard]] const std::vector<Index>& all() const { return all_; }
    void sort();

   private:
    std::vector<Index> all_;
    std::vector<bool> in_;
  };

  Round(const site::Site& site, const Neighbours& neighbours);

  /// A device's word: on itself, on the loads that it feeds or reports, and on all that these hang on.
  void add_device(Index device);
  void add_load(Index load);
  /// A verdict: on what stands below its element, and above.
  void add(const ground::Element& element);
  void add_contacts();
  void add_all();
  void take_in(const Round& other);
  void clear();
  /// By index, so that what is said together is said in the same order always.
  void sort();

  [[nodiscard]] bool empty() const { return devices.all().empty() && loads.all().empty() && contacts.all().empty(); }

  List supplies, loads, devices, banks, feeds, contacts;

 private:
  const site::Site& site_;
  const Neighbours& neighbours_;
};

}  // namespace holdup::detect
