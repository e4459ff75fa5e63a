#include "collector/cli/progress.hpp"

#include <unistd.h>

#include <chrono>
#include <iostream>

#include "ground/clock/clock.hpp"
#include "ground/utf8.hpp"

namespace holdup::cli {
namespace {

constexpr std::chrono::milliseconds first{1000}, period{200};
constexpr const char* clear_line = "\r\x1b[K";

}  // namespace

Progress::Progress() : terminal_{::isatty(STDERR_FILENO) == 1}, next_{ground::clock::now() + first} {}

Progress::~Progress() {
  if (shown_) std::cerr << clear_line << std::flush;
}

bool Progress::due() { return terminal_ && ground::clock::now() >= next_; }

void Progress::show(const std::string& text) {
  std::cerr << clear_line << ground::printable(text) << std::flush;
  shown_ = true;
  next_ = ground::clock::now() + period;
}

}  // namespace holdup::cli
