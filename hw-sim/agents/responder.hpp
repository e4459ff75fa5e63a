#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "hw-sim/agents/object_view.hpp"

// What is answered to a request of any version: GET, GETNEXT and GETBULK from a view of the objects; SET is refused. Works for one
// request and gathers what asking brought about beside the answer.
namespace hwsim::agents {

class Responder {
 public:
  /// `room`: octets that the answer's PDU may take.
  Responder(const ObjectView& view, std::size_t room) : view_{view}, room_{room} {}

  /// Nothing for what is no request, and for what a variation drops.
  [[nodiscard]] std::optional<SnmpMessage> answer(const SnmpMessage& request);
  [[nodiscard]] ground::Duration delay() const { return delay_; }
  [[nodiscard]] const std::vector<Notification>& notifications() const { return notifications_; }

  /// More are never given in one answer, however many were asked for.
  static constexpr std::int32_t most_repetitions = 50;

 private:
  class Bulk;
  [[nodiscard]] SnmpMessage get(const SnmpMessage& request);
  [[nodiscard]] SnmpMessage get_next(const SnmpMessage& request);
  [[nodiscard]] SnmpMessage get_bulk(const SnmpMessage& request);
  [[nodiscard]] SnmpMessage refuse_write(const SnmpMessage& request);
  [[nodiscard]] SnmpMessage fitted(const SnmpMessage& request, SnmpMessage answer) const;
  /// Takes in what asking for the object (with a SET: that value) brings; its error-status.
  std::int32_t ask(const Oid& oid, Pdu pdu, std::string_view value = {});

  const ObjectView& view_;
  std::size_t room_;
  ground::Duration delay_{};
  bool dropped_ = false;
  std::vector<Notification> notifications_;
};

/// The request itself with an error-status, in v1's words where it is a v1 request.
[[nodiscard]] SnmpMessage refusal(const SnmpMessage& request, std::int32_t status, std::size_t index);

}  // namespace hwsim::agents
