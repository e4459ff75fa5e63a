#include "drivers/modbus/rtu/frame.hpp"

#include <algorithm>

#include "ground/expect.hpp"

namespace holdup::rtu {
namespace {

using modbus::Function;
using modbus::Question;

constexpr std::uint8_t exception_flag = 0x80, encapsulated = 0x2B, device_identification = 0x0E;
constexpr std::size_t crc_bytes = 2, mbap_ahead = 6;  // of an MBAP header, ahead of the unit
constexpr std::uint8_t last_unit = 247;

constexpr auto crc_table = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned value = i;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0xA001u : value >> 1;
    table[i] = static_cast<std::uint16_t>(value);
  }
  return table;
}();

modbus::Request request_of(const Question& question) {
  return {.transaction = 0, .unit = question.unit, .function = question.function, .address = question.address, .count = question.count};
}

/// Nothing while the object list is not there as a whole.
std::optional<std::size_t> identification_bytes(Bytes begin) {
  constexpr std::size_t list = 8;  // unit, function, type, code, conformity, more, next, number of objects
  if (begin.size() < 3) return std::nullopt;
  if (begin[2] != device_identification) return 0;
  if (begin.size() < list) return std::nullopt;
  std::size_t end = list;
  for (unsigned object = 0; object < begin[7]; ++object) {
    if (begin.size() < end + 2) return std::nullopt;
    end += 2u + begin[end + 1];
    if (end + crc_bytes > max_frame_bytes) return 0;
  }
  return end + crc_bytes;
}

/// Of a frame whose byte at `at` counts what follows it.
std::optional<std::size_t> counted(Bytes begin, std::size_t at) {
  if (begin.size() <= at) return std::nullopt;
  const std::size_t all = at + 1 + begin[at] + crc_bytes;
  return all <= max_frame_bytes ? all : 0;
}

bool from_another_unit(Bytes rest, const Question& asked) {
  if (rest[0] == asked.unit || rest[0] == 0 || rest[0] > last_unit) return false;
  const auto length = answer_bytes(rest);
  return length && *length > 0 && *length <= rest.size() && is_whole(rest.first(*length));
}

}  // namespace

std::uint16_t crc(Bytes bytes) {
  std::uint16_t value = 0xFFFF;
  for (const std::uint8_t byte : bytes) value = static_cast<std::uint16_t>(value >> 8 ^ crc_table[(value ^ byte) & 0xFF]);
  return value;
}

bool is_whole(Bytes frame) {
  if (frame.size() < 2 + crc_bytes || frame.size() > max_frame_bytes) return false;
  const auto end = frame.size() - crc_bytes;
  return crc(frame.first(end)) == (frame[end] | frame[end + 1] << 8);
}

Frame::Frame(Bytes without_crc) : size_{without_crc.size() + crc_bytes} {
  HOLDUP_EXPECT(size_ <= bytes_.size());
  std::ranges::copy(without_crc, bytes_.begin());
  const std::uint16_t code = crc(without_crc);
  bytes_[size_ - 2] = static_cast<std::uint8_t>(code);
  bytes_[size_ - 1] = static_cast<std::uint8_t>(code >> 8);
}

Frame encode(const Question& question) {
  const auto frame = modbus::encode(request_of(question));
  return Frame{Bytes{frame.data(), frame.size()}.subspan(mbap_ahead)};
}

bool may_leave(Bytes frame) {
  if (!is_whole(frame) || frame[0] == 0) return false;
  if (frame[1] >= 1 && frame[1] <= 4) return frame.size() == 8;
  return frame[1] == encapsulated && frame.size() == 7 && frame[2] == device_identification;
}

std::optional<std::size_t> request_bytes(Bytes begin) {
  if (begin.size() < 2) return std::nullopt;
  switch (begin[1]) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 8:
      return 8;
    case 7:
    case 11:
    case 12:
    case 17:
      return 4;
    case 15:
    case 16:
      return counted(begin, 6);
    case 20:
    case 21:
      return counted(begin, 2);
    case 22:
      return 10;
    case 23:
      return counted(begin, 10);
    case 24:
      return 6;
    case encapsulated:
      return begin.size() < 3 ? std::nullopt : std::optional<std::size_t>{begin[2] == device_identification ? 7 : 0};
    default:
      return 0;
  }
}

