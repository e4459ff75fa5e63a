#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/core/effects.hpp"
#include "collector/poll/fleet.hpp"
#include "collector/site/site.hpp"
#include "drivers/open/traps.hpp"
#include "drivers/profile/library.hpp"

// Takes the calls of the site's devices and hands them to the core. Opened as the site says; a port that cannot be had is said in the log
// and by what is not heard, polling goes on. Used by the live host, on the loop.
namespace holdup::poll {

class TrapDesk {
 public:
  /// `hand` is called on the loop, never from within man().
  TrapDesk(boost::asio::io_context& loop, std::shared_ptr<drivers::V3Commons> commons, Hand hand);

  /// Opens the port, or keeps it where its address stays, and learns whom to listen to.
  void man(const site::Site& site, const profile::Library& profiles, std::span<const drivers::Access> accesses);
  /// The engine that SNMPv3's informs are for; without it none is answered.
  void speak_as(const drivers::EngineBoots& own) { reader_.speak_as(own); }
  void stop() { port_.reset(); }

  /// Where traps can be heard; empty: nowhere.
  [[nodiscard]] std::string endpoint() const { return port_ ? port_->endpoint() : std::string{}; }
  /// See TrapPort::rehearse().
  void rehearse();
  /// Since the start of the daemon, over every port it had.
  [[nodiscard]] drivers::TrapCounters counters() const;

 private:
  void open(const std::string& listen);
  void tell_refused(std::uint32_t source, std::string_view why) const;

  boost::asio::io_context& loop_;
  Hand hand_;
  std::string listen_;
  std::vector<std::string> names_;  // of the devices
  drivers::TrapReader reader_;
  std::unique_ptr<drivers::TrapPort> port_;
  drivers::TrapCounters past_;  // of ports that were closed
};

}  // namespace holdup::poll
