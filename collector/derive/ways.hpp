#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "collector/site/site.hpp"

// Which ways power has to each supply, and which of them are lost: a site by indices, worked out once, so that it may be asked all the
// time. Pure.
namespace holdup::derive {

using site::Index;

/// What else is thought away: a feed, or a supply.
struct Without {
  std::optional<Index> feed{}, supply{};
};

class Ways {
 public:
  explicit Ways(const site::Site& site);

  /// What is lost from now on, instead of what was: supplies and what is above them, feeds, UPSs. True when that makes a difference.
  bool lose(std::span<const ground::Element> lost);
  /// The source that the switch before a PDU tells to be selected: 1 its feed, 2 its alternate; nothing: not told. True when it changes.
  bool select(Index pdu, std::optional<unsigned> source);

  /// The feed that carries a PDU; behind a transfer switch the selected one, else the first that lives.
  [[nodiscard]] std::optional<Index> carrier(Index pdu, const Without& without = {}) const;
  /// A supply without a cord lives until it is lost itself.
  [[nodiscard]] bool lives(Index supply, const Without& without = {}) const;
  /// Every feed that can carry a PDU, the preferred one first.
  [[nodiscard]] std::span<const Index> feeds(Index pdu) const { return feeds_[pdu]; }
  [[nodiscard]] site::Phases phases(Index supply) const { return phases_[supply]; }
  /// Feeds that carry, or can carry, any supply of the load.
  [[nodiscard]] std::span<const Index> feeds_of_load(Index load) const { return feeds_of_load_[load]; }

 private:
  [[nodiscard]] bool feed_lives(Index feed, const Without& without) const { return !feed_lost_[feed] && without.feed != feed; }

  const site::Site& site_;
  std::vector<std::vector<Index>> feeds_;  // by device
  std::vector<std::vector<Index>> feeds_of_load_;
  std::vector<site::Phases> phases_;  // by supply
  std::map<ground::Element, std::vector<Index>> supplies_below_, feeds_below_;
  std::vector<bool> supply_lost_, feed_lost_;
  std::vector<std::optional<unsigned>> selected_;  // by device
};

}  // namespace holdup::derive
