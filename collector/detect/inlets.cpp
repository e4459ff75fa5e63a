#include "collector/detect/inlets.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "collector/detect/judge_signs.hpp"
#include "collector/detect/point_text.hpp"
#include "ground/number.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;
using ground::Element;

// Shares of nominal: IEEE 1159 calls 0.1 to 0.9 a sag; up to half comes back from the other lines onto one that is dead.
constexpr double gone = 0.1, dead = 0.5, low = 0.9, high = 1.1;
constexpr double still_low = 0.91, still_high = 1.09;  // what ends a sag or a swell lies a little inside
constexpr double halved = 0.7;                         // between two lines, one of which is dead
constexpr double healthy = 0.8;                        // of a line beside one that is dead
constexpr Duration patience = 3s;                      // for the other PDUs of the feed to be asked, too
constexpr Duration look_again = 250ms;
constexpr Duration same_moment = 2s;  // of a line and the card that lived from it
constexpr Duration card_start = 60s;  // in which that card answers again once the line is back
constexpr unsigned most_lines = 3;

int band(double share) {
  return (share >= gone) + (share >= dead) + (share >= low) + (share >= still_low) + (share > still_high) + (share > high);
}

std::string percent(double share) { return ground::number_text(std::round(share * 100)) + " %"; }

site::Phases next_of(unsigned line) { return static_cast<site::Phases>(1U << (line % most_lines)); }
site::Phases bit(unsigned line) { return static_cast<site::Phases>(1U << (line - 1)); }

/// The lines that it measures: all digits of "L1-L2".
site::Phases lines_of(const Meter& meter) {
  site::Phases out = 0;
  for (const char c : meter.index)
    if (c >= '1' && c <= '3') out |= bit(static_cast<unsigned>(c - '0'));
  return out;
}

}  // namespace

bool Inlets::Picture::good() const { return neutral == std::nullopt && lost == 0 && least >= still_low && most <= still_high; }
bool Inlets::Picture::sags() const { return !neutral && lost == 0 && least >= dead && least < low; }
bool Inlets::Picture::swells() const { return !neutral && lost == 0 && most > high; }

Inlets::Inlets(const site::Site& site, const Facts& facts, HeldBy held)
    : site_{site},
      facts_{facts},
      held_{std::move(held)},
      meters_{site, {Meaning::input_voltage, Meaning::line_voltage}},
      pdus_(site.feeds.size()),
      looked_at_(site.feeds.size(), true),
      episodes_(site.devices.size()),
      last_good_(site.devices.size()),
      odd_since_(site.devices.size()),
      missed_(site.devices.size()),
      died_with_line_(site.devices.size()),
      lost_(site.devices.size()) {
  for (Index d = 0; d < site.devices.size(); ++d)
    if (site.devices[d].feed) pdus_[*site.devices[d].feed].push_back(d);
}

// A plant of direct current floats above its nominal voltage and sinks with its battery: Plant judges that.
void Inlets::identified(Index device, std::span<const reading::Point> points) {
  if (site_.devices[device].feed && site_.system != site::System::dc) meters_.identified(device, points);
}

// A feed's nominal voltage is a line's to neutral; of a delta, and behind a PDU on two lines, one between two.
double Inlets::nominal(Index device, const Meter& meter) const {
  const Index feed = *site_.devices[device].feed;
  const auto own = site_.devices[device].phases;
  if (meter.means == Meaning::line_voltage) return site_.nominal_volts(feed, bit(1) | bit(2));
  return site_.nominal_volts(feed, own);
}

bool Inlets::heard(Index device, std::span<const reading::Reading> readings) {
  bool changed = false, took = false;
  meters_.heard(device, readings, [&](const Meter& meter) {
    const double volts = nominal(device, meter);
    took = true;
    note_return(device, meter);
    changed = changed || !meter.before || meter.returned || band(std::fabs(*meter.before) / volts) != band(std::fabs(*meter.value) / volts);
  });
  if (took) follow(device);
  changed = changed || (took && missed_[device]);
  missed_[device] = missed_[device] && !took;
  if (changed) looked_at_[*site_.devices[device].feed] = true;
  return changed;
}