std::optional<std::size_t> answer_bytes(Bytes begin) {
  if (begin.size() < 2) return std::nullopt;
  if (begin[1] & exception_flag) return 5;
  switch (begin[1]) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 12:
    case 17:
    case 20:
    case 21:
    case 23:
      return counted(begin, 2);
    case 5:
    case 6:
    case 8:
    case 11:
    case 15:
    case 16:
      return 8;
    case 7:
      return 5;
    case 22:
      return 10;
    case encapsulated:
      return identification_bytes(begin);
    default:
      return 0;
  }
}

std::size_t expected_bytes(const Question& question) {
  switch (question.function) {
    case Function::coils:
    case Function::discrete_inputs:
      return 5u + (question.count + 7u) / 8u;
    case Function::holding_registers:
    case Function::input_registers:
      return 5u + 2u * question.count;
    case Function::identification:
      break;
  }
  return 10;
}

/// By the judge of Modbus TCP, behind a header made for it: both check the same of what the unit says.
std::optional<modbus::Answer> answer_in(Bytes frame, const Question& asked) {
  std::array<std::uint8_t, mbap_ahead + max_frame_bytes> mbap{};
  HOLDUP_EXPECT(frame.size() + mbap_ahead <= mbap.size());
  mbap[4] = static_cast<std::uint8_t>(frame.size() >> 8);
  mbap[5] = static_cast<std::uint8_t>(frame.size());
  std::ranges::copy(frame, mbap.begin() + mbap_ahead);
  modbus::Judged judged = modbus::judge({mbap.data(), mbap_ahead + frame.size()}, {.request = request_of(asked)});
  if (judged.look != modbus::Look::answer) return std::nullopt;
  return std::move(judged.answer);
}

Judged judge(Bytes heard, const Question& asked) {
  Judged judged;
  bool open = false;  // something may still become the answer
  for (std::size_t at = 0; at < heard.size(); ++at) {
    const Bytes rest = heard.subspan(at);
    const bool ours = rest[0] == asked.unit && (rest.size() < 2 || (rest[1] & 0x7F) == static_cast<std::uint8_t>(asked.function));
    if (!ours) {
      if (at == 0 && from_another_unit(rest, asked)) judged.fault = Fault::unit;
      continue;
    }
    const auto length = answer_bytes(rest);
    if (!length || *length > rest.size()) {
      open = true;
      continue;
    }
    if (*length == 0) continue;
    if (!is_whole(rest.first(*length))) {
      if (judged.fault < Fault::crc) judged.fault = Fault::crc;
      continue;
    }
    if (auto answer = answer_in(rest.first(*length - crc_bytes), asked))
      return {.look = Look::answer, .fault = judged.fault, .begin = at, .end = at + *length, .answer = *std::move(answer)};
    judged.fault = Fault::shape;
    at += *length - 1;
  }
  if (judged.fault > Fault::unit && !open) judged.look = Look::spoilt;
  return judged;
}

bool is_as_long(Bytes heard, const Question& asked, Echo echo) {
  return heard.size() >= expected_bytes(asked) + (echo == Echo::none ? 0 : encode(asked).bytes().size());
}

Reply judge_reply(Bytes heard, const Frame& request, const Question& asked, Echo echo) {
  const Bytes own = request.bytes();
  const auto found = std::search(heard.begin(), heard.end(), own.begin(), own.end());
  const bool could_be_answer = judge(own, asked).look == Look::answer;
  if (found == heard.end() || (could_be_answer && echo == Echo::none)) return {.judged = judge(heard, asked)};
  const auto behind = static_cast<std::size_t>(found - heard.begin()) + own.size();
  Reply reply{.judged = judge(heard.subspan(behind), asked), .echo = true, .behind = behind};
  reply.judged.begin += behind, reply.judged.end += behind;
  return reply;
}

}  // namespace holdup::rtu
