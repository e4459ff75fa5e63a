#include "drivers/modbus/rtu/overheard.hpp"

#include <algorithm>
#include <chrono>

namespace holdup::rtu {
namespace {

using ground::Instant;
using modbus::Function;
using modbus::Question;

constexpr std::uint8_t last_unit = 247;
constexpr auto longest_wait = std::chrono::seconds{5};  // of a master for an answer
constexpr auto longest_late = std::chrono::seconds{1};  // an answer comes after its master has asked for something else

std::uint16_t word(Bytes bytes, std::size_t at) { return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]); }

enum class Fit : std::uint8_t { no, more, whole };

Fit fit(Bytes rest, std::optional<std::size_t> length) {
  if (length && *length == 0) return Fit::no;
  if (!length || *length > rest.size()) return Fit::more;
  return is_whole(rest.first(*length)) ? Fit::whole : Fit::no;
}

/// The question of a whole request that reads; nothing of one that writes, or asks what a device must refuse.
std::optional<Question> question_of(Bytes request) {
  const std::uint8_t function = request[1];
  if (function == static_cast<std::uint8_t>(Function::identification))
    return Question{.unit = request[0], .function = Function::identification, .address = request[4], .count = 1};
  if (function < 1 || function > 4) return std::nullopt;
  const Question question{
      .unit = request[0], .function = static_cast<Function>(function), .address = word(request, 2), .count = word(request, 4)};
  const auto most = function <= 2 ? modbus::max_bits : modbus::max_registers;
  if (question.count < 1 || question.count > most || question.address + question.count > 65536) return std::nullopt;
  return question;
}

}  // namespace

void Eavesdropper::take(Bytes bytes, Instant now, std::vector<Overheard>& out) {
  for (std::size_t at = 0; at < bytes.size(); at += max_frame_bytes) {
    const Bytes part = bytes.subspan(at, std::min(max_frame_bytes, bytes.size() - at));
    buffer_.insert(buffer_.end(), part.begin(), part.end());
    ruled_out_.resize(buffer_.size());
    while (!buffer_.empty() && take_frame(now, out)) {
    }
  }
}

void Eavesdropper::forget() {
  buffer_.clear();
  ruled_out_.clear();
  pending_.reset();
  given_up_.reset();
}

/// What begins there, of what is not ruled out yet: a CRC that was wrong is not looked at again.
Eavesdropper::Beginning Eavesdropper::look(std::size_t at) {
  const Bytes rest = Bytes{buffer_}.subspan(at);
  RuledOut& out = ruled_out_[at];
  const Fit answer = out.answer || rest[0] == 0 || rest[0] > last_unit ? Fit::no : fit(rest, answer_bytes(rest));
  const Fit request = out.request || rest[0] > last_unit ? Fit::no : fit(rest, request_bytes(rest));
  out = {.answer = answer == Fit::no, .request = request == Fit::no};
  return {.answer = answer == Fit::whole, .request = request == Fit::whole};
}

/// One step: a frame taken, or bytes of none. False: more must come. While a frame might still be under way at the front, whole ones
/// behind it are looked for: a false beginning must not swallow what follows.
bool Eavesdropper::take_frame(Instant now, std::vector<Overheard>& out) {
  for (std::size_t at = 0; at < buffer_.size(); ++at) {
    const Beginning begins = look(at);
    if (!begins.answer && !begins.request) continue;
    const Bytes rest = Bytes{buffer_}.subspan(at);
    if (at > 0) pending_.reset();  // what was lost between may have been the answer, or another question
    skipped_ += at;
    const bool paired = begins.answer && take_answer(rest, now, out);
    const std::size_t length = paired || !begins.request ? *answer_bytes(rest) : *request_bytes(rest);
    if (!paired && begins.request) take_request(rest, now);
    if (!paired && !begins.request) pending_.reset();
    drop_front(at + length);
    return true;
  }
  const auto open = std::ranges::find_if(ruled_out_, [](const RuledOut& out_of) { return !out_of.answer || !out_of.request; });
  const auto none = static_cast<std::size_t>(open - ruled_out_.begin());
  if (none > 0) pending_.reset();
  skipped_ += none;
  drop_front(none);
  return false;
}

/// Whether it is the answer to what was asked last. The master may have asked the same again because there was none: what is byte for
/// byte the question is never an answer here.
bool Eavesdropper::take_answer(Bytes rest, Instant now, std::vector<Overheard>& out) {
  if (!pending_ || now - pending_->at > longest_wait) return false;
  const Bytes frame = rest.first(*answer_bytes(rest));
  const Question& asked = pending_->question;
  if (frame[0] != asked.unit || (frame[1] & 0x7F) != static_cast<std::uint8_t>(asked.function)) return false;
  if (std::ranges::equal(frame, pending_->bytes)) return false;
  auto answer = answer_in(frame.first(frame.size() - 2), asked);
  if (!answer) return false;
  if (may_be_older(asked, *answer, now)) return false;
  out.push_back({.question = asked, .answer = *std::move(answer), .asked = pending_->at, .answered = now});
  pending_.reset();
  return true;
}

/// The answer to a question that was given up may come behind the next one, and all that follow then stand one behind theirs, for a while.
bool Eavesdropper::may_be_older(const Question& asked, const modbus::Answer& answer, Instant now) const {
  if (!given_up_ || now - given_up_->at > longest_late) return false;
  const Question& older = given_up_->question;
  const bool passes = answer.exception != 0 || older.count == asked.count;
  return passes && older.unit == asked.unit && older.function == asked.function;
}

void Eavesdropper::take_request(Bytes rest, Instant now) {
  const Bytes frame = rest.first(*request_bytes(rest));
  const auto question = frame[0] != 0 ? question_of(frame) : std::nullopt;
  if (pending_ && !std::ranges::equal(frame, pending_->bytes)) given_up_ = Pending{.question = pending_->question, .bytes = {}, .at = now};
  pending_.reset();
  if (question) pending_ = Pending{.question = *question, .bytes = {frame.begin(), frame.end()}, .at = now};
}

void Eavesdropper::drop_front(std::size_t bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes));
  ruled_out_.erase(ruled_out_.begin(), ruled_out_.begin() + static_cast<std::ptrdiff_t>(bytes));
}

}  // namespace holdup::rtu
