#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <span>
#include <string>

#include "catch.hpp"
#include "drivers/gpio/lines.hpp"
#include "sim_chip.hpp"

// `holdup probe gpio://…` on the kernel's own lines, in a virtual machine (tests/gpio/machine) that has the program in its path.
namespace holdup::gpio {
namespace {

using gpio_test::SimChip;

struct Said {
  std::string text;  // both streams
  int code = -1;
};

Said probe(const std::string& url, const std::string& more = "") {
  std::FILE* pipe = ::popen(("holdup probe '" + url + "' " + more + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  Said said;
  std::array<char, 512> piece{};
  for (std::size_t got = 1; got > 0; said.text.append(piece.data(), got)) got = std::fread(piece.data(), 1, piece.size(), pipe);
  const int status = ::pclose(pipe);
  said.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

TEST_CASE("a line is read once as it stands, by its active level") {
  SimChip chip{"probed", 2};
  chip.pull(1, true);
  const auto closed = probe("gpio://" + chip.name() + "/1", "--json");
  CHECK(closed.code == 0);
  CHECK(closed.text.find(R"({"device":{"vendor":"","model":")" + chip.name() + R"(","firmware":"","serial":"","profile":""}})") == 0);
  CHECK(closed.text.find(
            R"({"metric":"rack_contact_closed","labels":{"part":"contact","name":"1"},"value":1,"quality":"good","raw":"high","source":")" +
            chip.name() + R"(/1"})") != std::string::npos);
  const auto open = probe("gpio://probed/line1?active=low", "--json");
  CHECK(open.code == 0);
  CHECK(open.text.find(R"("name":"line1"},"value":0,"quality":"good","raw":"high")") != std::string::npos);
  chip.pull(1, false);
  CHECK(probe("gpio://probed/1?active=low", "--json").text.find(R"("value":1,"quality":"good","raw":"low")") != std::string::npos);
  CHECK(probe("gpio://probed/1").text.find("rack_contact_closed") != std::string::npos);
}

TEST_CASE("a chip or a line that is not there, or that another holds, is said with its name") {
  SimChip chip{"busy", 2};
  const std::string url = "gpio://" + chip.name();
  CHECK(probe("gpio://missing/0").text.find("no GPIO chip 'missing'") != std::string::npos);
  CHECK(probe("gpio://missing/0").code == 4);
  CHECK(probe(url + "/7").text.find("no line '7'") != std::string::npos);
  CHECK(probe(url + "/7").code == 4);
  const std::array wishes{Wish{.line = "0"}};
  const auto held = Lines::request(chip.name(), wishes);
  REQUIRE(held);
  REQUIRE_FALSE(held->failures().front());
  const auto said = probe(url + "/0");
  CHECK(said.text.find("line '0' is used by holdup") != std::string::npos);
  CHECK(said.code == 4);
  CHECK(probe(url + "/1").code == 0);
}

}  // namespace
}  // namespace holdup::gpio
