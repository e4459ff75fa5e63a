#include "collector/cli/resident_code.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "catch.hpp"

using holdup::cli::keep_code_resident;

namespace {

struct Code {
  long size = 0, resident = 0, locked = 0;  // KiB; what others map, too, is locked in part
};

/// This program's own code, as the kernel tells of it.
Code own_code() {
  std::ifstream maps{"/proc/self/smaps"};
  Code out;
  bool own = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.find('-') < line.find(' ')) own = line.find(" r-xp ") != std::string::npos && line.ends_with("/test_cli");
    if (!own) continue;
    const auto kib = [&](const char* key) { return line.starts_with(key) ? std::stol(line.substr(line.find(':') + 1)) : 0; };
    out.size += kib("Size:"), out.resident += kib("Rss:"), out.locked += kib("Locked:");
  }
  return out;
}

/// What `what` returns in a child of this process, whose locks and limits end with it.
template <class F>
int in_child(F what) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(what());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("the code of a loss is in memory before there is one") {
  REQUIRE(own_code().size > 0);
  CHECK(in_child([] {
          const auto code = keep_code_resident();
          const auto own = own_code();
          if (code.bytes < static_cast<std::uint64_t>(own.size) << 10 || own.resident != own.size) return 1;
          return code.loose.empty() ? own.locked > 0 ? 0 : 2 : 0;
        }) == 0);
}

TEST_CASE("without the right to lock memory the code is read in, and why it is not locked is said") {
  CHECK(in_child([] {
          const rlimit none{0, 0};
          if (::setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (::geteuid() == 0 && ::setuid(65534) != 0)) return 1;
          const auto code = keep_code_resident();
          const auto own = own_code();
          return !code.loose.empty() && own.resident == own.size && own.locked == 0 ? 0 : 2;
        }) == 0);
}