void Inlets::note_return(Index device, const Meter& meter) {
  const double volts = nominal(device, meter);
  if (meter.means != Meaning::input_voltage || !meter.before || std::fabs(*meter.before) >= gone * volts) return;
  if (std::fabs(*meter.value) > high * volts)
    hazards_.push_back({Verdict::restore_hazard,
                        site_.element_of_feed(*site_.devices[device].feed),
                        Strength::proven,
                        {meters_.sign(device, meter)},
                        meter.time});
}

// Between which readings it was away from nominal, and how far.
void Inlets::follow(Index device) {
  const auto seen = picture(device);
  if (!seen) return;
  const Meter& newest = **std::ranges::max_element(seen->lines, {}, &Meter::time);
  auto& episode = episodes_[device];
  if (seen->least >= low && seen->most <= high) {
    last_good_[device] = newest.from();
    if (episode && !episode->good_after) episode->good_after = newest.time;
    return;
  }
  if (!episode || episode->good_after) episode = Episode{.good_before = last_good_[device], .first = newest.time, .good_after = {}};
  episode->last = newest.time;
  episode->least = std::min(episode->least, seen->least);
  episode->most = std::max(episode->most, seen->most);
  if (!odd_since_[device]) odd_since_[device] = newest.time;
}

// One number for an inlet of several lines says of none how it is.
bool Inlets::is_mean(Index device, const Meter& meter) const {
  return site_.system != site::System::single_phase && site_.devices[device].phases == 0 && meter.number() == 0;
}

std::optional<Inlets::Picture> Inlets::picture(Index device) const {
  Picture out;
  for (const Meter& meter : meters_.of(device)) {
    if (meter.means != Meaning::input_voltage || !meter.known() || !meter.lived || is_mean(device, meter)) continue;
    const double share = std::fabs(*meter.value) / nominal(device, meter);
    out.least = out.lines.empty() ? share : std::min(out.least, share);
    out.most = out.lines.empty() ? share : std::max(out.most, share);
    out.lines.push_back(&meter);
  }
  if (out.lines.empty()) return std::nullopt;
  if (out.lines.size() < 2) return out;
  if (site_.system == site::System::delta) return find_lost_of_delta(device, out), out;
  find_neutral(device, out);
  if (!out.neutral) find_lost(device, out);
  return out;
}

/// Whether what is measured between two of these lines is normal; nothing where nobody measures it.
std::optional<bool> Inlets::between_normal(Index device, site::Phases of) const {
  std::optional<bool> out;
  for (const Meter& meter : meters_.of(device)) {
    if (meter.means != Meaning::line_voltage || !meter.known() || (lines_of(meter) & of) == 0) continue;
    const double share = *meter.value / nominal(device, meter);
    out = out.value_or(true) && share >= low && share <= high;
  }
  return out;
}

// Row 23: without a neutral the star point floats: one line rises, another falls, and between them nothing changes.
void Inlets::find_neutral(Index device, Picture& picture) const {
  if (!(picture.most > high && picture.least < low)) return;
  const auto normal = between_normal(device, bit(1) | bit(2) | bit(3));
  if (normal == false) return;
  picture.neutral = normal ? Strength::proven : Strength::probable;
}

// Row 22: one line is dead, or lives on what comes back from the others, while they are good.
void Inlets::find_lost(Index device, Picture& picture) const {
  for (const Meter* meter : picture.lines) {
    const unsigned line = meter->number();
    if (line < 1 || line > most_lines) continue;
    picture.told |= bit(line);
    const bool below = std::fabs(*meter->value) < dead * nominal(device, *meter);
    if (below && picture.most >= healthy && between_normal(device, bit(line)) != true) picture.lost |= bit(line);
  }
}

// Between lines both that touch the dead one fall to about half, the third stays.
void Inlets::find_lost_of_delta(Index device, Picture& picture) const {
  site::Phases fallen = 0, held = 0;
  for (const Meter* meter : picture.lines) {
    const unsigned line = meter->number();
    if (line < 1 || line > most_lines) continue;
    const double share = *meter->value / nominal(device, *meter);
    if (share < halved) fallen |= bit(line);
    if (share >= healthy) held |= bit(line);
  }
  if ((fallen | held) != 7) return;
  picture.told = 7;
  for (unsigned line = 1; line <= most_lines; ++line) {
    const unsigned former = line == 1 ? most_lines : line - 1;
    if (fallen == (bit(line) | bit(former)) && held == next_of(line)) picture.lost = bit(line);
  }
}

