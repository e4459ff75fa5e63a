#include "drivers/snmp/asker.hpp"

namespace holdup::snmp {

boost::asio::awaitable<ground::Result<std::size_t>> Asker::ask_all(Series series, Taker& taker) {
  for (std::size_t i = 0; i < series.lists.size(); ++i) {
    const Inquiry inquiry{.version = series.version,
                          .names = {},
                          .list = series.lists[i],
                          .deadline = series.deadline,
                          .resend_after = series.resend_after,
                          .late = {.taker = series.late.taker, .mark = series.late.mark, .which = series.late.which + i}};
    const auto reply = co_await ask(inquiry);
    if (!reply && i == 0) co_return reply.error();
    if (!reply) co_return i;
    const Heard heard{.response = reply->response, .datagram = reply->datagram, .asked = reply->asked, .round_trip = reply->round_trip};
    if (!taker.take(i, heard)) co_return i + 1;
  }
  co_return series.lists.size();
}

}  // namespace holdup::snmp
