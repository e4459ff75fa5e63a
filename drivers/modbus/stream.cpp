#include "drivers/modbus/stream.hpp"

#include <algorithm>
#include <limits>

namespace holdup::modbus {

void Stream::begin() { begin_ = end_ = sent_ = 0; }

std::uint16_t Stream::next_transaction() {
  if (sent_ < std::numeric_limits<std::uint16_t>::max() / 2) ++sent_;  // half: an old one must differ from one to come
  return ++last_;
}

std::span<std::uint8_t> Stream::room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  return {buffer_.data() + end_, buffer_.size() - end_};
}

std::optional<std::uint16_t> Stream::transaction() const {
  if (end_ - begin_ < header_bytes) return std::nullopt;
  return static_cast<std::uint16_t>(buffer_[begin_] << 8 | buffer_[begin_ + 1]);
}

Judged Stream::judge_stray() const {
  if (sent_ == 0 && transaction()) return {.look = Look::broken, .fault = Fault::transaction};
  return judge_unasked(bytes(), {.request = {.transaction = last_}, .earlier = static_cast<std::uint16_t>(sent_ - 1)});
}

}  // namespace holdup::modbus
