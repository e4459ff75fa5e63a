#include "hw-sim/agents/corruption.hpp"

#include <cstdint>
#include <utility>

#include "hw-sim/agents/rtu_frame.hpp"
#include "hw-sim/agents/snmp_message.hpp"

namespace hwsim::agents {
namespace {

using scenario::Corruption;
using scenario::Fate;

constexpr std::size_t transaction_at = 0;
constexpr std::size_t unit_at = 6;

// The next of a row of well-mixed numbers (splitmix64).
std::uint64_t scramble(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  auto z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

std::string cut(std::string answer, std::uint64_t salt) {
  if (answer.size() > 1) answer.resize(1 + salt % (answer.size() - 1));
  return answer;
}

std::string scribbled(std::string answer, std::uint64_t salt) {
  for (char& byte : answer) byte = static_cast<char>(scramble(salt));
  return answer;
}

std::string with_other_request_id(const std::string& answer, std::uint64_t salt) {
  auto message = decode(answer);
  if (!message) return answer;
  const auto step = 1 + static_cast<std::int64_t>(salt % 1000);
  message->request_id = static_cast<std::int32_t>((message->request_id + step) & 0x7fffffff);
  return encode(*message);
}

std::string with_other_byte(std::string answer, std::size_t at, std::uint64_t salt) {
  if (at < answer.size()) answer[at] = static_cast<char>(answer[at] ^ static_cast<char>(1 + salt % 127));
  return answer;
}

std::string with_fitting_crc(std::string answer) {
  if (answer.size() < 3) return answer;
  return encode(RtuFrame{.unit = static_cast<std::uint8_t>(answer[0]), .pdu = answer.substr(1, answer.size() - 3)});
}

}  // namespace

std::string corrupted_snmp(std::string answer, const Fate& fate) {
  switch (fate.corruption) {
    case Corruption::wrong_id:
      return with_other_request_id(answer, fate.salt);
    case Corruption::truncated:
      return cut(std::move(answer), fate.salt);
    case Corruption::garbage:
      return scribbled(std::move(answer), fate.salt);
    case Corruption::wrong_source:
    case Corruption::none:
      break;
  }
  return answer;
}

std::string corrupted_modbus(std::string answer, const Fate& fate) {
  switch (fate.corruption) {
    case Corruption::wrong_id:
      return with_other_byte(std::move(answer), transaction_at, fate.salt);
    case Corruption::wrong_source:
      return with_other_byte(std::move(answer), unit_at, fate.salt);
    case Corruption::truncated:
      return cut(std::move(answer), fate.salt);
    case Corruption::garbage:
      return scribbled(std::move(answer), fate.salt);
    case Corruption::none:
      break;
  }
  return answer;
}

std::string corrupted_rtu(std::string answer, const Fate& fate) {
  constexpr std::size_t rtu_unit_at = 0;
  constexpr std::size_t rtu_function_at = 1;
  switch (fate.corruption) {
    case Corruption::wrong_id:
      return with_fitting_crc(with_other_byte(std::move(answer), rtu_function_at, 6));
    case Corruption::wrong_source:
      return with_fitting_crc(with_other_byte(std::move(answer), rtu_unit_at, fate.salt));
    case Corruption::truncated:
      return cut(std::move(answer), fate.salt);
    case Corruption::garbage:
      return scribbled(std::move(answer), fate.salt);
    case Corruption::none:
      break;
  }
  return answer;
}

}  // namespace hwsim::agents
