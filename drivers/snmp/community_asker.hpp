#pragma once

#include "drivers/snmp/asker.hpp"
#include "drivers/snmp/client.hpp"

// An agent asked by community: v2c, and v1 where it is silent on that. Device's asker unless it is given another.
namespace holdup::snmp {

class CommunityAsker final : public Asker {
 public:
  /// The client outlives it.
  CommunityAsker(Client& client, Peer peer) : client_{client}, peer_{std::move(peer)} {}

  [[nodiscard]] std::span<const Version> versions() const override;
  [[nodiscard]] boost::asio::awaitable<ground::Result<Reply>> ask(Inquiry inquiry) override;
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> ask_all(Series series, Taker& taker) override;
  void forget(const LateTaker& taker) override { client_.forget(taker); }

 private:
  Client& client_;
  Peer peer_;
};

}  // namespace holdup::snmp
