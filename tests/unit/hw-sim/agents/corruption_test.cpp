#include "hw-sim/agents/corruption.hpp"

#include <string>

#include "catch.hpp"
#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/agents/modbus_frame.hpp"
#include "hw-sim/agents/snmp_message.hpp"

using namespace hwsim;
using scenario::Corruption;
using scenario::Fate;

namespace {

std::string snmp_answer() {
  return agents::encode(agents::SnmpMessage{.community = "public",
                                            .pdu = agents::Pdu::response,
                                            .request_id = 2147483647,
                                            .varbinds = {{{1, 3, 6, 1}, agents::ber::integer(5)}}});
}

std::string modbus_answer() { return agents::encode(agents::ModbusFrame{.transaction = 300, .unit = 2, .pdu = "\x03\x02xy"}); }

}  // namespace

TEST_CASE("an undisturbed answer leaves as it was made") {
  CHECK(agents::corrupted_snmp(snmp_answer(), Fate{}) == snmp_answer());
  CHECK(agents::corrupted_modbus(modbus_answer(), Fate{}) == modbus_answer());
}

TEST_CASE("each kind of corruption shows on the wire, whatever the salt") {
  const std::uint64_t salt = GENERATE(0U, 1U, 126U, 127U, 999U, 123456789U, UINT64_MAX);
  SECTION("another request id, the rest intact") {
    const auto message = agents::decode(agents::corrupted_snmp(snmp_answer(), {.corruption = Corruption::wrong_id, .salt = salt}));
    REQUIRE(message);
    CHECK(message->request_id != 2147483647);
    CHECK(message->varbinds.size() == 1);
  }
  SECTION("another transaction, another unit") {
    const auto other_id = agents::scan_frame(agents::corrupted_modbus(modbus_answer(), {.corruption = Corruption::wrong_id, .salt = salt}));
    CHECK(other_id.frame.transaction != 300);
    CHECK(other_id.frame.unit == 2);
    const auto other_unit =
        agents::scan_frame(agents::corrupted_modbus(modbus_answer(), {.corruption = Corruption::wrong_source, .salt = salt}));
    CHECK(other_unit.frame.transaction == 300);
    CHECK(other_unit.frame.unit != 2);
  }
  SECTION("cut short, but not to nothing") {
    const auto cut = agents::corrupted_snmp(snmp_answer(), {.corruption = Corruption::truncated, .salt = salt});
    CHECK(cut.size() < snmp_answer().size());
    CHECK_FALSE(cut.empty());
    CHECK(snmp_answer().starts_with(cut));
  }
  SECTION("scribbled over") {
    const auto garbage = agents::corrupted_snmp(snmp_answer(), {.corruption = Corruption::garbage, .salt = salt});
    CHECK(garbage.size() == snmp_answer().size());
    CHECK_FALSE(agents::decode(garbage));
  }
}
