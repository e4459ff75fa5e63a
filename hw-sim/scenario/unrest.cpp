#include "hw-sim/scenario/unrest.hpp"

#include <array>
#include <chrono>

#include "hw-sim/power/noise.hpp"

namespace hwsim::scenario {
namespace {

struct Habit {
  FaultKind kind;
  double most;                                          // of a device's answers
  std::chrono::milliseconds least_length, most_length;  // 0: the kind has none
};

constexpr std::array habits{Habit{FaultKind::lossy, 0.03, {}, {}},
                            Habit{FaultKind::slow, 0.3, std::chrono::milliseconds{1}, std::chrono::milliseconds{80}},
                            Habit{FaultKind::late, 0.01, std::chrono::milliseconds{600}, std::chrono::milliseconds{2500}},
                            Habit{FaultKind::truncated, 0.005, {}, {}}, Habit{FaultKind::wrong_id, 0.005, {}, {}}};

}  // namespace

std::vector<Fault> unrest(const power::World& world, std::uint64_t seed) {
  std::vector<Fault> out;
  for (std::uint64_t d = 0; d < world.devices().size(); ++d)
    for (std::uint64_t h = 0; h < habits.size(); ++h) {
      const Habit& habit = habits[h];
      const auto share = [&](std::uint64_t of) { return power::unit_interval(power::draw(seed, {d, h, of})); };
      Fault fault{.element = ground::Element::device(world.devices()[d].name), .kind = habit.kind, .ratio = habit.most * share(0)};
      if (habit.most_length > habit.least_length) {
        const auto range = static_cast<double>((habit.most_length - habit.least_length).count());
        fault.length = habit.least_length + std::chrono::milliseconds{static_cast<std::int64_t>(range * share(1))};
      }
      out.push_back(std::move(fault));
    }
  return out;
}

}  // namespace hwsim::scenario
