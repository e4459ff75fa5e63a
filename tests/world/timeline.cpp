#include "world/timeline.hpp"

#include <algorithm>
#include <map>

namespace world {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

std::string ms(milliseconds time) { return std::to_string(time.count()) + "ms"; }

class Writer {
 public:
  Writer(Dice& dice, const RackText& rack) : dice_{dice}, rack_{rack} {}

  Misfortune write(Temper temper) {
    if (temper == Temper::single) {
      strike_once();
    } else {
      for (std::size_t i = 0, events = dice_.between(1, 8); i < events; ++i) strike();
      last_ = std::max<milliseconds>(last_, 10s);
      if (temper == Temper::lying) lie();
      befall_watcher();
    }
    const milliseconds end = last_ + 1s;
    using Names = const std::vector<std::string>*;
    for (const Names names : {&rack_.feeds, &rack_.pdus, &rack_.banks, &rack_.outlets, &rack_.supplies, &rack_.loads, &rack_.upses,
                              static_cast<Names>(&inputs_)})
      for (const auto& name : *names) at(end, "restore " + name);
    for (const auto* names : {&rack_.devices, &rack_.contacts})
      for (const auto& name : *names) at(end, "clear " + name);
    out_.text = "timeline:\n";
    out_.all_well_from = end;
    for (const auto& [when, what] : steps_) out_.text += "  - {at: " + ms(when) + ", do: \"" + what + "\"}\n";
    return std::move(out_);
  }

 private:
  struct When {
    milliseconds at{}, length{};
  };

  // Half of what happens follows closely on what happened before: that is where judgements cross.
  When moment() {
    const milliseconds at = last_ > 0ms && dice_.chance(0.5) ? began_ + dice_.moment(0ms, 4s) : dice_.moment(5s, 90s);
    const milliseconds length = dice_.chance(0.2) ? dice_.moment(5ms, 900ms) : dice_.moment(1s, 40s);
    began_ = at;
    return {at, length};
  }

  void strike() {
    const When when = moment();
    switch (dice_.below(15)) {
      case 0:
      case 1:
        return fail(dice_.pick(rack_.feeds), when, lines());
      case 2:
        return fail(dice_.pick(rack_.pdus), when);
      case 3:
        return fail(dice_.pick(rack_.outlets), when);
      case 4:
        return fail_supply(when);
      case 5:
        if (!rack_.cards.empty() && dice_.chance(0.3)) return fault(dice_.pick(rack_.cards), when);
        return change(when);
      case 6:
        return fault_group(when);
      case 7:
        return fail_upstream(when);
      case 8:
        return switch_things(when);
      case 9:
        return forget(when);
      case 10:
        return start_cold("device/" + dice_.pick(rack_.pdus), when);
      default:
        return fault(dice_.pick(rack_.devices), when);
    }
  }

  void strike_once() {
    const When when{.at = dice_.moment(20s, 60s), .length = dice_.moment(20s, 60s)};
    const auto what = dice_.below(3);
    if (what == 0) return fail(dice_.pick(rack_.feeds), when);  // with several PDUs that are not all seen it may be several incidents
    out_.one_cause = rack_.feeds.size() > 1 && !rack_.transfers;
    fail(dice_.pick(what == 1 ? rack_.pdus : rack_.supplies), when);
  }

  /// All of a feed's lines, or one.
  std::string lines() {
    if (!rack_.three_lines || dice_.chance(0.4)) return {};
    if (rack_.neutral && dice_.chance(0.3)) return " phase=neutral";
    return " phase=" + std::to_string(dice_.between(1, 3));
  }

  void fail(const std::string& element, When when, const std::string& how = {}) {
    if (how.empty()) call(element, when);
    if (dice_.chance(0.3)) return at(when.at, "fail " + element + how + " for=" + ms(when.length), when.length);
    at(when.at, "fail " + element + how);
    at(when.at + when.length, "restore " + element);
  }

  // What devices call out: it gets lost, comes twice, or late. Who is told so may know better, and is told more by whoever is asked.
  void call(const std::string& element, When when) {
    const bool ups = element.ends_with("/input");
    if (!dice_.chance(0.25) || element.find("/phase/") != std::string::npos) return;
    if (ups) return call_out("device/" + element.substr(4, element.find('/', 4) - 4) + "-card", when, "5", "6");
    for (const auto& pdu : rack_.pdus) {
      const bool below = element == pdu || (element.starts_with("feed/") && std::tolower(element.back()) == pdu[4]);
      if (below && dice_.chance(0.7)) call_out("device/" + pdu, when, "1", "2");
    }
  }

