#include "drivers/snmp/traced_asker.hpp"

#include <cstdio>

#include "ground/clock/clock.hpp"

namespace holdup::snmp {
namespace {

std::string milliseconds(ground::Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", std::chrono::duration<double, std::milli>{duration}.count());
  return text;
}

std::string question(const Inquiry& inquiry) {
  const char* verb = inquiry.ask == Ask::get ? "GET" : inquiry.ask == Ask::get_next ? "GETNEXT" : "GETBULK";
  const char* version = inquiry.version == Version::v1 ? "v1 " : "";
  std::string out =
      std::string{version} + verb + " " + std::to_string(inquiry.names.size()) + (inquiry.names.size() == 1 ? " name" : " names");
  if (inquiry.ask == Ask::get_bulk) out += " × " + std::to_string(inquiry.max_repetitions);
  if (!inquiry.names.empty()) out += " from " + inquiry.names.front().text();
  return out;
}

std::string answer(const ground::Result<Reply>& reply, ground::Duration took) {
  if (!reply) return std::string{ground::name(reply.error().kind)} + ", " + reply.error().what + ", after " + milliseconds(took);
  const Response& response = reply->response;
  auto out = std::to_string(response.varbinds.size()) + " values, " + std::to_string(reply->datagram.size()) + " B, " + milliseconds(took);
  if (response.status != ErrorStatus::none)
    out += ", error status " + std::to_string(static_cast<int>(response.status)) + " at " + std::to_string(response.error_index);
  return out;
}

}  // namespace

boost::asio::awaitable<ground::Result<Reply>> TracedAsker::ask(Inquiry inquiry) {
  const auto asked = ground::clock::now();
  auto reply = co_await asker_->ask(inquiry);
  trace_(question(inquiry) + ": " + answer(reply, ground::clock::now() - asked));
  co_return reply;
}

}  // namespace holdup::snmp
