#include "hw-sim/agents/snmprec.hpp"

#include <string>

#include "catch.hpp"
#include "hw-sim/agents/ber_value.hpp"

using namespace hwsim::agents;

namespace {

std::string value_of(const SnmpRecording& recording, std::string_view oid) {
  for (const auto& object : recording.objects)
    if (oid_text(object.oid) == oid) return object.value;
  return "nothing";
}

}  // namespace

TEST_CASE("each recorded type keeps its tag and its value") {
  const auto recording = parse_snmprec(
      "1.3.6.1.1|2|-1\n1.3.6.1.2|4|a|b\n1.3.6.1.3|5|\n1.3.6.1.4|6|.1.3.6.1\n1.3.6.1.5|64|10.0.0.1\n1.3.6.1.6|65|4294967295\n1.3.6.1.7|66|"
      "7\n"
      "1.3.6.1.8|67|100\n1.3.6.1.9|70|18446744073709551615\n1.3.6.1.10|6|0.0\n");
  CHECK(recording.skipped.empty());
  CHECK(value_of(recording, "1.3.6.1.1") == std::string("\x02\x01\xff", 3));
  CHECK(value_of(recording, "1.3.6.1.2") == std::string("\x04\x03"
                                                        "a|b"));
  CHECK(value_of(recording, "1.3.6.1.3") == std::string("\x05\x00", 2));
  CHECK(value_of(recording, "1.3.6.1.4") == std::string("\x06\x03\x2b\x06\x01", 5));
  CHECK(value_of(recording, "1.3.6.1.5") == std::string("\x40\x04\x0a\x00\x00\x01", 6));
  CHECK(value_of(recording, "1.3.6.1.6") == std::string("\x41\x05\x00\xff\xff\xff\xff", 7));
  CHECK(value_of(recording, "1.3.6.1.7") == std::string("\x42\x01\x07", 3));
  CHECK(value_of(recording, "1.3.6.1.8") == std::string("\x43\x01\x64", 3));
  CHECK(value_of(recording, "1.3.6.1.9") == std::string("\x46\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff", 11));
  CHECK(value_of(recording, "1.3.6.1.10") == std::string("\x06\x01\x00", 3));
}

TEST_CASE("hex and escaped values are bytes") {
  const auto recording =
      parse_snmprec("1.3.1|4x|00ffAB\n1.3.2|64x|7f000001\n1.3.3|64e|\\xc0\\xa8\\x00\\x01\n1.3.4|4e|a\\n\\\\\n1.3.5|4x|\n");
  CHECK(recording.skipped.empty());
  CHECK(value_of(recording, "1.3.1") == std::string("\x04\x03\x00\xff\xab", 5));
  CHECK(value_of(recording, "1.3.2") == std::string("\x40\x04\x7f\x00\x00\x01", 6));
  CHECK(value_of(recording, "1.3.3") == std::string("\x40\x04\xc0\xa8\x00\x01", 6));
  CHECK(value_of(recording, "1.3.4") == std::string("\x04\x03"
                                                    "a\n\\"));
  CHECK(value_of(recording, "1.3.5") == std::string("\x04\x00", 2));
}

TEST_CASE("unsorted lines, CRLF, comments, leading dots, duplicates and a missing final newline are taken as they are meant") {
  const auto recording = parse_snmprec("# a comment\r\n.1.3.6.10|2|1\r\n\r\n1.3.6.9|2|2\r\n1.3.6.9|2|3\r\n1.3.6.9.1|4|end");
  REQUIRE(recording.objects.size() == 3);
  CHECK(oid_text(recording.objects[0].oid) == "1.3.6.9");
  CHECK(recording.objects[0].value == std::string("\x02\x01\x03", 3));
  CHECK(oid_text(recording.objects[1].oid) == "1.3.6.9.1");
  CHECK(recording.objects[1].value == std::string("\x04\x03"
                                                  "end"));
  CHECK(oid_text(recording.objects[2].oid) == "1.3.6.10");
  CHECK(recording.skipped.empty());
}

TEST_CASE("a variation module that is not known is served by its plain value, and skipped where it has none") {
  const auto recording =
      parse_snmprec("1.3.1|4:writecache|value=Port 1, left\n1.3.2|2:writecache|file=x,value=3\n1.3.3|2:redis|host=1,db=2\n");
  CHECK(value_of(recording, "1.3.1") ==
        "\x04\x0c"
        "Port 1, left");
  CHECK(value_of(recording, "1.3.2") == std::string("\x02\x01\x03", 3));
  REQUIRE(recording.skipped.size() == 1);
  CHECK(recording.skipped[0].line == 3);
}

TEST_CASE("lines that are no recording are skipped and counted by number") {
  const auto* line =
      GENERATE("1.3.6", "1.3.6|2", "1.3.6|2|x", "1.3.6|2|2345678901", "1.3.6|99|1", "1.3.6|4x|0", "1.3.6|4x|zz", "1.x|2|1", "1|2|1",
               "1.3.6|64|1.2.3", "1.3.6|64|1.2.3.256", "1.3.6|4e|\\q", "1.3.6|2y|1", "3.3|2|1", "|2|1", "1.3.6|66|-1");
  const auto recording = parse_snmprec(std::string{"1.3.5|2|1\n"} + line + "\n");
  CHECK(recording.objects.size() == 1);
  REQUIRE(recording.skipped.size() == 1);
  CHECK(recording.skipped[0].line == 2);
}
