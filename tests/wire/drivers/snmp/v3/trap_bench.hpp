#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "drivers/snmp/trap_port.hpp"
#include "drivers/snmp/v3/trap_reader.hpp"

// The trap port with SNMPv3 plugged in, devices at loopback addresses of the test's choice, and who calls it: net-snmp's stock tools, or
// bytes that one of them sent elsewhere. For the tests of SNMPv3's traps.
namespace holdup::tests {

using Octets = std::vector<std::uint8_t>;

/// One of "authpass1" and "privpass1".
struct Who {
  const char* user;
  v3::Auth auth = v3::Auth::none;
  v3::Priv priv = v3::Priv::none;
  const char* auth_passphrase = "authpass1";
  const char* priv_passphrase = "privpass1";
};
[[nodiscard]] v3::SharedCredential credential(const Who& who);
/// As the stock tools take it: -u, -l, -a, -A, -x, -X.
[[nodiscard]] std::string flags(const Who& who);

/// A UDP socket at an address of loopback.
class Caller {
 public:
  explicit Caller(const std::string& host, std::uint16_t port = 0);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  void send(std::uint16_t port, const Octets& datagram) const;
  /// What has come; empty: nothing. `from`: set to the port that it came from.
  [[nodiscard]] Octets received(std::uint16_t* from = nullptr) const;
  [[nodiscard]] std::string address() const;

 private:
  int socket_;
};

class TrapBench {
 public:
  struct Device {
    std::string host;
    v3::SharedCredential credential;
    std::uint16_t port = 161;
  };

  /// Its own engine has started once; every key is made when the constructor returns.
  explicit TrapBench(std::vector<Device> devices);
  ~TrapBench();
  TrapBench(const TrapBench&) = delete;
  TrapBench& operator=(const TrapBench&) = delete;

  /// The same engine file, another start: what only memory held is gone.
  void restart();
  /// A reload of the site file: the same devices with these credentials.
  void reload(std::vector<Device> devices);

  /// A stock tool that calls us from this address; its exit code.
  int tool(const std::string& command, const std::string& from);
  /// The first datagram that a stock tool sends, kept from us.
  [[nodiscard]] Octets captured(const std::string& command) const;
  /// A stock tool calls us through a relay at this address; the last datagram that it sent: an inform of the very moment.
  [[nodiscard]] Octets relayed(const std::string& command, const std::string& from);
  /// Sends all from this address and waits until they were taken; what came back.
  std::vector<Octets> send(const std::string& from, const std::vector<Octets>& datagrams);

  [[nodiscard]] snmp::TrapCounters counters() const { return port_->counters(); }
  [[nodiscard]] std::uint64_t doubted(snmp::Doubt doubt) const { return counters().doubted[static_cast<std::size_t>(doubt)]; }
  [[nodiscard]] const std::vector<snmp::Called>& calls() const { return calls_; }
  [[nodiscard]] const std::vector<std::string>& refused() const { return refused_; }
  [[nodiscard]] v3::EngineBook& book() { return commons_->engines; }
  [[nodiscard]] const v3::EngineBoots& engine() const { return *engine_; }
  [[nodiscard]] std::uint16_t number() const;

 private:
  void begin();
  [[nodiscard]] int run(const std::string& command, const std::string& patience, const std::string& to) const;

  std::filesystem::path folder_;
  std::vector<Device> devices_;
  boost::asio::io_context loop_{1};
  std::vector<snmp::Called> calls_;
  std::vector<std::string> refused_;
  std::shared_ptr<v3::Commons> commons_;
  std::unique_ptr<v3::TrapReader> reader_;
  std::unique_ptr<v3::EngineBoots> engine_;
  std::unique_ptr<snmp::TrapPort> port_;
};

inline const char* const on_battery = "'' 1.3.6.1.4.1.318.0.5 1.3.6.1.4.1.318.2.3.3.0 s 'on battery'";

}  // namespace holdup::tests
