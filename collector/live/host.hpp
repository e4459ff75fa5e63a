#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/core/machine.hpp"
#include "collector/core/rehearsal.hpp"
#include "collector/deliver/outbox.hpp"
#include "collector/poll/contact_desk.hpp"
#include "collector/poll/fleet.hpp"
#include "collector/poll/trap_desk.hpp"
#include "ground/histogram.hpp"
#include "store/store.hpp"

// The core's live host: hands it the drivers' answers and the passing of time, performs its effects. All on the loop's thread; it holds
// no opinion of its own. `run` makes it; drill is the other host.
namespace holdup::live {

/// Who else hears what the core decides: the page and the streams. Called on the loop; must not wait.
class Audience {
 public:
  virtual ~Audience() = default;
  virtual void hear(const core::Effects& effects) = 0;
  /// The site was swapped in; told before the effects of that step.
  virtual void hear(const site::Site& site) = 0;
};

struct Swap {
  std::unique_ptr<const site::Site> site;
  rules::RuleSet rules;
  std::shared_ptr<const profile::Library> profiles;
  std::vector<drivers::Access> accesses;         // by device
  std::optional<drivers::EngineBoots> engine{};  // our own, once its start is counted
};

struct Parts {
  boost::asio::io_context& loop;
  store::Store* store;  // nullptr: nothing is kept
  Audience& audience;
  std::string boot;
  std::uint64_t seed = 0;
  std::function<void(const core::Answer&)> answered = {};  // what a person asked; called on the loop
};

class Host {
 public:
  /// The loop's own figures since the start.
  struct Figures {
    ground::Histogram detect;  // evidence in hand → alert handed over
    std::map<std::string, std::uint64_t> dropped;
  };

  Host(Parts parts, Swap configuration);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Stored events, oldest first, in slices; the last one begins the polling.
  void restore(core::Restored slice);
  /// What rules look back at: they wait for it.
  void take(core::Past past) { step(std::move(past)); }
  /// A checked configuration: swapped in at once.
  void swap(Swap configuration);
  /// What a person asks; the answer goes to Parts::answered.
  void ask(core::Asked asked) { step(std::move(asked)); }
  void stop();

  [[nodiscard]] const Figures& figures() const { return figures_; }
  /// What was dropped since the start, by what.
  [[nodiscard]] std::map<std::string, std::uint64_t> dropped() const;
  [[nodiscard]] const poll::Fleet& fleet() const { return fleet_; }
  [[nodiscard]] const poll::TrapDesk& traps() const { return trap_desk_; }
  [[nodiscard]] const poll::ContactDesk& contacts() const { return contact_desk_; }
  [[nodiscard]] const core::Machine& machine() const { return machine_; }

 private:
  void step(core::Input&& input);
  void man(Swap& configuration, const site::Site& site);
  void tell_listening();
  void perform(core::Effects& effects);
  bool deliver(const std::vector<core::Post>& posts);
  void deliver(const core::Post& post);
  void keep(core::Effects& effects);
  void keep_waiting_events();
  void keep_sheet(const core::Known& known);
  void arm(std::optional<ground::Instant> at);
  void rehearse();
  static void write(const core::LogLine& line);

  Parts parts_;
  core::Machine machine_;
  std::shared_ptr<drivers::V3Commons> commons_;
  poll::Fleet fleet_;
  poll::TrapDesk trap_desk_;
  poll::ContactDesk contact_desk_;
  std::shared_ptr<deliver::Outbox> outbox_;
  boost::asio::steady_timer timer_;
  core::Rehearsal rehearsal_;
  boost::asio::steady_timer rehearsal_timer_;
  std::deque<record::Event> waiting_;  // that the store's queue had no room for
  Figures figures_;
  bool delivering_ = false;  // within the step that told
  bool stopping_ = false;
};

}  // namespace holdup::live
