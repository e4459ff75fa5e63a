#include "drivers/snmp/community_asker.hpp"

#include <array>

namespace holdup::snmp {

std::span<const Version> CommunityAsker::versions() const {
  static constexpr std::array<Version, 2> spoken{Version::v2c, Version::v1};
  return spoken;
}

boost::asio::awaitable<ground::Result<Reply>> CommunityAsker::ask(Inquiry inquiry) {
  peer_.version = inquiry.version;
  const Asking asking{.peer = peer_,
                      .ask = inquiry.ask,
                      .max_repetitions = inquiry.max_repetitions,
                      .names = inquiry.names,
                      .list = inquiry.list,
                      .deadline = inquiry.deadline,
                      .resend_after = inquiry.resend_after};
  auto reply = co_await client_.request(asking);
  co_return reply;
}

}  // namespace holdup::snmp
