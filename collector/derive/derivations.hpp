#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "collector/derive/autonomy.hpp"
#include "collector/derive/headroom.hpp"
#include "collector/derive/margin.hpp"
#include "collector/detect/dues.hpp"
#include "collector/detect/standing.hpp"

// The series that are reckoned from what was heard: holdup_supply_on, holdup_redundancy, holdup_headroom_amperes, holdup_autonomy_seconds,
// holdup_holdup_margin_seconds
// (docs/configuration.md has their labels). Reckoned anew is only what an input bears upon, at most once a second, and a bounded number in
// one call; what could not be done waits for the next. The core keeps one, in the second half of its step. Pure.
namespace holdup::derive {

using ground::Duration;
using ground::Instant;

struct Name {
  std::string metric;
  std::vector<std::pair<std::string, std::string>> labels;  // sorted, none empty
  auto operator<=>(const Name&) const = default;
};

/// A series' value from now on; nothing: it ends here.
struct Told {
  std::uint32_t series = 0;
  std::optional<double> value;
};

class Derivations {
 public:
  static constexpr Duration least_gap = std::chrono::seconds{1};  // between two reckonings of one series
  static constexpr Duration repeat = std::chrono::minutes{1};     // well inside the rules' look-back
  static constexpr std::size_t most_at_once = 64;

  /// Facts outlive it.
  Derivations(const site::Site& site, const detect::Facts& facts);
  Derivations(const Derivations&) = delete;
  Derivations& operator=(const Derivations&) = delete;

  void identified(Index device, std::span<const reading::Point> points, Instant now);
  void heard(Index device, std::span<const reading::Reading> readings, Instant now);
  void unanswered(Index device, Instant now) { touch(device, now); }
  void doubt(Index device, bool doubted, Instant now);
  /// What is held: elements that are lost, and stores of energy that would not carry.
  void hold(std::span<const ground::Element> lost, std::set<ground::Element> unavailable, Instant now);

  /// What is said of supplies and loads from now on; told at once.
  void stand(std::span<const detect::Standing> standings, Instant now);

  /// What is to be told; each series at least every `repeat` while it has a value.
  [[nodiscard]] std::vector<Told> renew(Instant now);
  [[nodiscard]] const Name& name(std::uint32_t series) const { return items_[series].name; }
  /// Series that have a value.
  [[nodiscard]] std::vector<std::uint32_t> standing() const;

 private:
  enum class Kind : std::uint8_t { headroom, autonomy, margin, standing, gone };
  struct Item {
    Kind kind = Kind::gone;
    Name name;
    Breaker breaker{};
    Store store{};
    Index supply = 0;
    std::optional<double> standing{};
    std::optional<double> value{};
    Instant said{};
    Instant reckoned = Instant::min();
  };

  std::uint32_t add(Item item);
  void add_breaker(const Breaker& breaker);
  [[nodiscard]] Name name_of(const char* metric, Index supply) const;
  [[nodiscard]] Name name_of(const detect::Standing& standing) const;
  void concerns(Index device, std::uint32_t item);
  void touch(Index device, Instant now);
  void follow_switches(Index device);
  [[nodiscard]] Name name_of(const Breaker& breaker) const;
  [[nodiscard]] std::optional<double> reckon(const Item& item) const;

  const site::Site& site_;
  const detect::Facts& facts_;
  Ways ways_;
  detect::Meters meters_;
  Carried carried_;
  Headroom headroom_;
  Autonomy autonomy_;
  Margin margin_;
  std::vector<Item> items_;
  std::map<Name, std::uint32_t> by_name_;
  std::vector<std::vector<std::uint32_t>> of_device_, of_breakers_;  // by device: what its word bears upon; its own breakers
  std::vector<std::optional<Index>> switch_of_;                      // by device: the PDU before which the switch stands that it reports
  detect::Dues<Index> devices_;                                      // to be looked at
  std::vector<Instant> looked_;                                      // by device
  detect::Dues<std::uint32_t> due_;
};

}  // namespace holdup::derive
