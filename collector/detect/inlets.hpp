#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/detect/dues.hpp"
#include "collector/detect/meters.hpp"

// The lines of an inlet as its PDU measures them: a phase that is gone, a neutral that is gone, a sag, a swell. A voltage that every PDU
// of a feed measured is the feed's; a phase or a neutral is the feed's only where two see it, since one may have lost it in its own plug.
namespace holdup::detect {

class Inlets {
 public:
  Inlets(const site::Site& site, const Facts& facts, HeldBy held);

  void identified(Index device, std::span<const reading::Point> points);
  /// True when a line came into another band: what is said may change.
  bool heard(Index device, std::span<const reading::Reading> readings);
  void unanswered(Index device) { meters_.unanswered(device), missed_[device] = true; }
  void weigh(std::span<const Index> feeds, Instant now, std::vector<Opinion>& out);
  /// Feeds that must be weighed again even if nothing is heard.
  [[nodiscard]] std::optional<Instant> next_due() const { return dues_.next(); }
  [[nodiscard]] std::vector<Index> take_due(Instant now) { return dues_.take(now); }
  /// The lines of its inlet that are gone, as it sees them or as its feed's loss is told.
  [[nodiscard]] site::Phases lost_lines(Index device) const;
  /// Its card lived from a line that its feed has lost, and is silent with it.
  [[nodiscard]] bool died_with_line(Index device) const { return died_with_line_[device]; }
  /// Voltage that came back far too high, since the last call.
  [[nodiscard]] std::vector<Finding> take_hazards() { return std::exchange(hazards_, {}); }

 private:
  using Devices = std::vector<Index>;
  /// Away from nominal: between which moments, and how far. Shares of nominal.
  struct Episode {
    Instant good_before{}, first{}, last{};
    std::optional<Instant> good_after;
    double least = 1, most = 1;
  };
  /// What the lines of one inlet look like together.
  struct Picture {
    std::vector<const Meter*> lines;  // to neutral; of a delta from a line to the next
    double least = 0, most = 0;       // of nominal
    site::Phases lost = 0, told = 0;  // lines that are gone while others are not; lines that would be seen to go
    std::optional<Strength> neutral;  // it is gone, so surely
    [[nodiscard]] bool good() const;
    [[nodiscard]] bool sags() const;
    [[nodiscard]] bool swells() const;
  };

  [[nodiscard]] double nominal(Index device, const Meter& meter) const;
  void follow(Index device);
  void note_return(Index device, const Meter& meter);
  [[nodiscard]] bool is_mean(Index device, const Meter& meter) const;
  [[nodiscard]] std::optional<Picture> picture(Index device) const;
  [[nodiscard]] std::optional<bool> between_normal(Index device, site::Phases of) const;
  void find_neutral(Index device, Picture& picture) const;
  void find_lost(Index device, Picture& picture) const;
  void find_lost_of_delta(Index device, Picture& picture) const;

  void weigh_feed(Index feed, Instant now, std::vector<Opinion>& out);
  [[nodiscard]] bool all_have_told(const Devices& pdus, Instant now) const;
  template <class Is>
  void weigh(Verdict verdict, Index feed, const Devices& pdus, unsigned least_witnesses, Is is, std::vector<Opinion>& out) const;
  void weigh_phase(unsigned line, Index feed, const Devices& pdus, std::vector<Opinion>& out);
  [[nodiscard]] static bool is_dead_since(const Held& held, const ground::Element& element, const Meter& meter);
  void note_lost(unsigned line, const Devices& able, const Devices& seeing, const Devices& dead);
  [[nodiscard]] std::optional<Strength> died_beside(Index device, const Devices& seeing) const;
  [[nodiscard]] bool awaits_card(Index device, const Devices& pdus, Instant now) const;
  [[nodiscard]] Judgement fine(Verdict verdict, const ground::Element& element, const Devices& pdus) const;
  [[nodiscard]] std::vector<Sign> signs(Verdict verdict, const Devices& pdus) const;
  [[nodiscard]] Sign note(Index device, std::string text) const;
  [[nodiscard]] std::string borne_by(const Devices& pdus) const;
  [[nodiscard]] std::string supplies_on(const Devices& pdus, unsigned line) const;
  [[nodiscard]] std::string length_of(Index device) const;

  const site::Site& site_;
  const Facts& facts_;
  HeldBy held_;
  Meters meters_;
  std::vector<Devices> pdus_;                      // by feed
  std::vector<bool> looked_at_;                    // by feed: something is not in order, or may be held
  std::vector<std::optional<Episode>> episodes_;   // by device: the present one, or the last
  std::vector<Instant> last_good_;                 // by device: its lines were in order
  std::vector<std::optional<Instant>> odd_since_;  // by device
  std::vector<bool> missed_;                       // by device: it was silent since its lines were told last
  std::vector<bool> died_with_line_;               // by device
  std::vector<site::Phases> lost_;                 // by device: lines that are told as lost
  std::vector<Finding> hazards_;
  Dues<Index> dues_;
};

}  // namespace holdup::detect
