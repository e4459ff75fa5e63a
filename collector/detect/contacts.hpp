#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/site/site.hpp"
#include "ground/instant.hpp"

// What the dry contacts say, as the relays and wires that they are: an edge counts once the level held for its `qualify`; the sides of a
// change-over pair may agree while it flies, no longer; what chatters says nothing; all contacts of one common that fall within a
// millisecond are that common's wetting supply, or its chip. Facts hold one; Judge asks it. Pure.
namespace holdup::detect {

using ground::Duration;
using ground::Instant;
using site::Index;

/// One side of a contact: the line that `source` names, or `pair`, the other side of a change-over contact.
enum class Side : std::uint8_t { own, pair };

/// A level as the driver tells it.
struct SideLevel {
  Index contact = 0;
  Side side = Side::own;
  std::optional<bool> open;  // nothing: it cannot be read
  Instant at{};
  Duration uncertainty{};
  bool found = false;  // as it was when the line was opened: no edge
};

class Contacts {
 public:
  enum class Trouble : std::uint8_t { none, unreadable, sides_agree, chatters };

  struct Fact {
    std::optional<bool> open;  // nothing: not known yet, in flight, or in trouble
    Instant since{};           // the first edge that led here
    Duration uncertainty{};
    Trouble trouble = Trouble::none;
    Instant trouble_since{};
    bool found = false;      // it has been as it is since it was first read: no edge was seen
    bool exercised = false;  // it changed since the start
  };

  explicit Contacts(const site::Site& site);

  void take(const SideLevel& level);
  /// Moves time on; true when a fact changed.
  bool settle(Instant now);
  [[nodiscard]] std::optional<Instant> next_due() const { return next_due_; }
  /// Whose fact changed since the last call.
  [[nodiscard]] std::vector<Index> take_changed() { return std::exchange(changed_, {}); }

  [[nodiscard]] const Fact& fact(Index contact) const { return wires_[contact].fact; }
  /// All contacts that share this one's common, it among them.
  [[nodiscard]] std::span<const Index> mates(Index contact) const { return commons_[wires_[contact].common]; }
  /// Every contact of its common, two at least, fell within a millisecond of the others, and none has risen since.
  [[nodiscard]] bool fell_together(Index contact) const;
  /// Both sides of a change-over pair moved: such a word proves itself.
  [[nodiscard]] bool is_supervised(Index contact) const { return !site_.contacts[contact].pair.empty(); }

 private:
  struct Level {
    std::optional<bool> open;
    Instant at{};
    Duration uncertainty{};
  };
  struct Wire {
    std::array<Level, 2> sides;      // by Side
    std::deque<Instant> stirs;       // when changes of any side began, lately: a bounce is one
    Instant stirred{};               // the last of these changes
    std::optional<Level> departure;  // the first change that left what the fact says
    Instant moved{};                 // the last word of a side
    bool found = false;              // … was no edge
    std::size_t common = 0;
    Fact fact;
  };

  bool settle(Index contact, Instant now);
  static void stir(Wire& wire, Instant at);
  [[nodiscard]] bool chatters(const Wire& wire, Instant now) const;
  bool believe(Wire& wire, bool open);
  bool distrust(Wire& wire, Trouble trouble, Instant since);
  void wake_at(Instant at) { next_due_ = next_due_ ? std::min(*next_due_, at) : at; }

  const site::Site& site_;
  std::vector<Wire> wires_;                  // by contact
  std::vector<std::vector<Index>> commons_;  // their contacts
  std::optional<Instant> next_due_;
  std::vector<Index> changed_;
};

inline constexpr std::array<std::string_view, 4> trouble_names{"none", "cannot be read", "both sides of the pair say the same", "chatters"};
[[nodiscard]] constexpr std::string_view name(Contacts::Trouble trouble) { return trouble_names[static_cast<std::size_t>(trouble)]; }

}  // namespace holdup::detect
