#include "world/timeline.hpp"

#include <algorithm>
#include <map>

namespace world {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

class Writer {
 public:
  Writer(Dice& dice, const RackText& rack) : dice_{dice}, rack_{rack} {}

  Misfortune write() {
    for (std::size_t i = 0, events = dice_.between(1, 8); i < events; ++i) strike();
    const milliseconds end = last_ + 1s;
    for (const auto* names : {&rack_.feeds, &rack_.pdus, &rack_.outlets, &rack_.supplies, &rack_.loads})
      for (const auto& name : *names) at(end, "restore " + name);
    for (const auto& device : rack_.devices) at(end, "clear " + device);
    Misfortune out{.text = "timeline:\n", .all_well_from = end};
    for (const auto& [when, what] : steps_) out.text += "  - {at: " + std::to_string(when.count()) + "ms, do: \"" + what + "\"}\n";
    return out;
  }

 private:
  void strike() {
    // Half of what happens follows closely on what happened before: that is where judgements cross.
    const milliseconds when = last_ > 0ms && dice_.chance(0.5) ? began_ + dice_.moment(0ms, 4s) : dice_.moment(5s, 90s);
    const milliseconds length = dice_.chance(0.2) ? dice_.moment(5ms, 900ms) : dice_.moment(1s, 40s);
    began_ = when;
    switch (dice_.below(10)) {
      case 0:
      case 1:
        return fail(dice_.pick(rack_.feeds), when, length);
      case 2:
        return fail(dice_.pick(rack_.pdus), when, length);
      case 3:
        return fail(dice_.pick(rack_.outlets), when, length);
      case 4:
        return fail(dice_.pick(rack_.supplies), when, length);
      case 5:
        return change(when, length);
      case 6:
        return fault_group(when, length);
      default:
        return fault(dice_.pick(rack_.devices), when, length);
    }
  }

  void fail(const std::string& element, milliseconds when, milliseconds length) {
    if (dice_.chance(0.3)) return at(when, "fail " + element + " for=" + std::to_string(length.count()) + "ms", length);
    at(when, "fail " + element);
    at(when + length, "restore " + element);
  }

  void change(milliseconds when, milliseconds length) {
    const auto load = dice_.below(rack_.loads.size());
    const std::string outlet = dice_.pick(rack_.outlets), feed = dice_.pick(rack_.feeds);
    switch (dice_.below(3)) {
      case 0:
        at(when, "set " + rack_.loads[load] + " watts=" + std::to_string(rack_.watts[load] * dice_.between(0, 20) / 10));
        return at(when + length, "restore " + rack_.loads[load]);
      case 1:
        at(when, "set " + outlet + " state=off");
        return at(when + length, "restore " + outlet);
      default:
        at(when, "set " + feed + " volts=" + std::to_string(dice_.between(60, 250)));
        return at(when + length, "restore " + feed);
    }
  }

  void fault(const std::string& device, milliseconds when, milliseconds length) {
    static const std::vector<std::string> kinds{
        "silent",    "silent", "silent",   "slow ms=5", "slow ms=300",       "lossy ratio=0.3", "lossy ratio=0.7",
        "duplicate", "late",   "wrong_id", "truncated", "garbage ratio=0.5", "reboot",          "reboot ms=900"};
    begin_fault(device, dice_.pick(kinds), when, length);
  }

  // One switch, one feed's cards, or the whole network.
  void fault_group(milliseconds when, milliseconds length) {
    const std::size_t through = dice_.below(3);
    const std::string kind = dice_.chance(0.7) ? "silent" : "lossy ratio=0.5";
    const std::string cards = "device/pdu-" + std::string(1, static_cast<char>('a' + dice_.below(rack_.feeds.size())));
    const bool of_feed = dice_.chance(0.4);
    for (std::size_t d = 0; d < rack_.devices.size(); ++d)
      if (of_feed ? rack_.devices[d].starts_with(cards) : rack_.switches[d] == through) begin_fault(rack_.devices[d], kind, when, length);
  }

  void begin_fault(const std::string& device, const std::string& words, milliseconds when, milliseconds length) {
    at(when, "fault " + device + " kind=" + words);
    if (!words.starts_with("reboot")) at(when + length, "clear " + device + " kind=" + words.substr(0, words.find(' ')));
  }

  void at(milliseconds when, const std::string& what, milliseconds lasts = {}) {
    steps_.emplace(when, what);
    last_ = std::max(last_, when + lasts);
  }

  Dice& dice_;
  const RackText& rack_;
  std::multimap<milliseconds, std::string> steps_;
  milliseconds last_{}, began_{};
};

}  // namespace

Misfortune random_timeline(Dice& dice, const RackText& rack) { return Writer{dice, rack}.write(); }

}  // namespace world
