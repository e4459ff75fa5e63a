#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "collector/rules/engine.hpp"
#include "store/reader.hpp"

// Rules over what a store holds, as the daemon would have evaluated them while it was recorded: samples in order of recording, those of
// one moment at once. What a device told ends with its telemetry_lost, as under `missed_poll: hold`; polls that were missed are not stored,
// so that other policies cannot be played. What rules had made then is left out, the rules make it anew. Used by the verb `replay`.
namespace holdup::cli {

class RuleReplay {
 public:
  struct Done {
    std::uint64_t samples = 0, left_out = 0;  // left out: the clock had been set back
    ground::Utc from{}, to{};                 // of the first sample that counts, and of the last
    rules::Engine::Counters counters;
    std::uint64_t lost = 0;  // devices whose telemetry_lost ended what they had told
    bool complete = true;    // else some of it was deleted, by age, or is damaged
  };
  struct Hearer {
    std::function<void(const rules::Transition&)> transition;  // its instants are UTC
    std::function<void(ground::Utc)> progress;                 // now and then
  };

  RuleReplay(store::Reader& reader, rules::RuleSet rules, store::Range range);
  /// Transitions within the range; what the rules look back at is read before it.
  [[nodiscard]] ground::Result<Done> run(const Hearer& hearer);

 private:
  struct Heard {
    ground::Utc time;
    std::uint32_t series;
    std::optional<double> value;  // nothing: it was not good
  };
  /// What one device's points told.
  struct Device {
    std::map<std::uint32_t, std::optional<double>> values;  // by series: the newest
    std::optional<ground::Utc> over;                        // since its telemetry_lost they count no more
  };
  struct Loss {
    ground::Utc time;
    std::string device;
  };

  [[nodiscard]] ground::Result<std::int64_t> seq_before(ground::Utc time);
  [[nodiscard]] ground::Result<void> read_losses();
  [[nodiscard]] ground::Result<void> bear(std::int64_t row);
  void end_values(ground::Utc until, const Hearer& hearer);
  void renew_values(ground::Utc time, std::vector<rules::Sample>& batch);
  [[nodiscard]] ground::Result<void> take(const std::vector<store::Recorded>& recorded);
  void play(const Hearer& hearer);
  void tell(const std::vector<rules::Transition>& transitions, const Hearer& hearer) const;

  store::Reader& reader_;
  store::Range range_;
  ground::Utc first_;                        // that a rule looks at
  std::set<std::string, std::less<>> made_;  // names of series that rules make
  rules::Engine engine_;
  std::unordered_map<std::int64_t, bool> counts_;  // by row: born, or left out
  std::vector<Heard> heard_;                       // of a slice
  std::vector<Loss> losses_;                       // by time, those still to come from next_loss_ on
  std::size_t next_loss_ = 0;
  std::map<std::string, Device, std::less<>> devices_;
  std::unordered_map<std::uint32_t, Device*> device_of_;  // by series
  Done done_;
};

}  // namespace holdup::cli
