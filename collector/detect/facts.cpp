#include "collector/detect/facts.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "collector/detect/point_text.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

constexpr Duration past_step = 100ms;                  // powers are remembered this finely …
constexpr std::size_t past_length = 300;               // … for half a minute: longer than any silence takes to be called one
constexpr double noticeable = 0.05;                    // of the last value: less is the line's own coming and going
constexpr Duration start_up = 60s;                     // of an agent, until its meters are read
constexpr Duration take_over = 2s;                     // in which siblings settle on what they took over, and are heard
constexpr double zero_amperes = 0.2, zero_watts = 20;  // a meter's floor
constexpr double much = 0.2, much_volts = 0.03;        // of what it was: what moves so far shows on every meter of it
constexpr double least_volts = 1;                      // … and no dead line's noise
constexpr double remembered = 32;                      // answers, of those that get lost now and then
constexpr double by_chance = 1e-4;                     // are so many lost in a row
constexpr Duration long_still = 5s;                    // in which nothing that a device measures is told anew: it may be a cache …
constexpr unsigned is_lively = 10;                     // … where that is told anew so often else
constexpr Duration settling = 5s;                      // after a value moved, until what stands beside it was asked, too

bool is_state(Meaning means) {
  switch (means) {
    case Meaning::supply_input_ok:
    case Meaning::supply_output_ok:
    case Meaning::supply_present:
    case Meaning::outlet_state:
    case Meaning::ups_on_battery:
    case Meaning::breaker_closed:
    case Meaning::supply_standby:
    case Meaning::battery_carries:
    case Meaning::cache_write_back:
    case Meaning::unsaved_data:
      return true;
    default:
      return false;
  }
}

bool is_current(Meaning means) { return means == Meaning::outlet_current || means == Meaning::bank_current; }

bool is_power(Meaning means) {
  switch (means) {
    case Meaning::supply_input_power:
    case Meaning::supply_output_power:
    case Meaning::inlet_power:
    case Meaning::outlet_power:
    case Meaning::outlet_current:
    case Meaning::bank_current:
      return true;
    default:
      return false;
  }
}

bool is_voltage(Meaning means) {
  return means == Meaning::input_voltage || means == Meaning::supply_input_voltage || means == Meaning::outlet_voltage ||
         means == Meaning::bank_voltage;
}

double floor_of(Meaning means) { return is_current(means) ? zero_amperes : zero_watts; }

bool sign_changed(const Track& track, const reading::Reading& reading) {
  if (!track.last) return true;
  const bool waits = track.means == Meaning::supply_output_ok && reading.value == 0;  // for its input to have been good for long enough
  if (is_state(track.means)) return waits || track.last->value != reading.value;
  if (track.means == Meaning::battery_charge && (track.last->value < flat_charge) != (reading.value < flat_charge)) return true;
  const double step = std::fabs(track.last->value - reading.value);
  if (is_power(track.means)) return step >= floor_of(track.means);
  return step > noticeable * std::fabs(track.last->value);
}

void remember(Track& track, const reading::Reading& reading) {
  if (!is_power(track.means)) return;
  if (reading.value >= floor_of(track.means)) track.carried = reading.time;
  if (!track.past.empty() && reading.time - track.past.back().first < past_step) return;
  track.past.emplace_back(reading.time, reading.value);
  if (track.past.size() > past_length) track.past.pop_front();
}

void note_moves(Track& track, const reading::Reading& reading) {
  const bool power = is_power(track.means);
  if (!power && !is_voltage(track.means)) return;
  if (!track.settled) track.settled = reading.value;
  const double step = std::fabs(reading.value - *track.settled);
  const bool moved = power ? step > std::max(much * std::fabs(*track.settled), 2 * floor_of(track.means))
                           : step > std::max(much_volts * std::fabs(*track.settled), least_volts);
  if (!moved) return;
  track.settled = reading.value;
  track.stood = {track.last ? track.last->time - track.moves[0] : Duration{}, track.stood[0]};
  track.moves = {reading.time, track.moves[0], track.moves[1]};
}

