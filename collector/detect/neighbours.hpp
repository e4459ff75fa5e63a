#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "collector/site/site.hpp"

// Who stands beside, above and below whom in a site, worked out once: what is heard of one device bears upon few others, and a judgement
// asks at every reading who they are. Facts keep them. Pure.
namespace holdup::detect {

using site::Index;

class Neighbours {
 public:
  explicit Neighbours(const site::Site& site);

  /// What an element's name stands for.
  struct Subject {
    enum class Kind : std::uint8_t { supply, load, device, feed, path };
    Kind kind{};
    Index index = 0;
  };
  using Indices = std::vector<Index>;

  /// Of a bank, phase, outlet or source: its device. Nothing where the site has no such element.
  [[nodiscard]] std::optional<Subject> find(const ground::Element& element) const;

  [[nodiscard]] const Indices& pdus_on(Index feed) const { return of_feed_[feed]; }
  /// The devices that are reached the same way, the device itself among them.
  [[nodiscard]] const Indices& beside(Index device) const { return of_path_[path_[device]]; }
  [[nodiscard]] Index path(Index device) const { return path_[device]; }
  [[nodiscard]] const Indices& on_path(Index path) const { return of_path_[path]; }
  [[nodiscard]] std::size_t paths() const { return of_path_.size(); }
  /// Corded to the device; reported by it.
  [[nodiscard]] const Indices& supplies_on(Index device) const { return supplies_on_[device]; }
  [[nodiscard]] const Indices& supplies_of(Index device) const { return supplies_of_[device]; }
  /// Loads that the device feeds, or reports anything of.
  [[nodiscard]] const Indices& loads(Index device) const { return loads_[device]; }
  [[nodiscard]] const Indices& contacts(Index supply) const { return contacts_[supply]; }
  [[nodiscard]] std::optional<Index> bank(Index supply) const { return bank_[supply]; }
  /// The chain above a supply, nearest first.
  [[nodiscard]] const std::vector<ground::Element>& above(Index supply) const { return above_[supply]; }

 private:
  void name_all(const site::Site& site);

  std::vector<Indices> of_feed_, of_path_, supplies_on_, supplies_of_, loads_, contacts_;
  Indices path_;  // by device
  std::vector<std::optional<Index>> bank_;
  std::vector<std::vector<ground::Element>> above_;
  std::unordered_map<std::string, Subject> subjects_;  // by element
};

}  // namespace holdup::detect
