#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "collector/site/site.hpp"

// How elements stand to each other in the chain, as the ledger asks it. Pure.
namespace holdup::incident {

using ground::Element;

class Branches {
 public:
  explicit Branches(const site::Site& site) : site_{&site} { learn_chains(); }
  void rebind(const site::Site& site) { site_ = &site, learn_chains(); }
  [[nodiscard]] const site::Site& site() const { return *site_; }

  [[nodiscard]] bool is_above(const Element& upper, const Element& lower) const;
  [[nodiscard]] bool is_at_or_above(const Element& upper, const Element& lower) const { return upper == lower || is_above(upper, lower); }
  /// One way or the other.
  [[nodiscard]] bool share(const Element& one, const Element& other) const { return is_at_or_above(one, other) || is_above(other, one); }
  /// The element carries a supply of the load, or the card that sees one.
  [[nodiscard]] bool touches(const Element& element, const Element& load) const;
  /// What is lost on each way of power to it, the nearest, where it has several and all are cut, as a PDU behind a transfer switch, and
  /// what hangs on that; otherwise nothing.
  using IsLost = std::function<bool(const Element&)>;
  [[nodiscard]] std::vector<Element> cuts(const Element& element, const IsLost& is_lost) const;
  /// It carries a supply of a load of which `worked_on` carries another, and that one not.
  [[nodiscard]] bool is_other_side(const Element& element, const Element& worked_on) const;
  /// A device or contact that reports a supply at or below `element`.
  [[nodiscard]] bool speaks_for(const Element& speaker, const Element& element) const;
  /// The card itself, or the path that its words take.
  [[nodiscard]] bool is_heard_by(const Element& card, const Element& path) const;
  /// Of what these cards tell: of their PDUs, and of the supplies that they report.
  [[nodiscard]] std::vector<Element> told_by(const std::vector<Element>& cards) const;
  /// It is in the site file.
  [[nodiscard]] bool knows(const Element& element) const;

 private:
  void learn_chains();
  [[nodiscard]] const std::vector<Element>& chain_of(const Element& element) const;
  [[nodiscard]] std::optional<site::Index> pdu_of(const Element& element) const;
  [[nodiscard]] bool knows_part(const Element& element) const;

  const site::Site* site_;
  // Of supplies, PDUs and feeds from the start, that no first loss waits for them, and of what else was asked for: each finding is held
  // against every open incident.
  mutable std::unordered_map<std::string, std::vector<Element>> chains_;
};

}  // namespace holdup::incident
