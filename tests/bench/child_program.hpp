#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

// A program that a bench starts, talks with by lines, and ends.
namespace holdup::bench {

class ChildProgram {
 public:
  struct Call {
    std::vector<std::string> words;  // the program's path first
    std::string log;                 // file that takes its stderr
  };
  /// Throws when it cannot be started.
  explicit ChildProgram(const Call& call);
  /// SIGTERM, and waits.
  ~ChildProgram();
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  /// The next line of its stdout; throws when it ended or said nothing for a minute.
  [[nodiscard]] std::string line();
  /// A line for its stdin.
  void tell(const std::string& text);
  /// Processor time that it has used, user and system.
  [[nodiscard]] double cpu_seconds() const;

 private:
  std::string name_, log_, read_;
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1;
};

}  // namespace holdup::bench
