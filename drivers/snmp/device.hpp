#pragma once

#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/device.hpp"
#include "drivers/profile/library.hpp"
#include "drivers/snmp/agent.hpp"
#include "drivers/snmp/client.hpp"
#include "drivers/snmp/expand.hpp"
#include "drivers/snmp/fit.hpp"
#include "drivers/snmp/read_plan.hpp"

// A device behind an SNMP v1 or v2c agent, read through the firmware profiles that fit it. collector/poll and `holdup probe` drive it.
namespace holdup::snmp {

class Device final : public drivers::Device, private LateTaker {
 public:
  struct Settings {
    boost::asio::ip::udp::endpoint address;
    std::string community = "public";
    std::string profile;              // the name of the only profile to take; empty: all that fit
    Spares spares = Spares::dropped;  // points that say again what another one says
    profile::Clearing clearing = profile::Clearing::refused;
    ground::Duration answer_within = std::chrono::seconds{3};          // a question while it is identified, sent up to three times
    std::optional<ground::Duration> resend_after;                      // of lost datagrams while reading; the core resends by itself
    std::optional<ground::Duration> between_requests;                  // instead of what the profiles say
    std::shared_ptr<ReadPlans> plans = std::make_shared<ReadPlans>();  // shared with other devices
  };

  /// Client and library outlive the device.
  Device(Client& client, const profile::Library& library, Settings settings);
  /// Asked in another way than by community; of the settings, address and community then say nothing.
  Device(std::unique_ptr<Asker> asker, const profile::Library& library, Settings settings);
  ~Device() override { asker_->forget(*this); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  boost::asio::awaitable<ground::Result<drivers::Identified>> identify(ground::Instant deadline) override;
  boost::asio::awaitable<ground::Result<reading::Nameplates>> recognise(ground::Instant deadline) override;
  boost::asio::awaitable<ground::Result<std::vector<reading::Reading>>> read(drivers::ReadRequest request) override;
  void tell_late(TakeLate take) override { take_late_ = std::move(take); }

 private:
  using Readings = std::vector<reading::Reading>;
  struct Rhythm {
    std::shared_ptr<const ReadPlan> plan;
    std::vector<Bytes> lists;
    bool trusted = true;  // the device answers as the plan asks; else its answers want a closer look
    std::uint64_t number = 0;
    std::size_t first = 0;  // the sheet to begin with: behind the one that stayed unanswered, so that a slow agent is asked for each
  };
  void take_late(std::uint64_t mark, std::size_t which, Reply reply) override;
  [[nodiscard]] Rhythm& rhythm(std::span<const std::uint32_t> points);
  [[nodiscard]] boost::asio::awaitable<ground::Result<Readings>> read(Rhythm& rhythm, Patience patience);
  [[nodiscard]] boost::asio::awaitable<ground::Result<Readings>> read_closely(drivers::ReadRequest request, Patience patience);
  [[nodiscard]] boost::asio::awaitable<ground::Result<profile::Seen>> look(Patience patience);
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> get(std::span<const Oid> objects, Patience patience, Answers& answers);
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> gather(const Needs& wanted, Patience patience, Answers& answers);

  const profile::Library& library_;
  Settings settings_;
  std::unique_ptr<Asker> asker_;
  Agent agent_;
  std::optional<Chosen> chosen_;  // by the last identify()
  std::size_t plate_cells_ = 0;   // that tell who it and its parts are
  std::vector<Measured> measured_;
  std::vector<Oid> left_;                         // not asked, because reading clears them
  std::vector<std::unique_ptr<Rhythm>> rhythms_;  // of the latest sets of points
  std::uint64_t rhythms_made_ = 0;
  TakeLate take_late_;
};

}  // namespace holdup::snmp
