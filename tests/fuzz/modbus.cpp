#include <algorithm>
#include <bit>

#include "drivers/modbus/identification.hpp"
#include "drivers/modbus/mbap.hpp"
#include "drivers/modbus/registers.hpp"
#include "drivers/modbus/sunspec.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: what a Modbus TCP peer may send, judged byte by byte as it comes in, and registers of any content.
namespace {

using namespace holdup::modbus;
using Bytes = std::span<const std::uint8_t>;

std::uint16_t word(Bytes bytes, std::size_t at) { return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]); }

/// The first bytes say what was asked.
Expected expected(Bytes head) {
  const auto function = head[0] % 5 == 4 ? Function::identification : static_cast<Function>(1 + head[0] % 5);
  const auto most = function <= Function::discrete_inputs ? max_bits : max_registers;
  const auto count = static_cast<std::uint16_t>(1 + word(head, 1) % most);
  return {.request = {.transaction = word(head, 3), .unit = head[5], .function = function, .address = 0, .count = count},
          .earlier = static_cast<std::uint16_t>(head[0] / 5)};
}

/// However the stream is cut, a judgement stands once it is made.
void judge_as_it_comes(Bytes stream, const Expected& asked) {
  for (std::size_t had = 0; had <= std::min(stream.size(), max_frame_bytes + 1); ++had) {
    const auto judged = judge(stream.first(had), asked);
    if (judged.look == Look::incomplete) continue;
    const auto whole = judge(stream, asked);
    HOLDUP_EXPECT(whole.look == judged.look && whole.bytes == judged.bytes && judged.bytes <= had);
    if (judged.look != Look::answer) return;
    const bool objects = asked.request.function == Function::identification;
    HOLDUP_EXPECT(judged.answer.exception != 0 || objects || judged.answer.values.size() == asked.request.count);
    return;
  }
}

void read_registers(Bytes stream) {
  std::vector<std::uint16_t> words(stream.size() / 2);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = word(stream, 2 * i);
  const auto shown = text(words);
  HOLDUP_EXPECT(holdup::ground::printable(shown) == shown);
  for (int type = 0; type <= static_cast<int>(holdup::profile::RegisterType::string); ++type) {
    const holdup::profile::Register field{
        .type = static_cast<holdup::profile::RegisterType>(type),
        .count = static_cast<std::uint16_t>(type == static_cast<int>(holdup::profile::RegisterType::string))};
    if (words.size() < width(field)) continue;
    const std::span<const std::uint16_t> own{words.data(), width(field)};
    (void)raw_number(field, own);
    (void)raw_text(field, own);
  }
}

/// A device identification of any content, and a chain of models that a device makes up as it goes.
void follow(Bytes stream) {
  IdentificationObjects objects;
  HOLDUP_EXPECT(take_identification({reinterpret_cast<const char*>(stream.data()), stream.size()}, objects) < objects.size());
  for (const auto& object : objects) HOLDUP_EXPECT(holdup::ground::printable(object) == object);
  Chain chain{40000};
  std::size_t at = 0, questions = 0;
  for (; chain.next(); at += 4, ++questions) {
    std::vector<std::uint16_t> words;
    if (at + 4 <= stream.size()) words = {word(stream, at), word(stream, at + 2)};
    chain.take(words);
  }
  HOLDUP_EXPECT(questions <= 201);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 6) return 0;
  const auto asked = expected({data, 6});
  const Bytes stream{data + 6, size - 6};
  judge_as_it_comes(stream, asked);
  (void)judge_unasked(stream, asked);
  HOLDUP_EXPECT(may_leave(encode(asked.request)));
  if (may_leave(stream)) HOLDUP_EXPECT(stream[7] <= 4 || stream[7] == 0x2B);
  read_registers(stream);
  follow(stream);
  return 0;
}
