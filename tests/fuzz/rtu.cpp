#include <algorithm>
#include <vector>

#include "drivers/modbus/rtu/frame.hpp"
#include "drivers/modbus/rtu/image.hpp"
#include "drivers/modbus/rtu/overheard.hpp"
#include "ground/expect.hpp"

// Fuzz target: what comes on a serial line, taken for the answer to a question, and by a tap that listens to another master.
namespace {

using namespace holdup::rtu;
using holdup::modbus::Function;
using holdup::modbus::Question;

Question question_of(Bytes head) {
  const auto function = head[0] % 5 == 4 ? Function::identification : static_cast<Function>(1 + head[0] % 5);
  const auto most = function <= Function::discrete_inputs ? holdup::modbus::max_bits : holdup::modbus::max_registers;
  const auto count = static_cast<std::uint16_t>(1 + (head[1] << 8 | head[2]) % most);
  return {.unit = static_cast<std::uint8_t>(1 + head[3] % 247), .function = function, .address = head[4], .count = count};
}

std::vector<std::uint8_t> closed(std::vector<std::uint8_t> bytes) {
  const auto code = crc(bytes);
  bytes.insert(bytes.end(), {static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(code >> 8)});
  return bytes;
}

void check(const Judged& judged, Bytes heard, const Question& asked) {
  if (judged.look != Look::answer) return;
  HOLDUP_EXPECT(judged.begin < judged.end && judged.end <= heard.size());
  const Bytes frame = heard.subspan(judged.begin, judged.end - judged.begin);
  HOLDUP_EXPECT(is_whole(frame) && frame[0] == asked.unit);
  const bool objects = asked.function == Function::identification;
  HOLDUP_EXPECT(judged.answer.exception != 0 || objects || judged.answer.values.size() == asked.count);
}

/// An answer stands once it is there, whatever follows it.
void judge_as_it_comes(Bytes heard, const Question& asked) {
  const Frame request = encode(asked);
  HOLDUP_EXPECT(may_leave(request.bytes()));
  heard = heard.first(std::min(heard.size(), std::size_t{100}));
  for (std::size_t had = 0; had <= heard.size(); ++had) {
    const Judged judged = judge(heard.first(had), asked);
    check(judged, heard, asked);
    for (const Echo echo : {Echo::unknown, Echo::none, Echo::heard})
      check(judge_reply(heard.first(had), request, asked, echo).judged, heard, asked);
    if (judged.look == Look::answer) return;
  }
}

/// What is told was said word for word, question and answer; and the tap finds back to whole frames behind any noise.
void listen(Bytes stream, const Question& asked) {
  Eavesdropper ear;
  std::vector<Overheard> out;
  Image image;
  image.watch(asked.unit);
  holdup::ground::Instant now{std::chrono::seconds{1000}};
  const std::size_t lump = 1 + stream.size() % 61;
  for (std::size_t at = 0; at < stream.size(); at += lump, now += std::chrono::milliseconds{7})
    ear.take(stream.subspan(at, std::min(lump, stream.size() - at)), now, out);
  for (const Overheard& one : out) {
    const Frame frame = encode(one.question);
    const Bytes question = frame.bytes();
    const bool said = std::search(stream.begin(), stream.end(), question.begin(), question.end()) != stream.end();
    HOLDUP_EXPECT(said || one.question.function == Function::identification);  // whose category is the master's choice
    HOLDUP_EXPECT(one.asked <= one.answered);
    (void)image.take(one);
    const auto told = image.tell(one.question, now);
    HOLDUP_EXPECT(told.ear != Image::Ear::told || told.exchange.received <= now);
  }
  (void)image.tell(asked, now);
  const std::vector<std::uint8_t> request = closed({9, 3, 0, 10, 0, 1}), answer = closed({9, 3, 2, 1, 2});
  out.clear();  // for a second an answer may still be another question's
  for (int i = 0; i < 40; ++i, now += std::chrono::milliseconds{70}) ear.take(request, now, out), ear.take(answer, now, out);
  HOLDUP_EXPECT(out.size() >= 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 5) return 0;
  const Question asked = question_of({data, 5});
  const Bytes stream{data + 5, size - 5};
  judge_as_it_comes(stream, asked);
  listen(stream, asked);
  if (may_leave(stream)) HOLDUP_EXPECT(stream[1] <= 4 || stream[1] == 0x2B);
  if (stream.size() >= 2 && stream.size() <= 6) (void)may_leave(closed({stream.begin(), stream.end()}));
  return 0;
}
