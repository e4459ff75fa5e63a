#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw-sim/agents/answer_cache.hpp"
#include "hw-sim/agents/authority.hpp"
#include "hw-sim/agents/line.hpp"
#include "hw-sim/agents/object_table.hpp"
#include "hw-sim/agents/object_view.hpp"
#include "hw-sim/agents/responder.hpp"
#include "hw-sim/agents/snmp_message.hpp"

// What an SNMP v1, v2c or v3 agent answers to a datagram: GET, GETNEXT, GETBULK from an object table; SET is refused and counted. No
// sockets here.
namespace hwsim::agents {

struct SnmpAgentSetup {
  ObjectTable* objects = nullptr;
  std::string community;
  bool v1 = true, v2c = true;          // whether it answers these
  std::string engine = {};             // no SNMPv3 without
  std::vector<MasterKeys> users = {};  // of SNMPv3
  std::int32_t boots = 1;              // of the engine when the simulator starts
  AnswerCache* cache = nullptr;        // for constant objects
};

class SnmpAgent {
 public:
  explicit SnmpAgent(SnmpAgentSetup setup);

  struct Answer {
    std::string bytes;
    ground::Duration delay{};
    std::vector<Notification> notifications = {};
  };
  /// Nothing where a real agent keeps silent: no SNMP, another community, no request. `id_step` spoils a v3 answer's ids.
  [[nodiscard]] std::optional<Answer> answer(std::string_view datagram, const Moment& moment, std::int32_t id_step = 0);

  /// SETs seen, whoever sent them, as far as they could be read.
  [[nodiscard]] std::uint64_t writes() const { return writes_; }
  [[nodiscard]] const std::string& community() const { return setup_.community; }
  [[nodiscard]] const std::string& engine() const { return setup_.engine; }
  [[nodiscard]] const std::vector<MasterKeys>& users() const { return setup_.users; }
  [[nodiscard]] Authority& authority() { return authority_; }
  [[nodiscard]] EngineTime engine_time(const Moment& moment) const;

  /// What fits one Ethernet frame over IPv4; answers never grow past it.
  static constexpr std::size_t longest_answer = 1472;

 private:
  [[nodiscard]] std::optional<Answer> answer_by_community(std::string_view datagram, const Moment& moment);
  [[nodiscard]] std::optional<Answer> answer_v3(std::string_view datagram, const Moment& moment, std::int32_t id_step);
  [[nodiscard]] std::optional<Answer> remembered(std::string_view datagram, std::string& key) const;
  void count_write(std::string_view datagram);

  SnmpAgentSetup setup_;
  Authority authority_;
  RememberedValues remembered_;
  std::uint64_t writes_ = 0;
};

}  // namespace hwsim::agents