  void call_out(const std::string& device, When when, const std::string& lost, const std::string& back) {
    const auto say = [&](milliseconds moment, const std::string& what) { at(moment, "trap " + device + " oid=1.3.6.1.4.1.99999." + what); };
    say(when.at + dice_.moment(0ms, 20ms), lost);
    if (dice_.chance(0.3)) say(when.at + dice_.moment(20ms, 5s), lost);
    if (dice_.chance(0.6)) say(when.at + when.length + dice_.moment(1s, 8s), back);
  }

  void fail_supply(When when) {
    const bool removed = !rack_.modules.empty() && dice_.chance(0.4);
    const When by_hand{when.at, std::max<milliseconds>(when.length, 500ms)};
    if (removed) return fail(dice_.pick(rack_.modules), by_hand, " kind=removed");
    if (!rack_.banks.empty() && dice_.chance(0.4)) return fail(dice_.pick(rack_.banks), when);
    fail(dice_.pick(rack_.supplies), when);
  }

  void fail_upstream(When when) {
    if (rack_.three_lines && dice_.chance(0.3)) return fail(dice_.pick(rack_.pdus) + "/phase/" + std::to_string(dice_.between(1, 3)), when);
    if (rack_.upses.empty()) return fail(dice_.pick(rack_.feeds), when, lines());
    const std::string& ups = dice_.pick(rack_.upses);
    static const std::vector<std::string> modes{"test", "bypass", "eco"};
    if (dice_.chance(0.7)) return fail(inputs_.emplace_back(ups + "/input"), when);
    at(when.at, "set " + ups + " mode=" + dice_.pick(modes));
    at(when.at + when.length, "restore " + ups);
  }

  void switch_things(When when) {
    const std::string supply = dice_.pick(rack_.supplies);
    switch (dice_.below(3)) {
      case 0:
        return rest(when);
      case 1:
        return fail(dice_.pick(rack_.loads), when);
      default:
        return at(when.at, "maintenance " + supply + " for=" + ms(when.length + 1s), when.length);
    }
  }

  void rest(When when) {
    if (rack_.resting.empty()) return;
    const std::string& supply = dice_.pick(rack_.resting);
    at(when.at, "set " + supply + " state=standby");
    at(when.at + when.length, "restore " + supply);
  }

  void change(When when) {
    const auto load = dice_.below(rack_.loads.size());
    const std::string outlet = dice_.pick(rack_.outlets), feed = dice_.pick(rack_.feeds);
    switch (dice_.below(rack_.plant ? 2 : 3)) {
      case 0:
        at(when.at, "set " + rack_.loads[load] + " watts=" + std::to_string(rack_.watts[load] * dice_.between(0, 20) / 10));
        return at(when.at + when.length, "restore " + rack_.loads[load]);
      case 1:
        at(when.at, "set " + outlet + " state=off");
        return at(when.at + when.length, "restore " + outlet);
      default:
        at(when.at, "set " + feed + " volts=" + std::to_string(dice_.between(60, 250)));
        return at(when.at + when.length, "restore " + feed);
    }
  }

  // Of `slow` and `late` with a ratio some answers overtake others.
  void fault(const std::string& device, When when) {
    static const std::vector<std::string> kinds{"silent",
                                                "silent",
                                                "slow ms=5",
                                                "slow ms=300",
                                                "slow ms=400 ratio=0.5",
                                                "lossy ratio=0.3",
                                                "lossy ratio=0.7",
                                                "late ms=1200 ratio=0.4",
                                                "late ms=2500 ratio=0.7",
                                                "duplicate",
                                                "late",
                                                "wrong_id",
                                                "truncated",
                                                "garbage ratio=0.5",
                                                "reboot",
                                                "reboot ms=900",
                                                "replaced"};
    begin_fault(device, dice_.pick(kinds), when);
  }

  // A row of a table is gone: the device answers that it has no such thing.
  void forget(When when) {
    static const std::vector<std::string> of_pdus{"outlet_state", "outlet_current", "inlet_voltage", "phase_voltage"},
        of_units{"supply_input_ok", "supply_output_ok", "supply_output_power"};
    const bool unit = !rack_.units.empty() && dice_.chance(0.5);
    const std::string device = unit ? dice_.pick(rack_.units).substr(7) : dice_.pick(rack_.pdus);
    out_.absences.push_back("absent " + device + " " + dice_.pick(unit ? of_units : of_pdus) + " at=" + ms(when.at) +
                            " for=" + ms(when.length));
    last_ = std::max(last_, when.at + when.length);
  }

