#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/problem.hpp"
#include "hw-sim/agents/address.hpp"
#include "hw-sim/agents/live_values.hpp"
#include "hw-sim/agents/modbus_server.hpp"
#include "hw-sim/agents/play.hpp"
#include "hw-sim/agents/snmp_server.hpp"
#include "hw-sim/scenario/rack_file.hpp"

// A rack with all its devices on the wire: what `hw-sim run` stands up from a rack file.
namespace hwsim::cli {

namespace ground = holdup::ground;

struct RackSetup {
  scenario::RackFile file;
  std::string path;  // of the rack file, for messages
  std::vector<scenario::Step> timeline = {};
  std::uint64_t seed = 0;
  double speed = 1;
  std::string community;
  std::string models;  // folder of the device tables
};

class RackHouse {
 public:
  /// Binds every device's port. Throws std::exception with what is wrong: a URL, a device table, a port in use.
  RackHouse(boost::asio::io_context& io, const RackSetup& setup);

  /// "ready URL NAME" for each device.
  void announce() const;
  /// The rack file's text with the URLs where the devices listen.
  [[nodiscard]] std::string site_text(std::string text, const std::string& file, ground::Problems& problems) const;
  /// Time begins to pass.
  void start() { play_.start(); }
  [[nodiscard]] std::string answer(std::string_view command);
  void close();

 private:
  struct Device {
    scenario::Address address;  // as the rack file says
    agents::DeviceUrl url;      // where it listens
    std::unique_ptr<agents::LiveLine> line;
    std::unique_ptr<agents::LiveObjects> objects;      // SNMP
    std::unique_ptr<agents::LiveRegisters> registers;  // Modbus
  };

  void add_device(const RackSetup& setup, std::size_t index);
  void open_snmp(boost::asio::io_context& io, Device& device, const std::string& community);
  void open_modbus(boost::asio::io_context& io, const std::vector<Device*>& units);
  void open_modbus_servers(boost::asio::io_context& io);
  [[nodiscard]] std::string status();

  agents::Play play_;
  std::deque<Device> devices_;  // as World::devices()
  std::vector<std::unique_ptr<agents::SnmpServer>> snmp_;
  std::vector<std::unique_ptr<agents::ModbusServer>> modbus_;
};

}  // namespace hwsim::cli