/// A good reading, newer than the last. True when a sign changed.
bool take(Track& track, const reading::Reading& reading) {
  const bool changed = sign_changed(track, reading) || track.gone;
  track.lived = track.lived || reading.value != 0;
  track.moved = track.moved || (track.last && track.last->value != reading.value);
  track.gone = false;
  ++track.same;
  if (!track.last || track.last->value != reading.value) {
    track.changed = reading.time, track.same = 1, track.stuck = false;
    track.unwatched = track.last ? reading.time - track.last->time : Duration{};
  }
  note_moves(track, reading);
  if (!reading::is_latched(track.means)) track.changes.saw(reading.value, reading.time);
  track.last = reading;
  remember(track, reading);
  return changed;
}

void note_moved(Hearing& hearing, Instant at) {
  const bool paused = at - hearing.moved > long_still;
  if (paused && hearing.lively >= is_lively) hearing.stood = {hearing.moved, at};
  hearing.lively = paused ? 0 : hearing.lively + 1;
  hearing.moved = at;
}

}  // namespace

std::optional<double> Track::before(Instant at) const {
  const auto later = std::upper_bound(past.begin(), past.end(), at, [](Instant t, const auto& entry) { return t < entry.first; });
  return later == past.begin() ? std::nullopt : std::optional{std::prev(later)->second};
}

std::optional<Instant> Track::measured_before(Instant at) const {
  const auto later = std::upper_bound(past.begin(), past.end(), at, [](Instant t, const auto& entry) { return t < entry.first; });
  return later == past.begin() ? std::nullopt : std::optional{std::prev(later)->first - refresh()};
}

Track::Range Track::between(Instant start, Instant end) const {
  Range out{std::numeric_limits<double>::infinity(), 0};
  for (auto at = past.rbegin(); at != past.rend(); ++at) {
    if (at->first <= end) out = {std::min(out.least, at->second), std::max(out.most, at->second)};
    if (at->first <= start) break;
  }
  return out;
}

std::optional<double> Track::after(Instant start, Instant end) const {
  auto at =
      std::upper_bound(past.begin(), past.end(), end + take_over + refresh(), [](Instant t, const auto& entry) { return t < entry.first; });
  const auto from = at != past.begin() ? std::prev(at)->first - refresh() : start;
  if (from > end || (from > start && at == past.end())) --at;  // what may predate its end counts until a newer one is there
  return at == past.end() ? std::nullopt : std::optional{at->second};
}

Sign Track::sign(const site::Site& site) const {
  return {.source = site.element_of_device(device),
          .point = point,
          .value = last ? std::optional{last->value} : std::nullopt,
          .quality = last ? last->quality : Quality::absent,
          .time = last ? last->time : Instant{},
          .uncertainty = last ? std::max(refresh(), last->uncertainty) : Duration{}};
}

Facts::Facts(const site::Site& site)
    : site_{site},
      neighbours_{site},
      hearings_(site.devices.size()),
      tracks_(site.devices.size()),
      contacts_{site},
      of_supply_(site.supplies.size()),
      of_outlet_(site.supplies.size()),
      of_inlet_(site.devices.size()),
      uptimes_(site.devices.size()),
      of_bank_(site.banks.size()),
      of_load_(site.loads.size()),
      failing_on_path_(neighbours_.paths()) {}

std::span<const Track* const> Facts::inlet(Index device, Meaning means) const { return of_inlet_[device][static_cast<std::size_t>(means)]; }

std::vector<const Track*> Facts::said(Index device, Meaning means) const {
  std::vector<const Track*> out;
  for (const Track& track : tracks_[device])
    if (track.means == means && track.known()) out.push_back(&track);
  return out;
}

void Facts::identified(Index device, std::span<const reading::Point> points, Instant now) {
  for (const Index s : neighbours_.supplies_of(device)) of_supply_[s] = {};
  for (const Index s : neighbours_.supplies_on(device)) of_outlet_[s] = {};
  for (const Index bank : site_.devices[device].banks) of_bank_[bank] = {};
  const auto of_device = [&](const Track* track) { return track->device == device; };
  for (const Index load : neighbours_.loads(device))
    for (auto& tracks : of_load_[load]) std::erase_if(tracks, of_device);
  of_inlet_[device] = {};
  uptimes_[device].clear();
  tracks_[device].clear();
  auto& hearing = hearings_[device];
  if (hearing.failures > 0) hearing.is_back(now);
  fails(device, false);
  hearing.last_answer = now;
  hearing.track_of_point.assign(points.size(), -1);
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (points[p].means == Meaning::none) continue;
    hearing.track_of_point[p] = static_cast<std::int32_t>(tracks_[device].size());
    tracks_[device].push_back(
        {.device = device, .means = points[p].means, .point = short_text(points[p]), .declared = points[p].refresh.value_or(Duration{})});
    place(device, points[p], tracks_[device].back());
    if (points[p].means == Meaning::uptime) uptimes_[device].push_back(&tracks_[device].back());
  }
  stand_in(device, Meaning::inlet_power, Meaning::outlet_power);
  stand_in(device, Meaning::inlet_current, Meaning::outlet_current);
  stand_in(device, Meaning::phase_current, Meaning::outlet_current);
}

