#pragma once

#include <string>

// A pseudo terminal that stands for a serial line: programs open its path, the simulator holds the other end. An optional symbolic link
// leads to it under a name that stays.
namespace hwsim::agents {

class Pty {
 public:
  /// Raw, without echo. Throws std::system_error; std::runtime_error when something else than a line's link stands where the link should.
  explicit Pty(const std::string& link);
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  /// "/dev/pts/7"
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The simulator's end, not blocking; the caller's from now on.
  [[nodiscard]] int take_end();
  /// Undoes a reader's TIOCEXCL: this end keeps the line open when that reader goes, so that the kernel does not.
  void forget_exclusive() const;

 private:
  Pty() = default;

  int end_ = -1;
  int line_ = -1;  // the programs' side, held open: else the other end fails while nobody has it
  std::string path_;
  std::string link_;
};

}  // namespace hwsim::agents
