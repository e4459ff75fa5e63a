#include "collector/plan/plan.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "ground/expect.hpp"

namespace holdup::plan {
namespace {

using namespace std::chrono_literals;

constexpr Duration first_identify_time = 2s;  // what is dead is soon known to be …
constexpr Duration identify_time = 10s;       // … and the walk of a large PDU over a slow card gets its time
constexpr Duration longest_back_off = 30s;
constexpr Duration recognise_time = 2s;
constexpr Duration recognise_after = 10s;  // once its agent started: by then it knows its parts
constexpr Duration confirm_gap = 100ms;    // between questions that traps bring about
constexpr double lively = 0.6;           // of its questions answered, of late: who then falls silent is asked again at once, whoever waits
constexpr unsigned first_questions = 3;  // of whoever never answered, before it is taken for dead
constexpr Duration can_wait = 500ms;     // what is not hot counts as due so much later
constexpr Duration shortest_burst = 50ms;  // unless the site file says so
constexpr int burst_faster = 4;            // than the grid
constexpr double burst_load = 0.8;         // of a line's time

Duration scaled(Duration duration, double by) { return Duration{static_cast<Duration::rep>(static_cast<double>(duration.count()) * by)}; }

void follow(Duration& usual, Duration took) { usual = usual == Duration{} ? took : usual + (took - usual) / 8; }

Duration rest_after(Duration busy, double duty) { return scaled(busy, 1 / duty - 1); }

// SplitMix64: spreads devices over the period, the same for the same seed.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// The first slot of the grid phase + n × period after `now`.
Instant slot_after(Instant now, Duration phase, Duration period) {
  const auto since = now.time_since_epoch() - phase % period;
  return Instant{phase % period + (since / period + (since < Duration{} ? 0 : 1)) * period};
}

std::size_t number_of_cards(const site::Site& site) {
  std::map<std::string, int> cards;
  for (const auto& device : site.devices) cards.emplace(card_of(device), 0);
  return cards.size();
}

}  // namespace

Plan::Plan(const site::Site& site, std::uint64_t seed, Instant now)
    : site_{site}, wards_(site.devices.size()), agenda_{number_of_cards(site)} {
  std::map<std::string, std::size_t> cards;
  for (site::Index d = 0; d < wards_.size(); ++d) {
    wards_[d].answer_time = plan::answer_time(site.devices[d]);
    wards_[d].phase = Duration{static_cast<std::int64_t>(mix(seed ^ (d + 1)) >> 2)};
    wards_[d].identify_at = now;
    wards_[d].pace = site.devices[d].pace;
    wards_[d].card = cards.try_emplace(card_of(site.devices[d]), cards.size()).first->second;
    cards_.resize(cards.size());
    cards_[wards_[d].card].wards.push_back(d);
    cards_[wards_[d].card].kind = kind_of(site.devices[d]);
  }
  for (const Card& card : cards_) reschedule(wards_[card.wards.front()]);
}

std::vector<Order> Plan::due(Instant now) {
  std::vector<Order> orders;
  for (const std::size_t card : agenda_.due(now)) serve(card, now, orders);
  std::ranges::sort(orders, {}, &Order::device);
  return orders;
}

std::optional<Instant> Plan::next_due() const {
  const Instant next = agenda_.next();
  return next == Instant::max() ? std::nullopt : std::optional{next};
}

void Plan::serve(std::size_t number, Instant now, std::vector<Order>& orders) {
  Card& card = cards_[number];
  const auto joins = [&](site::Index d) { return !wards_[d].busy && !doubtful(wards_[d]) && next_of(wards_[d]) <= now; };
  if (card.kind == Card::Kind::host && card.held == 0)
    for (const site::Index d : card.wards)
      if (joins(d)) ask(d, now, orders);
  for (auto device = choose(card, now); device; device = choose(card, now)) ask(*device, now, orders);
  reschedule(wards_[card.wards.front()]);
}

// Of several devices behind one address the one that has waited longest is next. After a question in vain the living are.
std::optional<site::Index> Plan::choose(const Card& card, Instant now) const {
  std::optional<Turn> best, sure;
  if (card.held > 0) return std::nullopt;
  for (const site::Index d : card.wards) {
    if (wards_[d].busy || next_of(wards_[d]) > now) continue;
    const auto mine = turn(d);
    if (!best || mine < *best) best = mine;
    if (!doubtful(wards_[d]) && (!sure || mine < *sure)) sure = mine;
  }
  const auto& chosen = now < card.living_until && sure ? sure : best;
  return chosen ? std::optional{chosen->device} : std::nullopt;
}

Plan::Turn Plan::turn(site::Index device) const {
  const Ward& ward = wards_[device];
  const auto later = cards_[ward.card].shared() ? can_wait : Duration{};
  Turn out{.due = ward.identified ? ward.confirm_at : ward.identify_at + later, .asked_at = ward.asked_at, .device = device};
  for (const Rhythm& rhythm : ward.rhythms) {
    const bool hot = rhythm.eager && ward.failures == 0;
    if (rhythm.next != Instant::max()) out.due = std::min(out.due, hot ? rhythm.next : rhythm.next + later);
    if (ward.failures > 0) break;
  }
  if (ward.failures == 0 && ward.recognise_at != Instant::max()) out.due = std::min(out.due, ward.recognise_at + later);
  if (waits_for_share(ward)) out.due = std::max(out.due, cards_[ward.card].trial_at);
  return out;
}

// Whoever could not be identified before is asked for long, most likely in vain: its neighbours behind the address do not wait for it,
// unless there is one line for all of them. On a connection of several, nobody's time runs out while it waits for one who may be dead.
void Plan::ask(site::Index device, Instant now, std::vector<Order>& orders) {
  Ward& ward = wards_[device];
  Card& card = cards_[ward.card];
  ward.busy = true;
  ward.holds_card = card.kind == Card::Kind::own    ? ward.identified || ward.failures == 0
                    : card.kind == Card::Kind::line ? true
                                                    : doubtful(ward);
  if (ward.holds_card) ++card.held;
  ward.asked_at = now;
  if (may_recognise(ward, now)) {
    ward.recognise_at = now + recognise_every;
    ward.first_only = ward.eager_only = false;
    for (Rhythm& rhythm : ward.rhythms) rhythm.asked = false;
    return orders.push_back({.kind = Order::Kind::recognise, .device = device, .points = {}, .deadline = now + recognise_time});
  }
  if (ward.identified) return orders.push_back(read_order(device, now));
  const auto patience = std::min<Duration>(identify_time, first_identify_time * (1 << std::min(ward.failures, 3u)));
  orders.push_back({.kind = Order::Kind::identify, .device = device, .points = {}, .deadline = now + patience});
}

void Plan::end(Ward& ward, Instant now) {
  auto& card = cards_[ward.card];
  ward.busy = false;
  if (std::exchange(ward.holds_card, false)) --card.held;
  card.pauses_until = std::max(card.pauses_until, now + ward.pace.between_requests.value_or(Duration{}));
}

// What was urgent before is made up for: the rests add up.
void Plan::rest(const Ward& ward, Instant now, Duration busy) {
  if (!ward.pace.max_duty) return;
  auto& card = cards_[ward.card];
  card.rests_until = std::max(card.rests_until, now) + rest_after(busy, *ward.pace.max_duty);
}

void Plan::reschedule(const Ward& ward) {
  const Card& card = cards_[ward.card];
  Instant next = Instant::max();
  if (card.held == 0)
    for (const site::Index d : card.wards)
      if (!wards_[d].busy) next = std::min(next, next_of(wards_[d]));
  agenda_.set(ward.card, next);
}

Order Plan::read_order(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  if (ward.confirm_at <= now) {
    ask_eager(ward, now);
    ward.confirm_at = ward.confirm_last > now ? ward.confirm_last : Instant::max();
  }
  Order order{.kind = Order::Kind::read, .device = device, .points = {}, .deadline = now + ward.answer_time};
  const auto asked = rhythms_due(ward, now);
  for (Rhythm& rhythm : ward.rhythms) rhythm.asked = false;
  for (Rhythm* rhythm : asked) {
    rhythm->asked = true;
    order.points.insert(order.points.end(), rhythm->points.begin(), rhythm->points.end());
    const bool first = rhythm == &ward.rhythms.front();
    order.deadline = std::max(order.deadline, now + patience(site_.devices[device], ward.answer_time, *rhythm, first));
    rhythm->next = slot_after(now, ward.phase, period(ward, *rhythm, now));
  }
  ward.urgent = ward.urgent && std::ranges::any_of(ward.rhythms, [&](const Rhythm& r) { return r.eager && r.next <= now; });
  ward.first_only = asked.size() == 1 && asked.front() == &ward.rhythms.front();
  ward.eager_only = !ward.first_only && !asked.empty() && asked.front()->eager;
  return order;
}

// The first rhythm is always asked alone: a long question would hide a loss, and a silent device's return. The others follow its answer,
// what is hot before the rest; what waits for longer than the first does is not put off a second time.
std::vector<Rhythm*> Plan::rhythms_due(Ward& ward, Instant now) const {
  std::vector<Rhythm*> eager, rest;
  for (std::size_t r = 1; r < ward.rhythms.size() && ward.failures == 0; ++r)
    if (Rhythm& rhythm = ward.rhythms[r]; rhythm.next <= now) (rhythm.eager ? eager : rest).push_back(&rhythm);
  auto& others = eager.empty() ? rest : eager;
  Rhythm& first = ward.rhythms.front();
  if (first.next > now) return others;
  const bool put_off =
      ward.first_only && std::ranges::any_of(others, [&](const Rhythm* other) { return other->next < first.next; }) && !ward.urgent;
  return put_off ? others : std::vector{&first};
}

Duration Plan::period(const Ward& ward, const Rhythm& rhythm, Instant now) const {
  const auto grid = rhythm.period * ward.strain.slowdown();
  return rhythm.burst > Duration{} && now < ward.burst_until ? std::min(grid, rhythm.burst) : grid;
}

/// Who is dead, or not known to live, may be asked only when the dead ones' share of the line allows.
bool Plan::waits_for_share(const Ward& ward) const { return ward.failures > 0 && cards_[ward.card].shared() && !may_live(ward); }

// An answer or two that are lost make nobody dead: neither one that answered most of its questions, nor one that had few.
bool Plan::may_live(const Ward& ward) {
  if (!ward.identified) return ward.failures < first_questions;
  return ward.answering >= lively && ward.failures <= quick_retries;
}

Instant Plan::next_of(const Ward& ward) const {
  const Card& card = cards_[ward.card];
  const auto rested = std::max(card.rests_until, card.pauses_until);
  const auto next = ward.identified ? next_read(ward, rested) : std::max(ward.identify_at, rested);
  return waits_for_share(ward) ? std::max(next, card.trial_at) : next;
}

/// Only when nothing else is due: it may take several questions.
bool Plan::may_recognise(const Ward& ward, Instant now) {
  const bool due = ward.identified && ward.failures == 0 && ward.recognise_at <= now && ward.confirm_at > now;
  return due && std::ranges::all_of(ward.rhythms, [&](const Rhythm& rhythm) { return rhythm.next > now; });
}

void Plan::recognise_soon(Ward& ward, Instant now) {
  if (ward.recognise_at != Instant::max()) ward.recognise_at = std::min(ward.recognise_at, now + recognise_after);
}

void Plan::keep_recognising(site::Index device, Instant now) {
  wards_[device].recognise_at = now + recognise_every;
  reschedule(wards_[device]);
}

void Plan::recognised(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  end(ward, now);
  rest(ward, now, now - ward.asked_at);
  reschedule(ward);
}

Instant Plan::next_read(const Ward& ward, Instant rested) const {
  Instant next = ward.failures == 0 ? ward.recognise_at : Instant::max(), urgent = ward.confirm_at;
  for (const auto& rhythm : ward.rhythms) {
    if (ward.urgent && rhythm.eager) urgent = std::min(urgent, rhythm.next);
    next = std::min(next, rhythm.next);
    if (ward.failures > 0) break;  // while a device is silent only its first points are asked: a long question would hide its return
  }
  if (ward.rhythms.empty()) return std::max(next, rested);
  return std::min(std::max(next, rested), std::max(urgent, cards_[ward.card].pauses_until));
}

void Plan::identified(site::Index device, std::span<const reading::Point> points, Instant now, const reading::Pace& profile) {
  Ward& ward = wards_[device];
  const auto& written = site_.devices[device];
  ward.identified = true;
  ward.recognise_at = Instant::max();
  ward.pace = written.pace.over(profile);
  ward.strain = {};
  ward.uptime.reset();
  const Duration walked = ward.busy ? now - ward.asked_at : Duration{};
  if (ward.busy) end(ward, now), rest(ward, now, walked);
  ward.failures = 0;
  ward.answering = 1;
  ward.first_only = ward.eager_only = false;
  ward.burst_until = Instant::min();
  ward.learned = ward.took = ward.took_eager = Duration{};
  ward.rhythms = rhythms_of(written, points, ward.pace);
  for (Rhythm& rhythm : ward.rhythms) rhythm.next = now, rhythm.took = walked;
  ward.answer_time = plan::answer_time(written, ward.rhythms);
  for (std::uint32_t p = 0; p < points.size(); ++p)
    if (points[p].means == reading::Meaning::uptime && label(points[p], "part") == "system") ward.uptime = p;
  reschedule(ward);
}

void Plan::slow(site::Index device, Duration refresh, Instant now) {
  Ward& ward = wards_[device];
  ward.learned = refresh;
  for (Rhythm& rhythm : ward.rhythms) {
    const auto slower = rhythm.lengthened(std::max(rhythm.declared, refresh));
    if (rhythm.period == slower) continue;
    rhythm.period = slower;
    if (rhythm.burst > Duration{}) rhythm.burst = burst_period(ward, rhythm);
    rhythm.next = slot_after(now, ward.phase, period(ward, rhythm, now));
  }
  by_period(ward.rhythms);
  reschedule(ward);
}

Plan::Periods Plan::periods(site::Index device) const {
  const Ward& ward = wards_[device];
  Periods out;
  for (const Rhythm& rhythm : ward.rhythms) {
    for (const auto point : rhythm.points) {
      if (point >= out.size()) out.resize(point + 1);
      out[point] = rhythm.period * ward.strain.slowdown();
    }
  }
  return out;
}

// Only the first rhythm's questions are always about as long as each other: their round trips can be compared.
void Plan::answered(site::Index device, Instant now, std::span<const reading::Reading> readings) {
  HOLDUP_EXPECT(device < wards_.size());
  Ward& ward = wards_[device];
  const auto busy = now - ward.asked_at;
  end(ward, now);
  rest(ward, now, busy);
  if (std::exchange(ward.failures, 0) >= first_questions) recognise_soon(ward, now);
  ward.answering += (1 - ward.answering) / 8;
  ward.lived = false;
  for (Rhythm& rhythm : ward.rhythms) rhythm.answered(busy);
  if (ward.first_only) follow(ward.took, busy);
  if (ward.eager_only) follow(ward.took_eager, busy);
  if (ward.first_only && !readings.empty() && readings.front().uncertainty > Duration{})
    tell(device, ward.strain.round_trip(readings.front().uncertainty, now));
  if (ward.uptime) {
    const auto told = std::ranges::find_if(readings, [&](const auto& reading) { return reading.point == *ward.uptime; });
    if (told != readings.end() && told->quality == ground::Quality::good) {
      if (told->value < std::exchange(ward.up_for, told->value)) recognise_soon(ward, now);
      tell(device, ward.strain.uptime(told->value, now));
    }
  }
  reschedule(ward);
}

void Plan::answered_late(site::Index device, Instant now, Duration round_trip) {
  Ward& ward = wards_[device];
  ward.lived = true;
  ward.failures = 0;
  for (Rhythm& rhythm : ward.rhythms) rhythm.answered(round_trip);
  rest(ward, now, round_trip);
  tell(device, ward.strain.round_trip(round_trip, now));
  reschedule(ward);
}

// A question that nobody answers keeps nobody busy but its line, as far as is known; a late answer makes up for its rest. And one that
// came since the last failure says that the device lives: more questions would make it no faster.
void Plan::failed(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  Card& card = cards_[ward.card];
  end(ward, now);
  card.living_until = now + (now - ward.asked_at);
  ++ward.failures;
  ward.answering -= ward.answering / 8;
  if (waits_for_share(ward)) card.charge(ward.asked_at, now - ward.asked_at);
  const bool lives = std::exchange(ward.lived, false);
  if (!ward.identified) {
    const auto back_off = std::min<Duration>(longest_back_off, 500ms * (1 << std::min(ward.failures, 7u)));
    ward.identify_at = now + (card.shared() ? Duration{} : back_off);  // there the dead ones' share is the back-off
  } else if (ward.failures <= quick_retries && !lives) {
    ask_first(ward, now);
  }
  for (Rhythm& rhythm : ward.rhythms)
    if (rhythm.asked && ++rhythm.lost == 1 && &rhythm != &ward.rhythms.front()) rhythm.next = now;  // once it is known to live
  reschedule(ward);
}

void Plan::tell(site::Index device, const std::optional<Strain::News>& news) {
  if (news) news_.push_back({device, *news});
}

void Plan::confirm(site::Index device, Instant now, Instant knows) {
  Ward& ward = wards_[device];
  if (ward.identified) {
    const bool just_asked = ward.asked_at != Instant::min() && ward.asked_at + confirm_gap > now;
    const Instant first = just_asked ? ward.asked_at + confirm_gap : now;
    ward.confirm_at = std::min(ward.confirm_at, first);
    ward.confirm_last = std::max({ward.confirm_last, first, knows});
  } else {
    ward.identify_at = std::min(ward.identify_at, now);  // it lives
  }
  reschedule(ward);
}

void Plan::hurry(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  ask_eager(ward, now);
  ward.urgent = true;
  reschedule(ward);
}

void Plan::burst(site::Index device, Instant now) {
  Ward& ward = wards_[device];
  if (site_.burst.length == Duration{} || !ward.identified || ward.strain.slowdown() > 1) return;
  ward.burst_until = now + site_.burst.length;
  for (Rhythm& rhythm : ward.rhythms) {
    if (!rhythm.eager) continue;
    rhythm.burst = burst_period(ward, rhythm);
    rhythm.next = std::min(rhythm.next, slot_after(now, ward.phase, period(ward, rhythm, now)));
  }
  reschedule(ward);
}

/// No faster than the device measures, twice; nor than its line could serve all that live on it.
Duration Plan::burst_period(const Ward& ward, const Rhythm& rhythm) const {
  Duration line{};
  for (const site::Index mate : cards_[ward.card].wards)
    if (!doubtful(wards_[mate])) line += wards_[mate].took + wards_[mate].took_eager;
  const auto wanted = site_.burst.every.value_or(std::max(rhythm.period / burst_faster, shortest_burst));
  return std::max({wanted, std::max(rhythm.declared, ward.learned) / 2, scaled(line, 1 / burst_load)});
}

void Plan::ask_first(Ward& ward, Instant now) {
  if (!ward.rhythms.empty()) ward.rhythms.front().next = std::min(ward.rhythms.front().next, now);
}

// A silent device's first points are all that is asked of it.
void Plan::ask_eager(Ward& ward, Instant now) {
  if (ward.failures > 0) return ask_first(ward, now);
  for (Rhythm& rhythm : ward.rhythms)
    if (rhythm.eager) rhythm.next = std::min(rhythm.next, now);
}

}  // namespace holdup::plan
