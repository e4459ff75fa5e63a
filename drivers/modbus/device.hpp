#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/device.hpp"
#include "drivers/modbus/connection.hpp"
#include "drivers/modbus/spans.hpp"
#include "drivers/profile/profile.hpp"

// A unit behind a Modbus TCP connection, read by the register map of a firmware profile. Made by whoever owns the site's devices, and by
// `holdup probe`; several units of one host share one Connection.
namespace holdup::modbus {

class Device final : public drivers::Device {
 public:
  /// A single candidate is taken at its word; of several the first whose identifying registers agree. They must outlive the device.
  Device(std::shared_ptr<Connection> connection, std::uint8_t unit, std::vector<const profile::Profile*> candidates,
         profile::Clearing clearing = profile::Clearing::refused);

  boost::asio::awaitable<ground::Result<drivers::Identified>> identify(ground::Instant deadline) override;
  boost::asio::awaitable<ground::Result<std::vector<reading::Reading>>> read(drivers::ReadRequest request) override;

 private:
  /// How a point's value is made.
  struct Source {
    const profile::Register* field;
    profile::Conversion conversion;
    Span span;
  };
  struct Sweep;                          // one read() under way
  enum class Reach { within, exactly };  // a span read for every value in it, or for one value again

  boost::asio::awaitable<ground::Result<Exchange>> ask(Span span, ground::Instant deadline);
  boost::asio::awaitable<ground::Result<const profile::Profile*>> choose(ground::Instant deadline);
  boost::asio::awaitable<ground::Result<bool>> agrees(const profile::Profile& profile, ground::Instant deadline);
  boost::asio::awaitable<ground::Result<void>> answers(const profile::Profile& profile, ground::Instant deadline);
  boost::asio::awaitable<ground::Result<std::string>> first_text(const profile::TextSources& sources, ground::Instant deadline);
  boost::asio::awaitable<ground::Result<reading::Identity>> identity_of(const profile::Profile& profile, ground::Instant deadline);
  boost::asio::awaitable<bool> fetch(Sweep& sweep, Span span, Reach reach);
  void learn(Span refused, std::vector<Span> told);
  [[nodiscard]] std::vector<Span> spans_of(std::span<const std::uint32_t> points) const;
  [[nodiscard]] std::vector<Span> singles(const Sweep& sweep, Span span) const;
  void settle(Sweep& sweep, Span span, const Exchange& exchange) const;

  void adopt(const profile::Profile& profile, drivers::Identified& identified);

  std::shared_ptr<Connection> connection_;
  std::uint8_t unit_;
  std::vector<const profile::Profile*> candidates_;
  profile::Clearing clearing_;
  std::vector<Source> sources_;  // one a point
  std::vector<Span> readable_;   // registers that may be read, neighbours joined; narrowed by refusals
  std::uint16_t max_registers_ = max_registers;
};

}  // namespace holdup::modbus
