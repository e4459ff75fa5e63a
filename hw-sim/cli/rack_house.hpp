#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/json_writer.hpp"
#include "ground/problem.hpp"
#include "hw-sim/agents/address.hpp"
#include "hw-sim/agents/contact_wires.hpp"
#include "hw-sim/agents/live_traps.hpp"
#include "hw-sim/agents/live_values.hpp"
#include "hw-sim/agents/modbus_server.hpp"
#include "hw-sim/agents/play.hpp"
#include "hw-sim/agents/serial_line.hpp"
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
  std::vector<std::string> v3_files = {};
  std::string traps_to = {};     // HOST:PORT
  std::string models;            // folder of the device tables
  std::string contact_log = {};  // file for the contacts' edges
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
  void start();
  [[nodiscard]] std::string answer(std::string_view command);
  void close();

 private:
  struct Device {
    scenario::Address address;  // as the rack file says
    agents::DeviceUrl url;      // where it listens
    std::unique_ptr<agents::LiveLine> line;
    std::unique_ptr<agents::LiveObjects> objects;      // SNMP
    std::unique_ptr<agents::LiveRegisters> registers;  // Modbus
    agents::SnmpServer* snmp = nullptr;
    agents::ModbusServer* modbus = nullptr;
    agents::SerialLine* serial = nullptr;
    std::unique_ptr<agents::LiveTraps> traps = {};  // what it says by itself
    std::string number = {};                        // its serial number
  };

  void add_device(const RackSetup& setup, std::size_t index);
  /// What the device shows, and registers or objects to show it by: bound to the serial number of now.
  void bind(Device& device, std::size_t index);
  /// Another module stands in a bay: what is fixed of its answers is told anew.
  void renew_serials();
  void open_snmp(boost::asio::io_context& io, Device& device, const RackSetup& setup);
  void open_modbus(boost::asio::io_context& io, const std::vector<Device*>& units);
  void open_modbus_servers(boost::asio::io_context& io);
  void open_serial(boost::asio::io_context& io, const std::vector<Device*>& units);
  void open_serial_lines(boost::asio::io_context& io);
  [[nodiscard]] std::vector<agents::ModbusUnit> units_of(const std::vector<Device*>& devices) const;
  void write_lines(ground::JsonWriter& json) const;
  [[nodiscard]] std::string status();
  /// What a command means for who is on the wire: performed already on the world.
  [[nodiscard]] ground::Result<void> call_for(const scenario::Command& command);
  /// Why a device cannot do what a command asks of it.
  [[nodiscard]] std::optional<std::string> refusal(const scenario::Command& command);
  [[nodiscard]] Device* find(const ground::Element& element);
  void watch();
  void performed(const scenario::Step& step, const ground::Result<void>& result);

  std::string models_;
  std::vector<agents::MasterKeys> users_;
  std::optional<agents::HostPort> traps_to_;
  std::int32_t boots_;
  agents::ContactWires wires_;
  agents::Play play_;
  agents::Deferred deferred_;
  std::deque<Device> devices_;  // as World::devices()
  std::vector<std::unique_ptr<agents::SnmpServer>> snmp_;
  std::vector<std::unique_ptr<agents::ModbusServer>> modbus_;
  std::vector<std::unique_ptr<agents::SerialLine>> serial_;
};

}  // namespace hwsim::cli
