#include "collector/control/request_text.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using control::request_of;

namespace {

template <class Request>
Request read(std::string_view text, const control::Tokens* tokens = nullptr) {
  const auto request = request_of(text, tokens);
  REQUIRE(request);
  REQUIRE(std::holds_alternative<Request>(*request));
  return std::get<Request>(*request);
}

}  // namespace

TEST_CASE("each word asks for what it says") {
  const auto attested = read<core::Attest>(R"({"do":"attest","element":"cab1/psu1","by":"eve","reason":"its lamp is green"})");
  CHECK(attested.element == "cab1/psu1");
  CHECK(attested.by == "eve");
  CHECK(attested.reason == "its lamp is green");
  const auto window =
      read<core::OpenWindow>(R"({"do":"maintenance add","element":"pdu-a","intent":"off","owner":"al","reason":"r","for_s":90.5})");
  CHECK(window.length == 90500ms);
  CHECK(window.intent == "off");
  CHECK(read<core::EndWindow>(R"({"do":"maintenance end","window":"b-4","by":"al"})").id == "b-4");
  CHECK(read<core::Permit>(R"({"do":"permit","verb":"db compact"})").verb == "db compact");
}

TEST_CASE("a token becomes the name of whose it is, a wrong one nobody's, without tokens nobody has one") {
  const auto tokens = control::Tokens::parse("alice " + control::sha256_hex("red") + "\nbob " + control::sha256_hex("blue") + "\n");
  REQUIRE(tokens);
  CHECK(read<core::BeginHandsOff>(R"({"do":"handsoff start","by":"eve","token":"blue"})", &*tokens).token == "bob");
  CHECK(read<core::EndHandsOff>(R"({"do":"handsoff end","by":"eve","token":"green"})", &*tokens).token.empty());
  CHECK(read<core::EndHandsOff>(R"({"do":"handsoff end","by":"eve","token":"bob"})", &*tokens).token.empty());
  CHECK_FALSE(request_of(R"({"do":"handsoff start","by":"eve","token":"blue"})", nullptr));
}

TEST_CASE("a pull test comes with what it showed, one that is not whole is none") {
  const auto asked = read<core::Commission>(
      R"({"do":"commission","element":"cab1/psu1","by":"eve","result":"miscorded","cord":"pdu-a/outlet/3","seen":"pdu-b/outlet/4",)"
      R"("said":"supply_lost","strength":"proven","incident":"b-4","detection_s":{"least":0.25,"most":1.5},"handover_s":0.001,)"
      R"("signs":[{"source":"device/u1","point":"rack_supply_input_ok{}","value":0,"quality":"good","time":"2026-11-22T10:00:00.5Z","uncertainty_s":0.5}]})");
  CHECK(asked.element == "cab1/psu1");
  CHECK(asked.test.result == incident::PullResult::miscorded);
  CHECK(asked.test.seen == "pdu-b/outlet/4");
  REQUIRE(asked.test.detection);
  CHECK(asked.test.detection->least == 250ms);
  CHECK(asked.test.detection->most == 1500ms);
  CHECK(asked.test.handover == 1ms);
  CHECK_FALSE(asked.test.restored);
  REQUIRE(asked.test.signs.size() == 1);
  CHECK(asked.test.signs[0].value == 0);
  CHECK(asked.test.signs[0].uncertainty == 500ms);
  CHECK_FALSE(request_of(R"({"do":"commission","element":"cab1/psu1","result":"splendid"})", nullptr));
  CHECK_FALSE(request_of(R"({"do":"commission","element":"cab1/psu1","result":"miscorded","signs":[7]})", nullptr));
}

TEST_CASE("what is no request is refused and harms nobody") {
  for (const char* text : {"", "{", "[]", "7", "{}", R"({"do":7})", R"({"do":"power off"})", R"({"do":"permit","verb":"rm"})", "\xff\xfe"})
    CHECK_FALSE(request_of(text, nullptr));
  for (const char* length : {"1e300", "-1e300", "\"1h\"", "null", "1e999"})
    CHECK(
        read<core::OpenWindow>(R"({"do":"maintenance add","for_s":)" + std::string{length == std::string{"1e999"} ? "1e99" : length} + "}")
            .length == 0s);
}

TEST_CASE("an answer says whether it was done, and whether that is on the disk") {
  using Outcome = core::Answer::Outcome;
  CHECK(control::answer_text({.ticket = 1, .outcome = Outcome::done, .text = "noted", .event = "b-7"}, true) ==
        "{\"ok\":true,\"text\":\"noted\",\"event\":\"b-7\",\"durable\":true}\n");
  CHECK(control::answer_text({.ticket = 1, .outcome = Outcome::refused, .text = "hands off"}, false) ==
        "{\"ok\":false,\"refused\":true,\"error\":\"hands off\"}\n");
}
