#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "drivers/snmp/notification.hpp"
#include "drivers/snmp/v3/commons.hpp"
#include "drivers/snmp/v3/credential.hpp"
#include "drivers/snmp/v3/engine_boots.hpp"
#include "drivers/snmp/v3/message.hpp"
#include "drivers/snmp/v3/usm.hpp"

// SNMPv3 on the trap port. Of a trap the sender's engine is the authority: its keys are those of the credential that its address has in
// the site file, its clock goes on from what polling proved, or from its own last trap. Of an inform our engine is: who does not know it
// or its clock yet is told by a report. Plugged into the trap port, which asks it only for datagrams of known sources. On the loop.
namespace holdup::v3 {

/// A source of the trap port.
struct Caller {
  snmp::TrapSource place;
  SharedCredential credential;  // nullptr: it has none
};

class TrapReader final : public snmp::NotificationDecoder {
 public:
  /// Told the first time that something of a source is refused for a reason; again after know().
  using Refuse = std::function<void(std::uint32_t source, snmp::Doubt why)>;

  TrapReader(std::shared_ptr<Commons> commons, Refuse refuse);

  /// Whom to believe from now on, as the port knows them; the clocks of those who stay go on. Begins to make the keys that are missing.
  void know(std::vector<Caller> callers);
  /// The engine that informs are for; its start is counted and durable. Without it no inform is answered.
  void speak_as(const EngineBoots& own);

  [[nodiscard]] snmp::Decoded decode(Bytes datagram, std::span<const std::uint32_t> sources) override;
  [[nodiscard]] bool may_answer(const snmp::Outgoing& answer) const override;

 private:
  /// An engine that a source proved to be.
  struct Known {
    std::optional<User> user;  // there; nothing yet since know()
    Engine clock;
    ground::Instant used{};
  };
  struct Entry {
    Caller caller;
    std::vector<Known> engines;  // few
    std::optional<User> here;    // at our engine
    unsigned refused = 0;        // a bit a doubt that was told
  };
  using Sources = std::vector<std::uint32_t>;
  /// A message, and who may have sent it.
  struct Letter {
    Bytes datagram;
    const Message& message;
    Sources sources;
  };
  /// What is inside a message, or why not.
  struct Proof {
    std::optional<snmp::Doubt> doubt;
    std::vector<std::uint8_t> scoped;
  };

  [[nodiscard]] snmp::Decoded hear(const Letter& letter);
  [[nodiscard]] snmp::Decoded hear_trap(const Letter& letter);
  [[nodiscard]] snmp::Decoded hear_trap_of(Entry& entry, const Letter& letter);
  [[nodiscard]] snmp::Decoded hear_inform(const Letter& letter);
  [[nodiscard]] snmp::Decoded hear_inform_of(Entry& entry, const Letter& letter);
  [[nodiscard]] std::optional<snmp::Doubt> narrow(Letter& letter) const;
  [[nodiscard]] std::optional<snmp::Doubt> narrow_by_engine(Letter& letter) const;
  template <class Hear>
  [[nodiscard]] snmp::Decoded by_credential(const Letter& letter, Hear hear);

  void make_keys() const;
  [[nodiscard]] Engine clock_of(const Entry& entry, const EngineId& id) const;
  static void remember(Entry& entry, Known known);
  [[nodiscard]] static Proof prove(const Letter& letter, const Credential& credential, const User& user, Engine& clock);
  [[nodiscard]] bool is_in_our_window(const Message& message) const;

  [[nodiscard]] snmp::Outgoing report(const Message& message, Complaint complaint, const User* user);
  [[nodiscard]] snmp::Outgoing acknowledge(const Letter& letter, const Scoped& inform, const User& user) const;
  void tell(std::uint32_t source, snmp::Doubt why);

  std::shared_ptr<Commons> commons_;
  Refuse refuse_;
  std::vector<Entry> entries_;
  std::optional<Engine> own_;
  std::array<std::uint32_t, 6> stats_{};  // usmStats, in their order
};

}  // namespace holdup::v3
