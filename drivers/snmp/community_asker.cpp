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
                      .lists = {&inquiry.list, inquiry.list.empty() ? std::size_t{0} : 1},
                      .deadline = inquiry.deadline,
                      .resend_after = inquiry.resend_after,
                      .late = inquiry.late};
  auto reply = co_await client_.request(asking);
  co_return reply;
}

boost::asio::awaitable<ground::Result<std::size_t>> CommunityAsker::ask_all(Series series, Taker& taker) {
  peer_.version = series.version;
  const Asking asking{.peer = peer_,
                      .names = {},
                      .lists = series.lists,
                      .deadline = series.deadline,
                      .resend_after = series.resend_after,
                      .late = series.late};
  return client_.request(asking, taker);
}

}  // namespace holdup::snmp
