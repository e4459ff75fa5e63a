#pragma once

#include <array>
#include <cstdio>
#include <memory>
#include <string>

// Other programs' Debian packages, unpacked under build/peers by tests/peers and never installed.
namespace holdup::bench {

/// What a command prints, without the last line's end.
[[nodiscard]] inline std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command.c_str(), "r"), ::pclose};
  std::string out;
  std::array<char, 512> piece;
  while (pipe && std::fgets(piece.data(), piece.size(), pipe.get()) != nullptr) out += piece.data();
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

/// The folder of an unpacked package; empty when it cannot be had.
[[nodiscard]] inline std::string unpacked(const std::string& package) {
  const auto said = output_of(HOLDUP_SOURCE_DIR "/tests/peers " + package);
  return said.empty() || said.front() != '/' ? std::string{} : said;
}

}  // namespace holdup::bench