void Inlets::weigh(std::span<const Index> feeds, Instant now, std::vector<Opinion>& out) {
  for (const Index f : feeds) {
    dues_.clear(f);
    if (looked_at_[f]) weigh_feed(f, now, out);
  }
}

void Inlets::weigh_feed(Index feed, Instant now, std::vector<Opinion>& out) {
  const Devices& pdus = pdus_[feed];
  bool calm = true;
  for (const Index d : pdus) {
    const auto seen = picture(d);
    if (seen && seen->good()) odd_since_[d].reset();
    calm = calm && (!seen || seen->good()) && !died_with_line_[d];
  }
  if (!all_have_told(pdus, now)) return dues_.set(feed, now + look_again);
  const std::size_t before = out.size();
  weigh(
      Verdict::neutral_lost, feed, pdus, 2, [](const Picture& p) { return p.neutral; }, out);
  const auto if_so = [](bool so) { return so ? std::optional{Strength::proven} : std::nullopt; };
  weigh(
      Verdict::sag, feed, pdus, 1, [&](const Picture& p) { return if_so(p.sags()); }, out);
  weigh(
      Verdict::swell, feed, pdus, 1, [&](const Picture& p) { return if_so(p.swells()); }, out);
  for (const Index d : pdus) died_with_line_[d] = died_with_line_[d] && awaits_card(d, pdus, now);
  for (unsigned line = 1; line <= most_lines; ++line) weigh_phase(line, feed, pdus, out);
  const bool held = std::any_of(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                                [&](const Opinion& one) { return held_(one.verdict, one.element).has_value(); });
  if (calm && !held) looked_at_[feed] = false;
}

// Whoever else hangs on the feed is heard first: a reading from before the deviation says nothing of it.
bool Inlets::all_have_told(const Devices& pdus, Instant now) const {
  std::optional<Instant> first;
  for (const Index d : pdus)
    if (odd_since_[d]) first = std::min(first.value_or(*odd_since_[d]), *odd_since_[d]);
  if (!first || now - *first >= patience) return true;
  return std::ranges::all_of(pdus, [&](Index d) {
    const auto seen = picture(d);
    return !seen || std::ranges::all_of(seen->lines, [&](const Meter* meter) { return meter->from() >= *first || odd_since_[d]; });
  });
}

// `is` says how surely a picture shows it. All that could see it do, and enough of them: it is the feed's; else each one's own.
template <class Is>
void Inlets::weigh(Verdict verdict, Index feed, const Devices& pdus, unsigned least_witnesses, Is is, std::vector<Opinion>& out) const {
  Devices seeing, able;
  Strength surest = Strength::unknown;
  for (const Index d : pdus) {
    const auto seen = picture(d);
    if (!seen) continue;
    able.push_back(d);
    const auto strength = is(*seen);
    if (strength) seeing.push_back(d), surest = std::max(surest, *strength);
  }
  const auto above = site_.element_of_feed(feed);
  const bool whole = seeing.size() == able.size() && seeing.size() >= least_witnesses;
  out.push_back({verdict, above, whole ? Judgement::lost(surest, signs(verdict, seeing)) : fine(verdict, above, able)});
  for (const Index d : able) {
    const auto element = site_.element_of_pdu(d);
    const auto strength = is(*picture(d));
    if (!strength)
      out.push_back({verdict, element, fine(verdict, element, {d})});
    else if (!whole)
      out.push_back({verdict, element, Judgement::lost(*strength, signs(verdict, {d}))});
  }
}