// Where no outlet is metered and one cord alone hangs on the PDU, what its inlet meters is what that cord carries. One number of amperes
// for several lines is nobody's.
void Facts::stand_in(Index device, Meaning whole, Meaning outlet) {
  const auto on = neighbours_.supplies_on(device);
  const auto is = [](Meaning means) { return [means](const Track& track) { return track.means == means; }; };
  auto& tracks = tracks_[device];
  const bool one_line =
      site_.system == site::System::single_phase || site_.system == site::System::dc || std::popcount(site_.devices[device].phases) == 1;
  if (!one_line && whole != Meaning::inlet_power) return;
  if (on.size() != 1 || std::ranges::count_if(tracks, is(whole)) != 1 || std::ranges::any_of(tracks, is(outlet))) return;
  Track& meter = *std::ranges::find_if(tracks, is(whole));
  meter.means = outlet;
  of_outlet_[on.front()][static_cast<std::size_t>(outlet)] = &meter;
}

void Facts::place(Index device, const reading::Point& point, const Track& track) {
  const auto means = static_cast<std::size_t>(point.means);
  switch (point.means) {
    case Meaning::outlet_voltage:
    case Meaning::outlet_current:
    case Meaning::outlet_power:
    case Meaning::outlet_state:
      for (const Index s : neighbours_.supplies_on(device))
        if (site_.supplies[s].outlet == label(point, "index")) of_outlet_[s][means] = &track;
      return place_bank(device, point, track);
    case Meaning::bank_current:
    case Meaning::bank_voltage:
    case Meaning::breaker_closed:
      return place_bank(device, point, track);
    case Meaning::battery_carries:
    case Meaning::cache_write_back:
    case Meaning::unsaved_data:
    case Meaning::battery_ok:
    case Meaning::battery_charge:
      return place_cabinet(device, point, track);
    case Meaning::input_voltage:
    case Meaning::inlet_current:
    case Meaning::inlet_power:
    case Meaning::ups_on_battery:
    case Meaning::seconds_on_battery:
      of_inlet_[device][means].push_back(&track);
      return;
    default:
      for (const Index s : neighbours_.supplies_of(device))
        if (of_supply_[s][means] == nullptr && reports(device, s, point)) of_supply_[s][means] = &track;
  }
}

bool Facts::reports(Index device, Index supply, const reading::Point& point) const {
  return neighbours_.supplies_of(device).size() < 2 || site::is_numbered(site_.supplies[supply].name, label(point, "index"));
}

// Of an outlet: the bank that lists it. Of anything else: the bank of that number.
void Facts::place_bank(Index device, const reading::Point& point, const Track& track) {
  const std::string index{label(point, "index")};
  const bool of_bank = label(point, "part") == "bank";
  const bool of_outlet = point.means >= Meaning::outlet_voltage && point.means <= Meaning::outlet_state;
  for (const Index b : site_.devices[device].banks) {
    const site::Bank& bank = site_.banks[b];
    const bool listed = of_outlet && std::ranges::find(bank.outlets, index) != bank.outlets.end();
    if (listed || (of_bank && bank.name == index)) of_bank_[b][static_cast<std::size_t>(point.means)].push_back(&track);
  }
}

void Facts::place_cabinet(Index device, const reading::Point& point, const Track& track) {
  for (const Index l : neighbours_.loads(device)) {
    const site::Load& load = site_.loads[l];
    const bool by_supply = std::ranges::any_of(load.supplies, [&](Index s) { return site_.supplies[s].status == device; });
    const bool by_battery = std::ranges::any_of(load.batteries, [&](Index b) { return site_.batteries[b].status == device; });
    if (by_supply || by_battery || load.status == device) of_load_[l][static_cast<std::size_t>(point.means)].push_back(&track);
  }
}

