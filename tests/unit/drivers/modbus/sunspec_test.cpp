#include "drivers/modbus/sunspec.hpp"

#include <map>

#include "catch.hpp"
#include "drivers/profile/library.hpp"

using namespace holdup;
using namespace holdup::modbus;

namespace {

using Words = std::vector<std::uint16_t>;

/// Walks the chain through a device that answers from `registers` alone; how many questions it took.
std::size_t walk(Chain& chain, const std::map<std::uint16_t, std::uint16_t>& registers) {
  std::size_t questions = 0;
  while (const auto next = chain.next()) {
    ++questions;
    Words words;
    for (std::uint32_t at = next->address; at < next->end(); ++at)
      if (const auto found = registers.find(static_cast<std::uint16_t>(at)); found != registers.end()) words.push_back(found->second);
    if (words.size() != next->count) words.clear();
    chain.take(words);
  }
  return questions;
}

profile::Profile profile_of(const std::string& text) {
  ground::Problems problems;
  const auto library = profile::Library::load({{"p", "profile: p\nprotocol: modbus\nsunspec: 40000\n" + text}}, problems);
  for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  REQUIRE(library.find("p") != nullptr);
  return *library.find("p");
}

}  // namespace

TEST_CASE("a chain begins with SunS and nothing else") {
  CHECK(is_marker(Words{0x5375, 0x6E53}));
  CHECK_FALSE(is_marker(Words{0x6E53, 0x5375}));
  CHECK_FALSE(is_marker(Words{0x5375}));
  CHECK_FALSE(is_marker(Words{}));
}

TEST_CASE("a chain is walked from model to model to its end") {
  Chain chain{40000};
  CHECK(walk(chain, {{40002, 1}, {40003, 66}, {40070, 203}, {40071, 105}, {40177, 0xFFFF}, {40178, 0}}) == 3);
  CHECK(chain.models() == std::vector<Model>{{1, 40002, 66}, {203, 40070, 105}});
}

TEST_CASE("a model whose length is wrong ends the chain where the device has nothing, and what was found stays") {
  Chain chain{0};
  CHECK(walk(chain, {{2, 1}, {3, 65}, {69, 103}, {70, 51}}) == 3);
  CHECK(chain.models().size() == 2);
  Chain beyond{65000};
  CHECK(walk(beyond, {{65002, 1}, {65003, 65}, {65069, 103}, {65070, 900}}) == 2);
  CHECK(beyond.models() == std::vector<Model>{{1, 65002, 65}});
}

TEST_CASE("a pad that a model does not count is passed over, two are not") {
  Chain chain{40000};
  CHECK(walk(chain, {{40002, 1}, {40003, 65}, {40069, 0}, {40070, 203}, {40071, 105}, {40177, 0xFFFF}, {40178, 0}}) == 4);
  CHECK(chain.models() == std::vector<Model>{{1, 40002, 65}, {203, 40070, 105}});
  Chain two{40000};
  CHECK(walk(two, {{40002, 1}, {40003, 65}, {40069, 0}, {40070, 0}, {40071, 105}}) == 3);
  CHECK(two.models().size() == 1);
}

TEST_CASE("a chain without end is left after a hundred models") {
  std::map<std::uint16_t, std::uint16_t> registers;
  for (std::uint32_t at = 0; at < 65536; ++at) registers[static_cast<std::uint16_t>(at)] = at % 2 ? 0 : 7;
  Chain chain{40000};
  CHECK(walk(chain, registers) == 100);
  Chain zeros{40000};
  CHECK(walk(zeros, {{40002, 0}, {40003, 0}}) == 1);
  CHECK(zeros.models().empty());
}

TEST_CASE("a model's points stand where the chain has it, with the registers of their scale") {
  const auto profile = profile_of(
      "identity: {model: {model: 1, at: 18, count: 16}, serial: {model: 1, at: 50, count: 16}}\nmodels:\n"
      "  - model: [203, 204]\n    points:\n      - {at: 2, type: s16, exponent: 6, metric: rack_current_amperes, part: phase, index: "
      "\"1\"}\n"
      "      - {at: 105, type: u32, metric: rack_quantity, name: last}\n");
  const auto laid = laid_out(profile, std::vector<Model>{{1, 40002, 48}, {204, 40052, 105}});
  REQUIRE(laid.registers.size() == 2);
  CHECK(laid.registers[0].address == 40054);
  CHECK(laid.registers[0].exponent == 40058);
  CHECK(laid.registers[1].address == 40157);
  REQUIRE(laid.model.size() == 1);
  CHECK(laid.model[0].address == 40020);
  CHECK(laid.serial.empty());  // the common model of this device ends before
}

TEST_CASE("points behind a model's own length are left out") {
  const auto profile = profile_of(
      "models:\n  - model: 103\n    points:\n      - {at: 50, type: u32, metric: rack_quantity, name: kept}\n"
      "      - {at: 51, type: u32, metric: rack_quantity, name: one too far}\n      - {at: 2, exponent: 60, metric: rack_power_watts}\n");
  const auto laid = laid_out(profile, std::vector<Model>{{103, 100, 50}});
  REQUIRE(laid.registers.size() == 1);
  CHECK(laid.registers[0].name == "kept");
}

TEST_CASE("a second model of one kind has numbers of its own") {
  const auto profile = profile_of(
      "models:\n  - model: 203\n    points:\n      - {at: 2, metric: rack_current_amperes, part: phase, index: \"1\"}\n"
      "      - {at: 3, metric: rack_current_amperes}\n");
  const auto laid = laid_out(profile, std::vector<Model>{{203, 100, 10}, {160, 112, 3}, {203, 117, 10}});
  REQUIRE(laid.registers.size() == 4);
  CHECK(laid.registers[0].index == "1");
  CHECK(laid.registers[1].index.empty());
  CHECK(laid.registers[2].index == "2-1");
  CHECK(laid.registers[3].index == "2");
  CHECK(laid.registers[3].address == 120);
}

TEST_CASE("repetitions fill a model to its end, a begun one is left out") {
  const auto profile = profile_of(
      "models:\n  - model: 160\n    repeats:\n      at: 10\n      every: 20\n      points:\n"
      "        - {at: 19, exponent: 2, metric: rack_current_amperes, part: string, index: \"{n}\"}\n"
      "        - {at: 20, exponent: 29, metric: rack_voltage_volts, part: string, index: \"{n}\"}\n");
  const auto laid = laid_out(profile, std::vector<Model>{{160, 1000, 8 + 45}});
  REQUIRE(laid.registers.size() == 4);
  CHECK(laid.registers[0].address == 1019);
  CHECK(laid.registers[2].address == 1039);
  CHECK(laid.registers[2].index == "2");
  CHECK(laid.registers[2].exponent == 1002);  // of the whole model
  CHECK(laid.registers[3].exponent == 1049);  // its own
  CHECK(laid_out(profile, std::vector<Model>{{160, 1000, 0}}).registers.empty());
}

TEST_CASE("lengths that promise more than a device can have are cut short") {
  const auto profile =
      profile_of("models:\n  - model: 160\n    repeats: {at: 10, every: 1, points: [{at: 10, metric: rack_quantity, index: \"{n}\"}]}\n");
  std::vector<Model> chain(100, Model{160, 0, 60000});
  CHECK(laid_out(profile, chain).registers.size() < 21'000);
}
