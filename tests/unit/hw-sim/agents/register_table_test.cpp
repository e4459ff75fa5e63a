#include "hw-sim/agents/register_table.hpp"

#include "catch.hpp"

using namespace hwsim::agents;

TEST_CASE("a register recording is read line by line") {
  const auto recording = parse_registers("# a meter\n[0]:    0x02AC\r\n\n[200]: 0x004c  # a note\n[0]: 0x0001");
  CHECK(recording.skipped_lines.empty());
  REQUIRE(recording.registers.size() == 2);
  CHECK(recording.registers.at(0) == 1);
  CHECK(recording.registers.at(200) == 0x4c);
}

TEST_CASE("lines that are no register are skipped and counted by number") {
  const auto* line =
      GENERATE("[70000]: 0x0001", "[1] 0x0001", "[1]: 0x12345", "[1]: 12", "[1]: 0x12 34", "1: 0x0001", "[]: 0x0001", "[1]:");
  const auto recording = parse_registers(line);
  CHECK(recording.registers.empty());
  CHECK(recording.skipped_lines == std::vector<std::size_t>{1});
}
