#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ground/instant.hpp"
#include "ground/result.hpp"
#include "hw-sim/agents/snmp_message.hpp"
#include "hw-sim/agents/udp_port.hpp"
#include "hw-sim/agents/v3_client.hpp"

// Walks a real device gently, one request at a time: what `hw-sim record` does. GETBULK where the device can, GETNEXT where it cannot. Only
// ever reads. Blocks.
namespace hwsim::agents {

namespace ground = holdup::ground;

struct WalkSetup {
  HostPort device;
  std::optional<Version> version;  // v1 or v2c; nothing: v2c, and v1 where that gets no answer
  std::string community;
  std::optional<MasterKeys> user;  // then v3, whatever `version` says
  Oid from;
  std::int32_t repetitions = 20;
  ground::Duration pause{};     // from one request to the next
  ground::Duration patience{};  // for an answer
  int retries = 2;
  std::size_t most_rows = 10'000;  // of one column: a table that has more is taken for one without end
};

class SnmpWalk {
 public:
  /// Throws boost::system::system_error without a socket.
  explicit SnmpWalk(WalkSetup setup);

  using Take = std::function<void(const Varbind& object)>;
  /// Hands over each object below `from` in its order. A failure says why the walk ended early; what was handed over before it stands.
  [[nodiscard]] ground::Result<void> run(const Take& take);

  [[nodiscard]] std::size_t requests() const { return requests_; }

  /// A walk that meets more is given up.
  static constexpr std::size_t most_objects = 2'000'000;

 private:
  [[nodiscard]] ground::Result<SnmpMessage> next(const Oid& oid);
  [[nodiscard]] ground::Result<SnmpMessage> ask(SnmpMessage request);
  [[nodiscard]] ground::Result<SnmpMessage> exchange(const SnmpMessage& request);
  [[nodiscard]] ground::Result<SnmpMessage> exchange_v3(const SnmpMessage& request);
  [[nodiscard]] std::optional<std::string> receive(ground::Duration patience);
  void send(std::string bytes);
  void wait_for_turn();

  enum class Step { more, done };
  [[nodiscard]] ground::Result<Step> hand_over(const SnmpMessage& answer, Oid& at, const Take& take);
  /// Whether the walk still gets anywhere with this object.
  [[nodiscard]] ground::Result<void> count(const Oid& oid);

  WalkSetup setup_;
  Version version_;
  bool bulk_;
  bool heard_ = false;  // the device, at all
  Peer device_;
  UdpPort port_;
  std::optional<V3Client> v3_;
  std::int32_t last_id_ = 0;
  std::size_t requests_ = 0;
  std::size_t objects_ = 0;
  Oid column_;            // of the last object: its OID but the last arc
  std::size_t rows_ = 0;  // met of it
  std::optional<std::chrono::steady_clock::time_point> last_sent_;
};

}  // namespace hwsim::agents