  // Its card starts anew, and tells 0 of everything until its meters are read.
  void start_cold(const std::string& device, When when) {
    at(when.at, "fault " + device + " kind=reboot");
    at(when.at, "fault " + device + " kind=warming ms=" + std::to_string(dice_.between(1, 8) * 1000));
    at(when.at + 20s, "clear " + device + " kind=warming");
  }

  // One switch, one feed's cards, or the whole network.
  void fault_group(When when) {
    const std::size_t through = dice_.below(3);
    const std::string kind = dice_.chance(0.7) ? "silent" : "lossy ratio=0.5";
    const std::string cards = "device/pdu-" + std::string(1, static_cast<char>('a' + dice_.below(rack_.feeds.size())));
    const bool of_feed = dice_.chance(0.4);
    for (std::size_t d = 0; d < rack_.devices.size(); ++d)
      if (of_feed ? rack_.devices[d].starts_with(cards) : rack_.switches[d] == through) begin_fault(rack_.devices[d], kind, when);
  }

  void begin_fault(const std::string& device, const std::string& words, When when) {
    at(when.at, "fault " + device + " kind=" + words);
    if (words.starts_with("re")) return;  // it comes back by itself
    at(when.at + when.length, "clear " + device + " kind=" + words.substr(0, words.find(' ')));
  }

  // One device tells for a while what is not, or its contacts do.
  void lie() {
    static const std::vector<std::string> of_pdus{"frozen", "frozen", "zeros", "scaled ratio=0.5", "scaled ratio=2", "warming ms=20000"},
        of_units{"frozen",
                 "zeros",
                 "zeros point=supply_input_ok",
                 "frozen point=supply_input_ok",
                 "zeros point=supply_output_ok",
                 "zeros point=supply_output_power",
                 "scaled point=supply_output_power ratio=0.4",
                 "scaled point=supply_input_voltage ratio=0.3"},
        of_contacts{"broken", "broken", "welded", "chatter", "eft"};
    const When when{.at = dice_.moment(5s, last_ + 1s), .length = dice_.moment(5s, 60s)};
    if (!rack_.contacts.empty() && dice_.chance(0.4)) return lie_of(dice_.pick(rack_.contacts), dice_.pick(of_contacts), when);
    if (!rack_.units.empty() && dice_.chance(0.5)) return lie_of(dice_.pick(rack_.units), dice_.pick(of_units), when);
    lie_of("device/" + dice_.pick(rack_.pdus), dice_.pick(of_pdus), when);
  }

  void lie_of(const std::string& liar, const std::string& words, When when) {
    out_.liars.push_back("liar " + liar);
    at(when.at, "fault " + liar + " kind=" + words);
    at(when.at + when.length, "clear " + liar + " kind=" + words.substr(0, words.find(' ')));
  }

  // It is killed, its machine starts anew, its clock is set, somebody tells it things: rather while something is going on.
  void befall_watcher() {
    const auto some_time = [&] { return dice_.moment(5s, last_ + 20s); };
    for (std::size_t i = 0, deaths = dice_.chance(0.35) ? dice_.between(1, 2) : 0; i < deaths; ++i) {
      const milliseconds gap = dice_.chance(0.6) ? dice_.moment(50ms, 3s) : dice_.moment(3s, 40s);
      out_.watcher.push_back((dice_.chance(0.5) ? "killed at=" : "rebooted at=") + ms(some_time()) + " for=" + ms(gap));
    }
    if (dice_.chance(0.15)) {
      static const std::vector<std::string> jumps{"-3600000ms", "-2000ms", "1500ms", "86400000ms"};
      out_.watcher.push_back("clock_set at=" + ms(some_time()) + " for=" + dice_.pick(jumps));
    }
    if (dice_.chance(0.1)) out_.watcher.push_back("handsoff at=" + ms(some_time()));
    if (dice_.chance(0.1)) out_.watcher.push_back("attest at=" + ms(some_time()) + " of=" + dice_.pick(rack_.supplies));
  }

  void at(milliseconds when, const std::string& what, milliseconds lasts = {}) {
    steps_.emplace(when, what);
    last_ = std::max(last_, when + lasts);
  }

  Dice& dice_;
  const RackText& rack_;
  std::multimap<milliseconds, std::string> steps_;
  milliseconds last_{}, began_{};
  std::vector<std::string> inputs_;  // of UPSes
  Misfortune out_;
};

}  // namespace

Misfortune random_timeline(Dice& dice, const RackText& rack, Temper temper) { return Writer{dice, rack}.write(temper); }

}  // namespace world
