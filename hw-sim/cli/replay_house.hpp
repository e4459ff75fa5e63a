#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ground/element.hpp"
#include "hw-sim/agents/answer_cache.hpp"
#include "hw-sim/agents/modbus_server.hpp"
#include "hw-sim/agents/recorded_line.hpp"
#include "hw-sim/agents/serial_line.hpp"
#include "hw-sim/agents/snmp_server.hpp"
#include "hw-sim/agents/snmprec.hpp"
#include "hw-sim/cli/verbs.hpp"

// Recordings on the wire: what `hw-sim replay` stands up from its files.
namespace hwsim::cli {

namespace ground = holdup::ground;

struct Recording {
  std::string file;
  std::string name;  // for ctl: the file's name without folder and extension
  std::optional<agents::SnmpRecording> objects = {};
  std::optional<agents::RecordedRegisters> registers = {};
};

class ReplayHouse {
 public:
  /// Binds and announces. Throws std::exception with what is wrong: an option, a port in use.
  ReplayHouse(boost::asio::io_context& io, std::vector<Recording> recordings, const ReplayOptions& options);

  /// To a ctl line, JSON.
  [[nodiscard]] std::string answer(std::string_view command);
  void close();

 private:
  struct Source {
    Recording recording;
    std::unique_ptr<agents::RecordedTable> shared = {};  // of a constant recording, for all its agents
    agents::AnswerCache cache = {};
  };
  struct Device {
    std::string name;
    std::unique_ptr<agents::RecordedLine> line;
    std::unique_ptr<agents::RecordedTable> own = {};  // of a recording whose objects move
    agents::SnmpServer* snmp = nullptr;
    std::size_t station = 0;  // at that server
    agents::ModbusServer* modbus = nullptr;
    agents::SerialLine* serial = nullptr;
    agents::DeviceUrl url = {};

    [[nodiscard]] std::uint64_t writes() const { return (snmp ? snmp->writes(station) : 0) + (modbus ? modbus->writes() : 0); }
  };

  void open_files(boost::asio::io_context& io, const ReplayOptions& options);
  void open_agents(boost::asio::io_context& io, const ReplayOptions& options);
  void open_modbus(boost::asio::io_context& io, Source& source, const agents::HostPort& at, std::optional<std::uint8_t> unit);
  void open_serial(boost::asio::io_context& io, const ReplayOptions& options);
  [[nodiscard]] agents::SnmpStation station(Source& source, Device& device, const std::string& host);
  Device& add_device(std::string name);
  [[nodiscard]] bool speaks(std::string_view version) const;
  [[nodiscard]] std::string perform(const scenario::Fault& fault);
  [[nodiscard]] std::string perform(const scenario::Clear& clear);
  [[nodiscard]] std::string perform(const scenario::Trap& trap);
  /// Why the faults that lie on it now cannot be performed.
  [[nodiscard]] static std::optional<std::string> heed(const Device& device);
  [[nodiscard]] std::string status() const;
  [[nodiscard]] Device* find(const ground::Element& element);

  std::string community_;
  std::vector<std::string> versions_;
  std::vector<agents::MasterKeys> users_;
  std::optional<agents::HostPort> traps_to_;
  std::int32_t boots_;
  std::deque<Source> sources_;
  scenario::Faults faults_;
  std::deque<Device> devices_;
  std::set<std::string> names_;  // theirs
  std::vector<std::unique_ptr<agents::SnmpServer>> snmp_;
  std::vector<std::unique_ptr<agents::ModbusServer>> modbus_;
  std::unique_ptr<agents::SerialLine> serial_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace hwsim::cli