// Its card fell silent when the line went, while one that sees the line gone answers over the same path: it lived from that line. How
// surely: where the going is known to no moment, anything else may have silenced it meanwhile.
std::optional<Strength> Inlets::died_beside(Index device, const Devices& seeing) const {
  const Hearing& silent = facts_.hearing(device);
  if (!silent.silent() || !silent.last_answer) return std::nullopt;
  std::optional<Strength> out;
  for (const Index d : seeing) {
    const Hearing& witness = facts_.hearing(d);
    const auto& heard = witness.last_answer;
    const auto& episode = episodes_[d];
    // Who fell silent with it, and came back while the line was gone, was not silent for want of a line.
    const bool away_too = witness.back && *witness.back > silent.second_failure && witness.absence > 2 * same_moment &&
                          std::chrono::abs(witness.first_failure - silent.first_failure) <= same_moment;
    const bool path = !away_too && site_.path_of_device(d) == site_.path_of_device(device) && heard && *heard > silent.second_failure;
    const bool then = path && episode && *silent.last_answer <= episode->first + same_moment &&
                      silent.first_failure + same_moment >= episode->good_before;
    if (!then) continue;
    const bool exact = episode->first - episode->good_before <= 2 * same_moment;
    out = std::max(out.value_or(Strength::probable), exact ? Strength::proven : Strength::probable);
  }
  return out;
}

// A card that died with a line starts anew with it, and is waited for.
bool Inlets::awaits_card(Index device, const Devices& pdus, Instant now) const {
  return facts_.hearing(device).silent() && std::ranges::any_of(pdus, [&](Index d) {
           const auto& episode = episodes_[d];
           return episode && !facts_.hearing(d).silent() && (!episode->good_after || now - *episode->good_after < card_start);
         });
}

site::Phases Inlets::lost_lines(Index device) const {
  const auto seen = site_.system == site::System::single_phase || site_.system == site::System::dc ? std::nullopt : picture(device);
  return static_cast<site::Phases>(lost_[device] | (seen ? seen->lost : 0));
}

// What died with the line lost it too, until its card answers.
void Inlets::note_lost(unsigned line, const Devices& able, const Devices& seeing, const Devices& dead) {
  for (const Index d : able) lost_[d] &= static_cast<site::Phases>(~bit(line));
  for (const Devices* all : {&seeing, &dead})
    for (const Index d : *all) lost_[d] |= bit(line);
}

void Inlets::weigh_phase(unsigned line, Index feed, const Devices& pdus, std::vector<Opinion>& out) {
  Devices seeing, able;
  for (const Index d : pdus) {
    const auto seen = picture(d);
    if (!seen || !site::hangs_on(seen->told, static_cast<int>(line))) continue;
    able.push_back(d);
    if (site::hangs_on(seen->lost, static_cast<int>(line))) seeing.push_back(d);
  }
  if (able.empty()) return;
  Devices dead;
  auto strength = seeing.size() > 1 ? Strength::proven : Strength::probable;
  for (const Index d : seeing.size() == able.size() ? pdus : Devices{})
    if (const auto with_it = died_beside(d, seeing)) dead.push_back(d), strength = std::max(strength, *with_it);
  for (const Index d : dead) died_with_line_[d] = true;
  note_lost(line, able, seeing, dead);
  const auto lost = [&](const Devices& by, const Devices& of) {
    auto all = signs(Verdict::phase_lost, by);
    all.push_back(note(by.front(), "phase L" + std::to_string(line) + " is gone" + supplies_on(of, line)));
    return Judgement::lost(Strength::proven, std::move(all));
  };
  const auto lost_of_feed = [&] {
    Devices all = seeing;
    all.insert(all.end(), dead.begin(), dead.end());
    auto judgement = lost(seeing, all);
    judgement.strength = strength;
    for (const Index d : dead)
      judgement.signs.push_back(
          sign_of_pattern(site_.element_of_device(d), "silent since then: its card lives from that line", facts_.hearing(d).first_failure));
    return judgement;
  };
  const auto above = site_.element_of_feed(feed);
  // Two PDUs see it: by their lines, or by a card that died with one of them.
  const bool whole = seeing.size() == able.size() && !seeing.empty() && seeing.size() + dead.size() > 1;
  const bool awaits = std::ranges::any_of(pdus, [&](Index d) { return died_with_line_[d]; });
  if (whole)
    out.push_back({Verdict::phase_lost, above, lost_of_feed()});
  else if (seeing.empty() && !awaits)
    out.push_back({Verdict::phase_lost, above, fine(Verdict::phase_lost, above, able)});
  for (const Index d : able) {
    const auto element = Element::phase(site_.devices[d].name, std::to_string(line));
    const bool sees = std::ranges::find(seeing, d) != seeing.end();
    if (!sees)
      out.push_back({Verdict::phase_lost, element, fine(Verdict::phase_lost, element, {d})});
    else if (!whole)
      out.push_back({Verdict::phase_lost, element, lost({d}, {d})});
  }
}

