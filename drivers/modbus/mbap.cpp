#include "drivers/modbus/mbap.hpp"

#include <algorithm>

#include "ground/expect.hpp"

namespace holdup::modbus {
namespace {

constexpr std::uint8_t exception_flag = 0x80;
constexpr std::uint16_t exception_length = 3;                              // unit, function, code
constexpr std::uint16_t max_length = max_frame_bytes - 6;                  // what the length field may say
constexpr std::uint8_t encapsulated = 0x2B, device_identification = 0x0E;  // FC 43 / 14
constexpr std::uint8_t basic_stream = 1;                                   // Read Device ID code: vendor, product code, revision

std::uint16_t word(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

bool reads_bits(Function function) { return function == Function::coils || function == Function::discrete_inputs; }

std::size_t data_bytes(const Request& request) { return reads_bits(request.function) ? (request.count + 7u) / 8u : request.count * 2u; }

Judged broken(Fault fault) { return {.look = Look::broken, .fault = fault}; }

std::vector<std::uint16_t> values_of(std::span<const std::uint8_t> data, const Request& request) {
  std::vector<std::uint16_t> values(request.count);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = reads_bits(request.function) ? static_cast<std::uint16_t>(data[i / 8] >> (i % 8) & 1) : word(data, 2 * i);
  return values;
}

/// A frame of an older transaction: only its length matters, its content is nobody's any more.
Judged judge_late(std::span<const std::uint8_t> bytes) {
  const std::size_t frame = 6u + word(bytes, 4);
  return bytes.size() < frame ? Judged{} : Judged{.look = Look::late, .bytes = frame};
}

/// What an identification must at least have: code read, conformity, whether more follows, next object, number of objects.
constexpr std::uint16_t least_identification = 3 + 6;

Judged judge_identification(std::span<const std::uint8_t> frame) {
  if (frame[8] != device_identification) return broken(Fault::function);
  return {.look = Look::answer, .bytes = frame.size(), .answer = {.values = {}, .objects = {frame.begin() + 9, frame.end()}}};
}

Judged judge_pdu(std::span<const std::uint8_t> frame, const Request& request) {
  const auto function = static_cast<std::uint8_t>(request.function);
  const bool is_exception = word(frame, 4) == exception_length;
  if (frame[7] != (is_exception ? function | exception_flag : function)) return broken(Fault::function);
  if (is_exception && frame[8] == 0) return broken(Fault::function);  // 0 is no exception: it would pass for values
  if (is_exception) return {.look = Look::answer, .bytes = frame.size(), .answer = {.exception = frame[8], .values = {}}};
  if (request.function == Function::identification) return judge_identification(frame);
  if (frame[8] != data_bytes(request)) return broken(Fault::byte_count);
  return {.look = Look::answer, .bytes = frame.size(), .answer = {.exception = 0, .values = values_of(frame.subspan(9), request)}};
}

/// Whether an answer, no exception, to the request may be this long.
bool fitting_length(std::uint16_t length, const Request& request) {
  return request.function == Function::identification ? length >= least_identification : length == 3u + data_bytes(request);
}

/// What every frame must have, whoever it is for.
bool sound_length(std::uint16_t length) { return length >= exception_length && length <= max_length; }

bool is_earlier(std::uint16_t transaction, const Expected& expected) {
  const auto behind = static_cast<std::uint16_t>(expected.request.transaction - transaction);
  return behind >= 1 && behind <= expected.earlier;
}

}  // namespace

Frame::Frame(std::initializer_list<std::uint8_t> bytes) : size_{bytes.size()} {
  HOLDUP_EXPECT(bytes.size() <= bytes_.size());
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

Frame encode(const Request& r) {
  HOLDUP_EXPECT(r.count >= 1 && r.count <= (reads_bits(r.function) ? max_bits : max_registers));
  HOLDUP_EXPECT(r.address + r.count <= 65536);
  const auto high = [](std::uint16_t v) { return static_cast<std::uint8_t>(v >> 8); };
  const auto low = [](std::uint16_t v) { return static_cast<std::uint8_t>(v); };
  if (r.function == Function::identification) {
    HOLDUP_EXPECT(r.address <= 255);
    return {high(r.transaction), low(r.transaction), 0, 0, 0, 5, r.unit, encapsulated, device_identification, basic_stream, low(r.address)};
  }
  return {high(r.transaction), low(r.transaction), 0,           0, 0, 6, r.unit, static_cast<std::uint8_t>(r.function), high(r.address),
          low(r.address),      high(r.count),      low(r.count)};
}

bool may_leave(std::span<const std::uint8_t> frame) {
  if (frame.size() < header_bytes + 1 || word(frame, 2) != 0 || frame.size() != 6u + word(frame, 4)) return false;
  const std::uint8_t function = frame[7];
  if (function >= 1 && function <= 4) return frame.size() == 12;
  return function == encapsulated && frame.size() == 11 && frame[8] == device_identification;
}

Judged judge(std::span<const std::uint8_t> bytes, const Expected& expected) {
  if (bytes.size() < header_bytes) return {};
  if (word(bytes, 2) != 0) return broken(Fault::protocol);
  const std::uint16_t length = word(bytes, 4);
  if (!sound_length(length)) return broken(Fault::length);
  if (word(bytes, 0) != expected.request.transaction)
    return is_earlier(word(bytes, 0), expected) ? judge_late(bytes) : broken(Fault::transaction);
  if (bytes[6] != expected.request.unit) return broken(Fault::unit);
  if (length != exception_length && !fitting_length(length, expected.request)) return broken(Fault::length);
  if (bytes.size() < 6u + length) return {};
  return judge_pdu(bytes.first(6u + length), expected.request);
}

Judged judge_unasked(std::span<const std::uint8_t> bytes, const Expected& last) {
  if (bytes.size() < header_bytes) return {};
  if (word(bytes, 2) != 0) return broken(Fault::protocol);
  if (!sound_length(word(bytes, 4))) return broken(Fault::length);
  const std::uint16_t transaction = word(bytes, 0);
  if (transaction != last.request.transaction && !is_earlier(transaction, last)) return broken(Fault::transaction);
  return judge_late(bytes);
}

}  // namespace holdup::modbus
