#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

// A running hw-sim program and stock tools against it: what the wire tests hold in their hands.
namespace wire {

struct Output {
  int exit_code = -1;
  std::string text;  // stdout and stderr
};

/// Runs a shell command to its end. net-snmp's tools read no MIBs and keep their state to themselves.
[[nodiscard]] Output shell(const std::string& command);

/// A folder of its own, gone with this object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  /// Writes a file into it; its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const;
  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class Simulator {
 public:
  /// Starts it and waits for its control line, 30 s at most.
  explicit Simulator(const std::vector<std::string>& arguments);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  /// "127.0.0.1:PORT" of the nth ready line, and its whole URL.
  [[nodiscard]] std::string host_port(std::size_t device) const;
  [[nodiscard]] const std::string& url(std::size_t device) const { return urls_.at(device); }
  [[nodiscard]] int port(std::size_t device) const;
  [[nodiscard]] Output ctl(const std::string& command) const;
  [[nodiscard]] long long writes_seen() const;
  /// SIGTERM, then its exit code.
  int stop();

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::vector<std::string> urls_;
  std::string control_;
};

}  // namespace wire