/// A start fell into the loss: the line has told nothing but 0 since, and its 0 is what was lost.
bool Inlets::is_dead_since(const Held& held, const Element& element, const Meter& meter) {
  const bool of_it = element.is("feed") || element.text().ends_with("/" + std::to_string(meter.number()));
  return of_it && meter.number() != 0 && meter.value && !meter.lived && meter.first > held.since;
}

// In order again, by what was measured since.
Judgement Inlets::fine(Verdict verdict, const Element& element, const Devices& pdus) const {
  const auto held = held_(verdict, element);
  if (!held || pdus.empty()) return {};
  std::vector<Sign> out;
  for (const Index d : pdus) {
    const auto seen = picture(d);
    if (!seen || !seen->good()) return {};
    if (verdict == Verdict::phase_lost && std::ranges::any_of(meters_.of(d), [&](const Meter& meter) {
          return meter.means == Meaning::input_voltage && is_dead_since(*held, element, meter);
        }))
      return {};
    for (const Meter* meter : seen->lines) {
      if (!newer_than(*meter, held)) return {};
      out.push_back(meters_.sign(d, *meter));
    }
    if (auto text = length_of(d); !text.empty()) out.push_back(note(d, std::move(text)));
  }
  return Judgement::fine(std::move(out));
}

std::vector<Sign> Inlets::signs(Verdict verdict, const Devices& pdus) const {
  std::vector<Sign> out;
  for (const Index d : pdus)
    for (const Meter& meter : meters_.of(d))
      if (meter.known() && meter.lived) out.push_back(meters_.sign(d, meter));
  if (verdict == Verdict::sag && !pdus.empty()) out.push_back(note(pdus.front(), borne_by(pdus)));
  return out;
}

Sign Inlets::note(Index device, std::string text) const {
  const auto& episode = episodes_[device];
  return sign_of_pattern(site_.element_of_device(device), std::move(text), episode ? std::max(episode->last, episode->first) : Instant{});
}

// What a sag means for the supplies on it, as far as their input range is known.
std::string Inlets::borne_by(const Devices& pdus) const {
  double least = 1;
  for (const Index d : pdus)
    if (const auto seen = picture(d)) least = std::min(least, seen->least);
  std::string at_risk, bearing;
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    const auto& supply = site_.supplies[s];
    const auto nominal = site_.nominal_volts_of_supply(s);
    if (!supply.pdu || std::ranges::find(pdus, *supply.pdu) == pdus.end() || !supply.input_min_volts || !nominal) continue;
    std::string& list = least * *nominal < *supply.input_min_volts ? at_risk : bearing;
    list += (list.empty() ? "" : ", ") + site_.element_of_supply(s).text();
  }
  std::string out = "at " + percent(least) + " of nominal; amperes of what stays up rise by " + percent(1 / least - 1);
  if (!bearing.empty()) out += "; within the input range of " + bearing;
  if (!at_risk.empty()) out += "; below the input range of " + at_risk + ": at risk";
  return out;
}

std::string Inlets::supplies_on(const Devices& pdus, unsigned line) const {
  std::string list;
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    const auto cord = site_.cord_of_supply(s);
    if (!cord || std::ranges::find(pdus, cord->pdu) == pdus.end() || !site::hangs_on(site_.phases_of(*cord), static_cast<int>(line)))
      continue;
    list += (list.empty() ? "; on it: " : ", ") + site_.element_of_supply(s).text();
  }
  return list;
}

std::string Inlets::length_of(Index device) const {
  const auto& episode = episodes_[device];
  if (!episode || !episode->good_after) return {};
  const auto seconds = [](Duration length) { return ground::number_text(std::round(ground::seconds(length) * 10) / 10); };
  const bool under = episode->least < low;
  return (under ? "below 90 %" : "above 110 %") + std::string{" for between "} + seconds(episode->last - episode->first) + " and " +
         seconds(*episode->good_after - episode->good_before) + " s, to " +
         (under ? percent(episode->least) + " or less" : percent(episode->most) + " or more");
}

}  // namespace holdup::detect
