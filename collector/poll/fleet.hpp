#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "collector/core/effects.hpp"
#include "drivers/device.hpp"
#include "drivers/open/opener.hpp"
#include "drivers/profile/library.hpp"
#include "ground/histogram.hpp"

namespace boost::asio {
class io_context;
}

// Performs the core's orders: the site's devices behind their drivers, one coroutine an order, its outcome handed back as an input. A
// device that breaks harms itself only. Used by the live host, on the loop.
namespace holdup::poll {

using Hand = std::function<void(core::Input&&)>;

class Fleet {
 public:
  /// `hand` is called on the loop, never from within perform().
  Fleet(boost::asio::io_context& loop, std::uint32_t seed, std::shared_ptr<drivers::V3Commons> commons, Hand hand);

  /// Replaces all devices; what is still under way for the former ones is forgotten. `accesses` by device.
  void man(const site::Site& site, std::shared_ptr<const profile::Library> profiles, std::span<const drivers::Access> accesses);
  /// The questions have left when it returns.
  void perform(std::span<const plan::Order> orders);
  /// Ends what is under way; nothing is handed in afterwards.
  void stop();

  /// Question to answer, of the answered ones.
  [[nodiscard]] const ground::Histogram& round_trips() const { return round_trips_; }
  /// What of the answers was dropped since the start of the daemon, by name: every crew's.
  void add_dropped(std::map<std::string, std::uint64_t>& dropped) const;

 private:
  struct Crew {  // one site's devices; coroutines under way keep it
    Crew(boost::asio::io_context& loop, std::shared_ptr<const profile::Library> library, std::uint32_t seed,
         std::shared_ptr<drivers::V3Commons> commons)
        : profiles{std::move(library)}, opener{loop, *profiles, seed, std::move(commons)} {}
    std::shared_ptr<const profile::Library> profiles;
    drivers::Opener opener;
    std::vector<std::unique_ptr<drivers::Device>> devices;  // nullptr: its URL cannot be opened
  };

  void perform(const plan::Order& order);
  boost::asio::awaitable<void> carry_out(std::shared_ptr<Crew> crew, plan::Order order);
  boost::asio::awaitable<void> outside();
  void take_late(const std::weak_ptr<Crew>& crew, site::Index device, drivers::LateAnswer late);
  void hand(const std::shared_ptr<Crew>& crew, core::Input&& input);

  boost::asio::io_context& loop_;
  std::uint32_t seed_;  // of request ids; another for each crew
  std::shared_ptr<drivers::V3Commons> commons_;
  Hand hand_;
  std::shared_ptr<Crew> crew_;
  std::map<std::string, std::uint64_t> past_dropped_;  // by former crews
  ground::Histogram round_trips_;
  bool performing_ = false;  // within the step that ordered
};

}  // namespace holdup::poll
