#include <algorithm>
#include <bit>

#include "drivers/modbus/mbap.hpp"
#include "drivers/modbus/registers.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: what a Modbus TCP peer may send, judged byte by byte as it comes in, and registers of any content.
namespace {

using namespace holdup::modbus;
using Bytes = std::span<const std::uint8_t>;

std::uint16_t word(Bytes bytes, std::size_t at) { return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]); }

/// The first bytes say what was asked.
Expected expected(Bytes head) {
  const auto function = static_cast<Function>(1 + head[0] % 4);
  const auto most = function <= Function::discrete_inputs ? max_bits : max_registers;
  const auto count = static_cast<std::uint16_t>(1 + word(head, 1) % most);
  return {.request = {.transaction = word(head, 3), .unit = head[5], .function = function, .address = 0, .count = count},
          .earlier = static_cast<std::uint16_t>(head[0] / 4)};
}

/// However the stream is cut, a judgement stands once it is made.
void judge_as_it_comes(Bytes stream, const Expected& asked) {
  for (std::size_t had = 0; had <= std::min(stream.size(), max_frame_bytes + 1); ++had) {
    const auto judged = judge(stream.first(had), asked);
    if (judged.look == Look::incomplete) continue;
    const auto whole = judge(stream, asked);
    HOLDUP_EXPECT(whole.look == judged.look && whole.bytes == judged.bytes && judged.bytes <= had);
    if (judged.look != Look::answer) return;
    HOLDUP_EXPECT(judged.answer.exception != 0 || judged.answer.values.size() == asked.request.count);
    return;
  }
}

void read_registers(Bytes stream) {
  std::vector<std::uint16_t> words(stream.size() / 2);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = word(stream, 2 * i);
  const auto shown = text(words);
  HOLDUP_EXPECT(holdup::ground::printable(shown) == shown);
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
  return 0;
}
