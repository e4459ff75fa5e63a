#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "drivers/gpio/watch.hpp"

// What the driver says where there is no chip: on every machine, with either libgpiod. Kernel lines are in tests/gpio.
namespace holdup::gpio {
namespace {

using namespace std::chrono_literals;

const std::array two_lines{Wish{.line = "0"}, Wish{.line = "AC_OK", .active_low = true, .bias = Bias::pull_up, .debounce = 5ms}};

struct Listened {
  std::vector<Told> told;
  std::vector<std::string> said;
};

// Until something was said and told, which only a hang keeps from coming.
Listened listen_to(const std::string& chip) {
  boost::asio::io_context loop;
  Listened out;
  boost::asio::steady_timer patience{loop, 30s};
  patience.async_wait([&](auto) { loop.stop(); });
  const auto enough = [&] {
    if (!out.told.empty() && !out.said.empty()) loop.stop();
  };
  const Watch watch{loop,
                    chip,
                    {two_lines.begin(), two_lines.end()},
                    {.hear = [&](std::vector<Told> news) { out.told.insert(out.told.end(), news.begin(), news.end()), enough(); },
                     .say = [&](const std::string& what) { out.said.push_back(what), enough(); }}};
  loop.run();
  CHECK(watch.counters().openings == 0);
  return out;
}

}  // namespace

TEST_CASE("a chip that is not there is named in the failure") {
  for (const char* chip : {"gpiochip-none", "no such label", "/dev/gpiochip-none"}) {
    const auto lines = Lines::request(chip, two_lines);
    REQUIRE(!lines);
    CHECK(lines.error().what.find(chip) != std::string::npos);
  }
}

TEST_CASE("what is no GPIO chip is not taken for one") {
  const auto file = std::filesystem::temp_directory_path() / ("holdup-no-chip-" + std::to_string(::getpid()));
  std::ofstream{file} << "230\n";
  for (const std::string& path : {std::string{"/dev/null"}, file.string()}) {
    const auto lines = Lines::request(path, two_lines);
    CHECK(!lines);
  }
  std::filesystem::remove(file);
}

TEST_CASE("each line of a chip that is not there is told gone, and a person hears why, once") {
  const auto listened = listen_to("gpiochip-none");
  REQUIRE(listened.told.size() == two_lines.size());
  for (std::size_t wish = 0; wish < two_lines.size(); ++wish) {
    CHECK(listened.told[wish].kind == Told::Kind::gone);
    CHECK(listened.told[wish].wish == wish);
    CHECK(!listened.told[wish].active);
  }
  REQUIRE(listened.said.size() == 1);
  CHECK(listened.said.front().find("gpiochip-none") != std::string::npos);
}

}  // namespace holdup::gpio
