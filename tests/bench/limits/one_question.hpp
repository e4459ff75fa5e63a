#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "alert_post.hpp"
#include "pdu_162.hpp"

// The shortest questions that show a loss, asked with blocking sockets and judged by one comparison.
namespace holdup::bench {

/// FC3 of PFC_Alarm_Status_Register, and its bit AC_Not_OK.
class AlarmRegister {
 public:
  explicit AlarmRegister(std::uint16_t port) : unit_{SOCK_STREAM, loopback(port)} {}

  [[nodiscard]] bool is_lost() const {
    unit_.send(question.data(), question.size());
    std::array<std::uint8_t, answer_bytes> answer{};
    for (std::size_t got = 0; got < answer.size();) got += unit_.receive(answer.data() + got, answer.size() - got);
    return answer[7] == 3 && (answer[9] & ac_not_ok) != 0;
  }

 private:
  static constexpr std::array<std::uint8_t, 12> question{0, 1, 0, 0, 0, 6, 1, 3, 0, 61, 0, 1};
  static constexpr std::size_t answer_bytes = 11;
  static constexpr std::uint8_t ac_not_ok = 0x01;  // bit 8 of the word: bit 0 of its first byte

  Wire unit_;
};

/// An SNMPv2c GET of one name; lost is when the answer holds this varbind's bytes.
class OneVarbind {
 public:
  OneVarbind(const sockaddr_in& agent, const Arcs& oid, const std::string& lost)
      : agent_{SOCK_DGRAM, agent}, question_{get(oid)}, lost_{name(oid) + lost} {}

  [[nodiscard]] bool is_lost() {
    agent_.send(question_.data(), question_.size());
    const auto size = agent_.receive(answer_.data(), answer_.size());
    return std::string_view{answer_.data(), size}.find(lost_) != std::string_view::npos;
  }

 private:
  static std::string get(const Arcs& oid) {
    const auto binds = tlv(0x30, tlv(0x30, name(oid) + tlv(5, "")));
    return tlv(0x30, number(2, 1) + tlv(4, "public") + tlv(0xA0, number(2, 1) + number(2, 0) + number(2, 0) + binds));
  }

  Wire agent_;
  std::string question_, lost_;
  std::array<char, 1500> answer_{};
};

}  // namespace holdup::bench
