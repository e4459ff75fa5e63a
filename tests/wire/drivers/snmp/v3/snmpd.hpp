#pragma once

#include <sys/types.h>

#include <boost/asio/ip/udp.hpp>
#include <filesystem>
#include <string>

// Debian's snmpd as a peer: unpacked under build/peers, started by its path on a port that the kernel chose, with a folder of its own for
// all that it keeps, and ended by its pid. For the tests of SNMPv3.
namespace holdup::tests {

class Snmpd {
 public:
  enum class Memory { kept, lost };

  /// `lines`: of snmpd.conf (createUser, rouser, exactEngineID). Serves when the constructor returns; throws when it does not within 20 s.
  explicit Snmpd(const std::string& lines);
  ~Snmpd();
  Snmpd(const Snmpd&) = delete;
  Snmpd& operator=(const Snmpd&) = delete;

  /// Ended and started anew at the same address; without its memory it counts its boots from 1.
  void restart(Memory memory);
  void end();
  void begin();
  [[nodiscard]] boost::asio::ip::udp::endpoint address() const { return address_; }

 private:
  [[nodiscard]] bool serves() const;
  [[nodiscard]] bool kept_its_boots() const;

  std::filesystem::path folder_;
  boost::asio::ip::udp::endpoint address_;
  pid_t pid_ = -1;
};

/// A user of each protocol, all with authpass1 and privpass1, who may read everything at the level that the name of the list says.
extern const char* const users;

}  // namespace holdup::tests
