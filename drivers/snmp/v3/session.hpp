#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/snmp/asker.hpp"
#include "drivers/snmp/v3/client.hpp"
#include "drivers/snmp/v3/credential.hpp"

// One SNMPv3 agent and who we are to it: finds its engine, localises the keys, keeps its clock, and starts over when the engine did. A
// device's asker; it asks one question at a time.
namespace holdup::v3 {

class Session final : public snmp::Asker, private Receiver {
 public:
  struct Settings {
    Client::Endpoint address;
    SharedCredential credential;
  };
  /// The client outlives the session.
  Session(Client& client, Settings settings);
  ~Session() override { client_.forget(*this); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] std::span<const snmp::Version> versions() const override;
  [[nodiscard]] boost::asio::awaitable<ground::Result<snmp::Reply>> ask(snmp::Inquiry inquiry) override;
  void forget(const snmp::LateTaker&) override { client_.forget(*this); }
  [[nodiscard]] const Engine& engine() const { return engine_; }

 private:
  /// What an exchange came to.
  struct Outcome {
    std::optional<snmp::Reply> reply;
    std::optional<Complaint> complaint;
    bool start_over = false;  // the engine is not, or no more, the one that we know
  };
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> prepare(const snmp::Inquiry& inquiry);
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> discover(const snmp::Inquiry& inquiry);
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> make_keys();
  [[nodiscard]] boost::asio::awaitable<ground::Result<Timing>> put(const snmp::Inquiry& inquiry);

  bool take(Bytes datagram, const Message& message) override;
  void take_late(Bytes datagram, const Message& message, const snmp::Late& late, const Timing& timing) override;
  bool take_discovery(const Message& message);
  bool take_sealed(Bytes datagram, const Message& message);
  bool take_scoped(std::vector<std::uint8_t> bytes, const Message& message);
  bool take_report(const snmp::Response& report, const Message& message);

  bool drop(std::uint64_t& counter);
  bool doubt(std::uint64_t& counter);
  void tell_restart(const std::string& how);
  [[nodiscard]] bool mend(const Outcome& outcome);
  void forget();
  [[nodiscard]] ground::Failure failure(Complaint complaint) const;
  [[nodiscard]] ground::Failure silence() const;

  Client& client_;
  Client::Endpoint address_;
  snmp::TrapSource place_;  // the same, as the engine book names it
  SharedCredential credential_;
  Engine engine_;
  EngineId user_engine_;  // what user_'s keys are localised for
  std::optional<User> user_;
  bool discovering_ = false;
  std::int32_t asked_ = 0;  // the id of the question under way
  Outcome outcome_;
  bool heard_ = false;    // an answer was ours, since the engine was found
  bool doubted_ = false;  // answers came that our key does not prove
  unsigned silent_ = 0;   // questions in a row without answer
};

}  // namespace holdup::v3