// What was measured less lately than the stuck one moved is no witness that the device still measures.
void Facts::distrust(Index device, const Track& stuck) {
  const bool measures = std::ranges::any_of(tracks_[device], [&](const Track& one) {
    const bool analog = !is_state(one.means) && !reading::is_latched(one.means);
    return analog && one.known() && one.changed > stuck.changed;
  });
  for (Track& track : tracks_[device]) track.stuck = track.stuck || &track == &stuck || !measures;
}

void Facts::trust(Index device) {
  for (Track& track : tracks_[device]) track.stuck = false;
}

bool Facts::heard(Index device, std::span<const reading::Reading> readings, Instant now) {
  Hearing& hearing = hearings_[device];
  bool changed = hearing.failures > 0;
  if (changed) hearing.is_back(now);
  const bool was_starting = starting(device);
  fails(device, false);
  Instant asked = now;
  for (const auto& reading : readings) asked = std::min(asked, reading.time);
  hearing.last_answer = std::max(hearing.last_answer.value_or(asked), asked);  // it lived then; since, its answer may have been under way
  bool moves = false;
  for (const auto& reading : readings) {
    Track* track = track_of(device, reading);
    if (track == nullptr) continue;
    track->fresh = reading.quality == Quality::good;
    if (reading.quality == Quality::absent) changed = !std::exchange(track->gone, true) || changed;
    if (!track->fresh) continue;
    changed = take(*track, reading) || changed;
    moves = moves || (track->same == 1 && (is_power(track->means) || is_voltage(track->means)));
    if (track->moves.front() == reading.time) hearing.unsettled_until = reading.time + 2 * track->refresh() + settling;
  }
  if (moves) note_moved(hearing, asked);
  changed = note_start(device, was_starting, asked) || changed;
  return changed || now < hearing.unsettled_until;
}

/// True when it begins to start, or has measured.
bool Facts::note_start(Index device, bool was_starting, Instant asked) {
  const bool starts = starting(device);
  if (starts && !was_starting) hearings_[device].blank_since = asked;
  if (was_starting && !starts) forget_zeros(device, asked);
  return was_starting != starts;
}

// What its agent told before its meters were read was no reading; what is asked more seldom was not asked since.
void Facts::forget_zeros(Index device, Instant asked) {
  const Instant since = hearings_[device].blank_since;
  for (Track& track : tracks_[device]) {
    if (track.known() && track.last->time < asked && track.value() == 0 && !reading::is_latched(track.means)) track.last.reset();
    std::erase_if(track.past, [&](const auto& one) { return one.first >= since && one.first < asked; });
  }
}

// That a supply has lost its input, or is not there, stands by itself: nothing that the rest of the poll brings could make it mean
// something else, but that the device tells nothing but zeros, for its meters were not read yet.
bool Facts::heard_ahead(Index device, std::span<const reading::Reading> readings) {
  const auto tells = [](const reading::Reading& reading) { return reading.quality == Quality::good && reading.value != 0; };
  if (!hearings_[device].answers() || std::ranges::none_of(readings, tells)) return false;
  bool changed = false;
  for (const auto& reading : readings) {
    Track* track = track_of(device, reading);
    const bool says_no = track != nullptr && reading.quality == Quality::good && reading.value == 0;
    if (!says_no || (track->means != Meaning::supply_input_ok && track->means != Meaning::supply_present)) continue;
    track->fresh = true;
    changed = take(*track, reading) || changed;
  }
  return changed;
}

bool Facts::heard_late(Index device, Instant asked, std::span<const reading::Reading> readings) {
  Hearing& hearing = hearings_[device];
  const bool newest = hearing.failures == 0 || asked >= hearing.last_failure;
  const bool was_starting = starting(device);
  if (newest && hearing.silent()) hearing.is_back(asked);
  hearing.last_answer = std::max(hearing.last_answer.value_or(asked), asked);
  bool changed = newest && hearing.failures > 0;
  if (newest) fails(device, false);
  for (const auto& reading : readings) {
    Track* track = track_of(device, reading);
    if (track == nullptr || reading.quality != Quality::good || (track->last && track->last->time >= reading.time)) continue;
    track->fresh = track->fresh || newest;
    changed = take(*track, reading) || changed;
  }
  return note_start(device, was_starting, asked) || changed;
}

