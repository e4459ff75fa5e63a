#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/coverage/picture.hpp"
#include "collector/coverage/term.hpp"
#include "collector/detect/verdict.hpp"

// What would show the loss of each supply and each feed, how soon at the worst, what would not, and on whom seeing it rests. Reckoned from
// the site and what is known of its devices; nothing is judged here. Serve answers `holdup coverage` with it. Pure.
namespace holdup::coverage {

/// What may be lost of a supply.
enum class Loss : std::uint8_t {
  above,    // the outlet, bank, PDU or feed that it hangs on
  input,    // its own input: the cord, a fuse
  output,   // the supply itself
  removal,  // it is taken out
  off,      // its outlet is switched off
};
inline constexpr std::array<std::string_view, 5> loss_names{"above", "input", "output", "removal", "off"};
[[nodiscard]] constexpr std::string_view name(Loss loss) { return loss_names[static_cast<std::size_t>(loss)]; }

struct Sign {
  std::string source;  // who speaks, or falls silent
  std::string point;   // as evidence names it
  std::string what;    // for people
  detect::Strength proves{};
  std::vector<Loss> sees;
  std::string only;  // on which condition; empty: always
  Delay delay;
  std::vector<std::string> needs;      // whose loss hides it
  std::vector<std::string> witnesses;  // who agree in it
  std::optional<Exercise> exercised;

  [[nodiscard]] bool shows(Loss loss) const;
};

struct Blind {
  std::string_view what;  // one word, for programs
  std::string text;
};

/// What shows one kind of loss: the first that speaks, and the first of those that prove most; of a sign that counts on some condition only
/// where there is no other.
struct Seen {
  Loss loss{};
  std::size_t first = 0, surest = 0;  // into the signs
};

struct Supply {
  Index supply = 0;
  std::vector<Sign> signs;
  std::vector<Seen> seen;
  std::vector<Blind> blind;
  std::string rests_on;                    // the one that alone sees the supply itself; empty: several, or none
  std::vector<std::string> single_points;  // without any of these nothing is seen of it
  std::vector<std::string> unknown;        // devices of which it is not known what they tell
  std::optional<ground::Utc> carried;

  [[nodiscard]] bool exercised() const;
};

struct Feed {
  Index feed = 0;
  std::vector<std::string> pdus;
  std::vector<Sign> signs;
  std::vector<Blind> blind;
};

struct Load {
  Index load = 0;
  std::vector<Blind> blind;
};

struct Coverage {
  std::vector<Supply> supplies;
  std::vector<Feed> feeds;
  std::vector<Load> loads;
};

[[nodiscard]] Coverage coverage_of(const Picture& picture);

}  // namespace holdup::coverage
