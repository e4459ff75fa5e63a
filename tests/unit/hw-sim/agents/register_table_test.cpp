#include "hw-sim/agents/register_table.hpp"

#include "catch.hpp"

using namespace hwsim::agents;

TEST_CASE("a register recording is read line by line") {
  const auto recording = parse_registers("# a meter\n[0]:    0x02AC\r\n\n[200]: 0x004c  # a note\n[0]: 0x0001");
  CHECK(recording.skipped_lines.empty());
  REQUIRE(recording.contents.registers.size() == 2);
  CHECK(recording.contents.registers.at(0) == 1);
  CHECK(recording.contents.registers.at(200) == 0x4c);
}

TEST_CASE("lines that are no register are skipped and counted by number") {
  const auto* line = GENERATE("[70000]: 0x0001", "[1] 0x0001", "[1]: 0x12345", "[1]: 12", "[1]: 0x12 34", "1: 0x0001", "[]: 0x0001",
                              "[1]:", "coil [1]: 2", "coil [1]: x", "holding [1]: 5", "id x: A", "id 256: A", "coils [1]: 1");
  const auto recording = parse_registers(line);
  CHECK(recording.contents.registers.empty());
  CHECK(recording.skipped_lines == std::vector<std::size_t>{1});
}

TEST_CASE("lines of one function stand beside those of both, and an identification with them") {
  const auto recording = parse_registers("[1]: 0x0001\ninput [1]: 0x0002\ncoil [7]: 1\ndiscrete [7]: 0x0\nid 1: X 1\n");
  CHECK(recording.skipped_lines.empty());
  const RecordedRegisters unit{recording.contents};
  CHECK(unit.read(Bank::holding_registers, 1) == 1);
  CHECK(unit.read(Bank::input_registers, 1) == 2);
  CHECK(unit.read(Bank::coils, 7) == 1);
  CHECK(unit.read(Bank::discrete_inputs, 7) == 0);
  CHECK_FALSE(unit.read(Bank::coils, 1));
  CHECK(unit.identification().at(1) == "X 1");
}

TEST_CASE("what a table has comes in spans of a bank, none too long") {
  const RecordedRegisters unit{
      parse_registers("holding [0]: 0x1\nholding [1]: 0x1\nholding [2]: 0x1\nholding [9]: 0x1\ncoil [65535]: 1\n").contents};
  const auto spans = spans_of(unit, 2);
  REQUIRE(spans.size() == 4);
  CHECK((spans[0].bank == Bank::coils && spans[0].first == 65535 && spans[0].count == 1));
  CHECK((spans[1].bank == Bank::holding_registers && spans[1].first == 0 && spans[1].count == 2));
  CHECK((spans[2].first == 2 && spans[2].count == 1));
  CHECK((spans[3].first == 9 && spans[3].count == 1));
}
