#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "collector/detect/facts.hpp"

// Evidence → judgement, one function a kind of verdict. A judgement says lost, fine or cannot tell; the detector latches what was lost
// until a judgement of the same thing says fine.
namespace holdup::detect {

struct Judgement {
  enum class Kind : std::uint8_t { cannot_tell, fine, lost };
  Kind kind = Kind::cannot_tell;
  Strength strength{};
  std::vector<Sign> signs;

  [[nodiscard]] static Judgement lost(Strength strength, std::vector<Sign> signs) { return {Kind::lost, strength, std::move(signs)}; }
  [[nodiscard]] static Judgement fine(std::vector<Sign> signs) { return {Kind::fine, {}, std::move(signs)}; }
};

/// What the detector holds open: strength and since when, or nothing.
struct Held {
  Strength strength{};
  Instant since{};
  bool adopted = false;  // from before a start, and nothing heard since says it anew
};
using HeldBy = std::function<std::optional<Held>(Verdict, const ground::Element&)>;
/// Whether it holds anything at all.
using IfAny = std::function<bool()>;
/// Whether something is reported in this word, which a reading may know better: only then, and of what is held, does it matter on what a
/// good judgement rests.
using IfReported = std::function<bool(Verdict)>;

/// The lines of its inlet that a PDU, or its feed, has lost.
using LostLines = std::function<site::Phases(Index pdu)>;

class Judge {
 public:
  Judge(const site::Site& site, const Facts& facts, HeldBy held, IfAny holds_any, IfReported reported, LostLines lost_lines)
      : site_{site},
        facts_{facts},
        held_{std::move(held)},
        holds_any_{std::move(holds_any)},
        reported_{std::move(reported)},
        lost_lines_{std::move(lost_lines)} {}

  [[nodiscard]] Judgement supply_removed(Index supply) const;
  [[nodiscard]] Judgement supply_input(Index supply) const;
  [[nodiscard]] Judgement supply_output(Index supply) const;
  [[nodiscard]] Judgement supply_off(Index supply) const;       // its outlet is switched off
  [[nodiscard]] Judgement supply_silently(Index supply) const;  // by its outlet's current alone
  [[nodiscard]] Judgement pdu(Index device) const;
  [[nodiscard]] Judgement feed(Index feed) const;
  /// All that report the load or a part of it were asked since the start.
  [[nodiscard]] bool met(Index load) const;
  [[nodiscard]] Judgement load(Index load) const;
  [[nodiscard]] Judgement paths(Index load) const;
  [[nodiscard]] Judgement ups(Index device) const;
  [[nodiscard]] Judgement contact(Index contact) const;
  [[nodiscard]] Judgement common(Index contact) const;  // of all that share its wetting supply, or chip
  [[nodiscard]] Judgement telemetry(Index device, Instant now) const;
  /// A loss lies between the last sign of power and the first sign of none.
  struct Between {
    Instant start, end;
    Duration blur{};  // what was read at `start` may be so old: it may have happened so long before
  };
  /// What the siblings of the supplies on a PDU did meanwhile: for a PDU that itself saw nothing.
  struct Beside {
    bool seen = false;              // all that carry power were watched throughout …
    std::optional<Strength> moved;  // … and those of one took over, for a while, what it carried
    std::vector<Sign> signs;
  };
  [[nodiscard]] Beside beside(Index device, Between when) const;
  /// Of a switch, or of `self`: the common network. By its number among neighbours.
  [[nodiscard]] Judgement telemetry_of_path(Index path, Instant now) const;

  /// How sure it is that a supply gives nothing: by verdicts held on it or above it.
  struct Condition {
    enum class Kind : std::uint8_t { cannot_tell, fine, lost };
    Kind kind = Kind::cannot_tell;
    Strength strength{};
    const Track* by = nullptr;  // what it rests on, where that is a reading …
    std::optional<Sign> sign;   // … and where it is anything else
  };
  [[nodiscard]] Condition condition(Index supply) const;
  void append(std::vector<Sign>& signs, Condition condition) const;
  /// What the supply carries, by the best meter of it; nullptr where there is none.
  [[nodiscard]] const Track* power_of(Index supply) const;
  /// The siblings took over, within ±15 %, what the supply carried before.
  [[nodiscard]] bool fell_just_then(Index supply, Instant at) const;
  [[nodiscard]] std::optional<std::vector<Sign>> transferred(Index supply, Between when) const;
  /// When what fell may have fallen, where its device stood still before it told so; nothing where it did not.
  [[nodiscard]] std::optional<Between> while_it_stood(const Track& meter, const Between& fell) const;
  [[nodiscard]] std::optional<Sign> voltage_gone(Index device) const;
  [[nodiscard]] std::optional<Sign> voltage_good(Index device) const;
  /// The output of the UPS before the feed, as its card measures it: the surest of what is gone, or good; nothing where it does not tell.
  [[nodiscard]] std::optional<Sign> source_gone(Index feed) const;
  [[nodiscard]] const Track* source_good(Index feed) const;
  /// Its own status speaks: it is heard, and has not gone with the supply.
  [[nodiscard]] bool status_tells(Index supply) const;
  /// Those of these lines of a PDU that are gone.
  [[nodiscard]] site::Phases lost_lines(Index pdu, site::Phases of) const { return of != 0 ? lost_lines_(pdu) & of : site::Phases{}; }
  /// What a PDU gives is too low, by what is held.
  [[nodiscard]] bool sags(Index pdu) const;
  /// A loss of its input is held, on it or above it, and nothing measured since says otherwise.
  [[nodiscard]] bool without_input(Index supply) const;
  /// A loss is held on what the supply hangs on.
  [[nodiscard]] std::optional<Held> held_above(Index supply) const;

