#pragma once

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "collector/cli/command_line.hpp"

// A verb run as from the command line, within the test: what it printed and with which code it ended.
namespace holdup::cli::test {

struct Said {
  int code = -1;
  std::string out, err;
};

class Capture {
 public:
  /// What is printed goes to `instead` where that is given.
  explicit Capture(std::ostream& stream, std::streambuf* instead = nullptr)
      : stream_{stream}, former_{stream.rdbuf(instead != nullptr ? instead : text_.rdbuf())} {}
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() { stream_.rdbuf(former_); }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::ostream& stream_;
  std::streambuf* former_;
};

inline Said run(std::vector<std::string> arguments, std::streambuf* output = nullptr) {
  arguments.insert(arguments.begin(), "holdup");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  const Capture out{std::cout, output}, err{std::cerr};
  const int code = command_line(static_cast<int>(argv.size()), argv.data());
  return {code, out.text(), err.text()};
}

}  // namespace holdup::cli::test