Track* Facts::track_of(Index device, const reading::Reading& reading) {
  const auto& places = hearings_[device].track_of_point;
  const auto index = reading.point < places.size() ? places[reading.point] : -1;
  return index < 0 ? nullptr : &tracks_[device][static_cast<std::size_t>(index)];
}

// What is counted is not measured: an agent tells its uptime at any moment, however old its measurements are.
// A load that comes and goes on a grid of its own is told from a cache by its neighbours on the same device, which change in between.
std::optional<Duration> Facts::learned_refresh(Index device) const {
  std::optional<Duration> out;
  for (const Track& track : tracks_[device])
    if (const auto learned = track.changes.learned()) out = std::max(out.value_or(Duration{}), *learned);
  for (const Track& track : tracks_[device])
    if (out && track.changes.at_most() < *out) return std::nullopt;
  return out;
}

/// When its agent started, by the uptime that it told last.
std::optional<Instant> Facts::started(Index device) const {
  for (const Track* track : uptimes_[device])
    if (track->known() && track->fresh)
      return track->last->time - std::chrono::duration_cast<Duration>(std::chrono::duration<double>{track->value()});
  return std::nullopt;
}

// Row 19: cards tell 0 for everything until their meters were read for the first time. 0 beside anything else is a reading; what was told
// before the silence, or before the start, is not beside it.
bool Facts::starting(Index device) const {
  const Hearing& hearing = hearings_[device];
  const auto started = this->started(device);
  const bool back = hearing.back && hearing.last_answer && *hearing.last_answer - *hearing.back < start_up;
  const bool begun = started && hearing.last_answer && *hearing.last_answer - *started < start_up;
  if (!back && !begun) return false;
  bool blank = false;
  for (const Track& track : tracks_[device]) {
    if (!track.known() || (started && track.last->time < *started)) continue;
    if (!track.fresh || reading::is_latched(track.means) || track.means == Meaning::temperature) continue;
    if (track.value() != 0) return false;
    blank = true;
  }
  return blank;
}

bool Facts::blank(Index device) const {
  bool cold = false;
  for (const Track& track : tracks_[device]) {
    if (!track.known() || reading::is_latched(track.means)) continue;
    if (track.value() != 0) return false;
    cold = cold || (track.means == Meaning::temperature && track.lived);
  }
  return cold;
}

bool Facts::denies_all(Index device) const {
  const auto tells_start = [](const Track& one) { return one.means == Meaning::uptime && one.known(); };
  bool denies = std::ranges::none_of(tracks_[device], tells_start);
  Instant newest = Instant::min();
  for (const Track& track : tracks_[device])
    if (track.known()) newest = std::max(newest, track.last->time);
  for (const Track& track : tracks_[device]) {
    if (!track.known() || track.last->time < newest || reading::is_latched(track.means) || track.means == Meaning::temperature) continue;
    if (track.value() != 0) return false;
    denies = denies || (is_state(track.means) && track.lived);
  }
  return denies;
}

Duration Facts::longest_refresh(Index device) const {
  Duration out{};
  for (const Track& track : tracks_[device]) out = std::max(out, track.refresh());
  return out;
}

bool Hearing::lasts() const {
  double chance = 1;
  for (unsigned question = 0; question < std::min(failures, most_questions); ++question) chance *= losing;
  return silent() && (failures >= most_questions || chance <= by_chance);
}

void Facts::fails(Index device, bool fails) {
  unsigned& failures = hearings_[device].failures;
  unsigned& beside = failing_on_path_[neighbours_.path(device)];
  if (fails && failures == 0) failing_.insert(device), ++beside;
  if (!fails && failures > 0) failing_.erase(device), --beside;
  failures = fails ? failures + 1 : 0;
  auto& losing = hearings_[device].losing;
  if (failures <= Hearing::silent_questions) losing += ((fails ? 1 : 0) - losing) / remembered;
}

void Facts::unanswered(Index device, Instant asked) {
  Hearing& hearing = hearings_[device];
  fails(device, true);
  if (hearing.failures == 1) hearing.first_failure = asked;
  if (hearing.failures == 2) hearing.second_failure = asked;
  hearing.last_failure = asked;
  if (hearing.silent())
    for (Track& track : tracks_[device]) track.fresh = false;
}

}  // namespace holdup::detect