 private:
  [[nodiscard]] Judgement without_battery(Index load, Instant since, Judgement lost) const;
  using ElementOf = const ground::Element& (site::Site::*)(Index) const;
  [[nodiscard]] std::optional<Held> held(Verdict verdict, ElementOf element, Index index) const {
    return holds_any_() ? held_(verdict, (site_.*element)(index)) : std::nullopt;
  }
  [[nodiscard]] bool matters(Verdict verdict, const std::optional<Held>& held) const { return held || reported_(verdict); }
  [[nodiscard]] bool matters(Verdict verdict, ElementOf element, Index index) const {
    return matters(verdict, held(verdict, element, index));
  }
  [[nodiscard]] Judgement fine(Verdict verdict, const std::optional<Held>& held, const Track& by) const {
    return Judgement::fine(matters(verdict, held) ? std::vector<Sign>{by.sign(site_)} : std::vector<Sign>{});
  }
  /// What a supply's contacts say: all that can be believed; those that speak of a loss, and how strongly.
  struct Wired {
    std::vector<Sign> all, against;
    Strength strength = Strength::reported;
  };
  [[nodiscard]] Wired wired(Index supply, std::initializer_list<site::Senses> senses) const;
  [[nodiscard]] bool told_of_empty_bay(Index supply, const Track& told) const;
  [[nodiscard]] bool is_watched(Index supply) const;
  [[nodiscard]] Judgement input_by_outlet(Index supply, const Held& held) const;
  [[nodiscard]] Judgement input_by_wire(Index supply, Wired wires) const;
  [[nodiscard]] std::optional<std::vector<Sign>> drained_since(Index supply, Between reported) const;
  /// Adds to what wires say of a loss that its outlet, measured since, tells the same; false where it does not.
  [[nodiscard]] bool add_drained(Index supply, std::vector<Sign>& wires) const;
  [[nodiscard]] bool awaits_meter(Index supply, const std::vector<Sign>& contacts) const;
  [[nodiscard]] const Track* denial(Index contact, Meaning means) const;
  [[nodiscard]] bool contradicted_contact(Index contact) const;
  [[nodiscard]] const Track* lost_behind(Index contact) const;
  [[nodiscard]] bool is_common_fault(Index contact) const;
  [[nodiscard]] bool echoes_loss(Index supply) const;
  [[nodiscard]] Judgement supply_by_wire(Index supply) const;
  [[nodiscard]] bool is_named(Index supply) const;
  [[nodiscard]] Judgement of_supply(Verdict verdict, Index supply) const;
  /// Since when the last of several supplies is lost, and until when the others are known not to be back: as units told, and by all.
  struct Moment {
    unsigned supplies = 0;
    Instant last = Instant::min(), first = Instant::max(), told = Instant::max();
    void take_in(const Moment& other) {
      supplies += other.supplies;
      last = std::max(last, other.last), first = std::min(first, other.first), told = std::min(told, other.told);
    }
  };
  void add_to(Moment& moment, Index supply, Instant since) const;
  [[nodiscard]] static bool is_one(const Moment& moment);
  [[nodiscard]] Instant known_lost(Index supply, Instant since) const;
  [[nodiscard]] bool is_held_dark(Index pdu) const;
  [[nodiscard]] bool may_lack_phase(Index supply) const;
  [[nodiscard]] bool may_be_idle(Index supply) const;
  [[nodiscard]] const Track* meter_at_cord(Index supply) const;
  [[nodiscard]] const Track* part_carried(Index supply) const;
  [[nodiscard]] bool idles_beside(Index supply, const Track& meter) const;
  [[nodiscard]] bool has_fair_part(Index supply, const Track& watts) const;
  [[nodiscard]] bool others_carry_all(Index supply) const;
  [[nodiscard]] Judgement by_seconds(Index device, const std::optional<Held>& held) const;
  /// What lies between the supply and its PDU: the fuse of its outlet, the breaker of its bank, a line that it hangs on.
  [[nodiscard]] std::optional<Held> held_on_branch(Index supply) const;
  [[nodiscard]] std::optional<Held> held_above_cord(Index supply, Index pdu) const;
  [[nodiscard]] std::optional<Held> feeds_lost(Index pdu) const;
  [[nodiscard]] bool lost_a_way(Index supply) const;
  [[nodiscard]] bool was_good_since(Index supply, Instant fell) const;
  [[nodiscard]] std::optional<Held> held_on_line(Index supply, const site::Cord& cord) const;
  [[nodiscard]] bool has_gone(Index supply) const;
  [[nodiscard]] Judgement removed_by_absence(Index supply) const;
  [[nodiscard]] std::optional<Sign> share_unmoved(Index supply) const;
  /// What was measured after `since` and cannot be while the supply has no input, or its outlet is off.
  [[nodiscard]] std::optional<Sign> fed_after_all(Index supply, Instant since) const;
  [[nodiscard]] std::optional<Sign> on_after_all(Index supply, Instant since) const;
  [[nodiscard]] Judgement by_voltage(Index device, std::vector<Sign> signs) const;
  [[nodiscard]] bool carries_again(Index supply) const;
  [[nodiscard]] bool hangs_below(const ground::Element& lower, const ground::Element& upper) const;
  [[nodiscard]] bool contradicted(Index device) const;
  /// Devices on the same path as a silent one, outside `feed` when given, that answered after it did not: those, and how many there are.
  struct Complement {
    unsigned answering = 0, all = 0;
    unsigned spared = 0;             // silent ones that may live from the feed through a transfer switch: not counted above
    unsigned awaited = 0;            // neither heard since nor silent
    Instant heard = Instant::min();  // the last answer of any of them
  };
  [[nodiscard]] Complement complement(Index device, std::optional<Index> feed) const;
  [[nodiscard]] Complement complement_of_feed(Index feed, const Neighbours::Indices& pdus, std::vector<Sign>& signs) const;
  [[nodiscard]] bool wires_fell(Index device, Instant since) const;
  [[nodiscard]] Judgement feed_by_source(Index feed, const Neighbours::Indices& pdus) const;
  [[nodiscard]] Judgement feed_by_silence(Index feed, const Neighbours::Indices& pdus) const;
  [[nodiscard]] bool explained(Index device) const;
  [[nodiscard]] bool died_with_supplies(Index device) const;
  [[nodiscard]] bool hangs_on_switched(Index device, Index feed) const;
  [[nodiscard]] bool path_explained(Index device) const;
  [[nodiscard]] bool mate_answers(Index device) const;
  [[nodiscard]] bool feed_undecided(Index device) const;
  [[nodiscard]] bool unheard(Index device) const;
  [[nodiscard]] std::optional<Index> unheard_of(Index supply) const;
  [[nodiscard]] Sign silence(Index device) const;
  using Meters = std::vector<const Track*>;
  /// What `gone` carried, those that are `left` took over; nothing where one of these was not watched.
  [[nodiscard]] std::optional<std::vector<Sign>> taken_over(const Meters& gone, const Meters& left, Between when) const;
  [[nodiscard]] std::optional<std::vector<Sign>> taken_from(Index pdu, Between when) const;
  [[nodiscard]] bool fell_silent_with(const Track* one, const Track* other) const;
  [[nodiscard]] std::optional<Sign> unmoved_beside(Index supply) const;
  [[nodiscard]] bool stands(Index supply) const;
  [[nodiscard]] static bool took_back(const Meters& gone, const Meters& left, Instant at, double rise);
  [[nodiscard]] bool returned_beside(Index supply, Between when) const;
  [[nodiscard]] Meters powers_beside(Index supply, bool elsewhere = false) const;
  [[nodiscard]] std::pair<Meters, double> carried_on_pdu(Index supply, Instant at) const;
  [[nodiscard]] bool carried_beside(Index supply, Between when) const;
  [[nodiscard]] bool fed_after(Index supply, Instant silent) const;
  [[nodiscard]] bool watched_since(Index supply, Instant silent) const;
  [[nodiscard]] bool failed_alone(Index supply, Instant since) const;
  [[nodiscard]] bool gone_by_itself(Index supply, Instant since) const;
  [[nodiscard]] bool carried_on(Index supply, double carried, Between when) const;
  [[nodiscard]] std::optional<double> rise_beside(Index supply, Between when, std::vector<Sign>& signs) const;
  [[nodiscard]] double risen_beside(Index supply, Instant start, Instant at) const;
  [[nodiscard]] bool unmoved_into_silence(Index supply, Between when, double carried) const;

  const site::Site& site_;
  const Facts& facts_;
  HeldBy held_;
  IfAny holds_any_;
  IfReported reported_;
  LostLines lost_lines_;
};

}  // namespace holdup::detect
