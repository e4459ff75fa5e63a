#pragma once

#include <memory>
#include <vector>

#include "collector/core/effects.hpp"
#include "collector/poll/fleet.hpp"
#include "collector/site/site.hpp"
#include "drivers/gpio/watch.hpp"

// Watches the lines of the site's contacts and hands their levels to the core: a watch a chip. A chip that cannot be had is said in the
// log and looked for each second. Used by the live host, on the loop.
namespace holdup::poll {

class ContactDesk {
 public:
  /// `hand` is called on the loop, never from within man().
  ContactDesk(boost::asio::io_context& loop, Hand hand) : loop_{loop}, hand_{std::move(hand)} {}

  /// Opens every chip anew: what stood before is told again as found.
  void man(const site::Site& site);
  void stop() { watches_.clear(); }

  /// Since the start of the daemon, over every watch it had.
  [[nodiscard]] gpio::Counters counters() const;

 private:
  struct Place {
    site::Index contact = 0;
    detect::Side side = detect::Side::own;
  };
  void watch(const std::string& chip, std::vector<gpio::Wish> wishes, std::vector<Place> places);
  void take(const std::vector<Place>& places, const std::vector<gpio::Told>& told);

  boost::asio::io_context& loop_;
  Hand hand_;
  std::vector<std::unique_ptr<gpio::Watch>> watches_;
  gpio::Counters past_;  // of watches that ended
};

}  // namespace holdup::poll
