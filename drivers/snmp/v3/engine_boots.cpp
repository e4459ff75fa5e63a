#include "drivers/snmp/v3/engine_boots.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <random>
#include <string_view>

#include "ground/clock/clock.hpp"
#include "ground/number.hpp"

namespace holdup::v3 {
namespace {

using ground::Failure;
using ground::FailureKind;
using ground::Result;
namespace fs = std::filesystem;

constexpr std::int64_t most_boots = 0x7FFFFFFF;  // RFC 3414 section 2.2.2: latched there, keys must be changed

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : fd_{::open(path.c_str(), flags | O_CLOEXEC, 0600)} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Failure failed(const fs::path& path, const std::string& what) { return {FailureKind::machine, path.string() + ": " + what}; }

// RFC 3411, SnmpEngineID: format 5 (octets of the administrator's choice) under net-snmp's enterprise, whose security model speaks.
EngineId draw_id() {
  EngineId id{0x80, 0x00, 0x1F, 0x88, 0x05};
  std::random_device chance;
  for (int i = 0; i < 12; ++i) id.push_back(static_cast<std::uint8_t>(chance()));
  return id;
}

std::optional<EngineId> id_of(std::string_view text) {
  EngineId id;
  if (text.size() < 10 || text.size() > 64 || text.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto digit = [](char c) { return std::string_view{"0123456789abcdef"}.find(c); };
    if (digit(text[i]) > 15 || digit(text[i + 1]) > 15) return std::nullopt;
    id.push_back(static_cast<std::uint8_t>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return id;
}

/// "engine 8000…\nboots 7\n"; nothing when it is anything else.
std::optional<EngineBoots> parse(std::string_view text) {
  constexpr std::string_view first = "engine ", second = "\nboots ";
  const auto middle = text.find(second);
  if (!text.starts_with(first) || middle == std::string_view::npos || !text.ends_with('\n')) return std::nullopt;
  const auto id = id_of(text.substr(first.size(), middle - first.size()));
  const auto boots = ground::parse_integer(text.substr(middle + second.size(), text.size() - middle - second.size() - 1));
  if (!id || !boots || *boots < 1 || *boots > most_boots) return std::nullopt;
  return EngineBoots{.id = *id, .boots = static_cast<std::uint32_t>(*boots)};
}

Result<EngineBoots> read(const fs::path& path) {
  const Descriptor file{path, O_RDONLY | O_NONBLOCK};
  if (file.get() < 0 && errno == ENOENT) return EngineBoots{.id = draw_id()};
  if (file.get() < 0) return failed(path, std::strerror(errno));
  std::array<char, 256> buffer{};
  const auto size = ::read(file.get(), buffer.data(), buffer.size());
  if (size < 0) return failed(path, std::strerror(errno));
  const auto found = parse({buffer.data(), static_cast<std::size_t>(size)});
  if (!found) return failed(path, "damaged; remove it and give devices that send informs the new engine");
  return *found;
}

// Beside it, flushed, put in its place, the folder flushed: after a loss of power either the old or the new file stands there.
Result<std::size_t> write(const fs::path& path, const EngineBoots& engine) {
  const fs::path fresh = path.string() + ".new";
  const auto text = "engine " + hex(engine.id) + "\nboots " + std::to_string(engine.boots) + "\n";
  {
    const Descriptor file{fresh, O_WRONLY | O_CREAT | O_TRUNC};
    if (file.get() < 0) return failed(fresh, std::strerror(errno));
    if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return failed(fresh, "cannot be written");
    if (::fsync(file.get()) != 0) return failed(fresh, std::strerror(errno));
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return failed(path, std::strerror(errno));
  const Descriptor folder{path.has_parent_path() ? path.parent_path() : fs::path{"."}, O_RDONLY | O_DIRECTORY};
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return failed(path, std::strerror(errno));
  return text.size();
}

}  // namespace

Result<EngineBoots> EngineBoots::count_start(const std::string& path) {
  auto engine = read(path);
  if (!engine) return engine.error();
  if (engine->boots == most_boots) return failed(path, "boots at their end; remove it and give devices that send informs the new engine");
  ++engine->boots;
  const auto written = write(path, *engine);
  if (!written) return written.error();
  engine->counted = ground::clock::now();
  return *engine;
}

}  // namespace holdup::v3
