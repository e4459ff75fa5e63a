#include "hw-sim/scenario/command.hpp"

#include "catch.hpp"

using namespace hwsim;
using namespace hwsim::scenario;
using namespace std::chrono_literals;

namespace {

template <class Kind>
Kind parsed(std::string_view text) {
  const auto command = parse_command(text);
  INFO(text);
  REQUIRE(command.has_value());
  REQUIRE(std::holds_alternative<Kind>(*command));
  CHECK(text.find(" " + element_of(*command).text()) != std::string_view::npos);
  return std::get<Kind>(*command);
}

std::string refusal(std::string_view text) {
  const auto command = parse_command(text);
  if (command) return "accepted";
  CHECK(command.error().kind == holdup::ground::FailureKind::malformed);
  return command.error().what;
}

}  // namespace

TEST_CASE("fail is read with phase and length") {
  const auto bare = parsed<power::Fail>("fail feed/A");
  CHECK(bare.element.text() == "feed/A");
  CHECK((!bare.phase && !bare.lasts));
  const auto full = parsed<power::Fail>("fail feed/A for=300ms phase=1");
  CHECK(full.phase == 1);
  CHECK(full.lasts == 300ms);
  CHECK(parsed<power::Fail>("fail feed/A phase=neutral").phase == power::neutral);
  CHECK(parsed<power::Fail>("fail cab1/psu1 kind=removed").removed);
  CHECK(parsed<power::Fail>("fail pdu-a/outlet/3").element.text() == "pdu-a/outlet/3");
}

TEST_CASE("restore, clear and status are read") {
  CHECK(parsed<power::Restore>("restore cab1/psu1").element.text() == "cab1/psu1");
  CHECK(!parsed<Clear>("clear device/pdu-a").kind);
  CHECK((parsed<Maintenance>("maintenance cab1/psu1").lasts == 1h && parsed<Maintenance>("maintenance feed/A for=30min").lasts == 30min));
  CHECK(parsed<Clear>("clear device/pdu-a kind=slow").kind == FaultKind::slow);
  REQUIRE(parse_command(" status ").has_value());
  CHECK(std::holds_alternative<Status>(*parse_command("status")));
  CHECK(element_of(*parse_command("status")).empty());
}

TEST_CASE("set is read with each of its keys") {
  const auto set = parsed<power::Set>("set feed/A volts=196 watts=1200 fan=0.7 state=off");
  REQUIRE(set.settings.size() == 4);
  CHECK((set.settings[0].key == power::Key::volts && set.settings[0].value == 196));
  CHECK((set.settings[1].key == power::Key::watts && set.settings[1].value == 1200));
  CHECK((set.settings[2].key == power::Key::fan && set.settings[2].value == 0.7));
  CHECK((set.settings[3].key == power::Key::state && set.settings[3].value == 0));
  CHECK(parsed<power::Set>("set pdu-a/outlet/3 state=on").settings[0].value == 1);
  CHECK(parsed<power::Set>("set cab1/psu1 state=standby").settings[0].value == 2);
  CHECK(parsed<power::Set>("set ups/u1 mode=test").settings[0].value == 3);
  const auto one = parsed<power::Set>("set feed/A volts=-50 phase=2");
  CHECK((one.phase == 2 && one.settings.size() == 1 && one.settings[0].value == -50));
}

TEST_CASE("each kind of wear is read by its name, with its life and what is spent of it") {
  for (std::size_t k = 0; k < power::wear_names.size(); ++k) {
    const auto wearing = parsed<power::Wearing>("wear cab1/psu1 life=40d kind=" + std::string{power::wear_names[k]});
    CHECK((wearing.kind == static_cast<power::WearKind>(k) && wearing.life == 960h && wearing.spent == 0));
  }
  CHECK(parsed<power::Wearing>("wear ups/u1 kind=battery life=5d spent=0.25").spent == 0.25);
  CHECK(parsed<power::Replace>("replace cab1/psu1").element.text() == "cab1/psu1");
}

TEST_CASE("every kind of fault is read by its name") {
  for (std::size_t k = 0; k < fault_names.size(); ++k)
    CHECK(parsed<Fault>((k < static_cast<std::size_t>(FaultKind::eft) ? "fault device/pdu-a kind=" : "fault contact/ac kind=") +
                        std::string{fault_names[k]})
              .kind == static_cast<FaultKind>(k));
  const auto slow = parsed<Fault>("fault device/pdu-a kind=slow ms=250.5 ratio=0.5");
  CHECK(slow.length == 250500us);
  CHECK(slow.ratio == 0.5);
  CHECK(parsed<Fault>("fault device/pdu-a kind=reboot ms=100").length == 100ms);
  CHECK(parsed<Fault>("fault device/u1 kind=exception code=255").value == 255);
  CHECK(parsed<Fault>("fault device/u1 kind=mbap_length value=65535").value == 65535);
  CHECK(parsed<Fault>("fault contact/ac kind=eft ms=100").length == 100ms);
  const auto frozen = parsed<Fault>("fault device/pdu-a kind=frozen point=outlet_current:3");
  REQUIRE(frozen.point);
  CHECK((frozen.point->quantity == power::Quantity::outlet_current && frozen.point->index == "3"));
  CHECK(parsed<Fault>("fault device/pdu-a kind=scaled ratio=2.5").ratio == 2.5);
}

TEST_CASE("a trap is read with its varbinds, quoted blanks and all") {
  const auto bare = parsed<Trap>("trap device/pdu-a oid=1.3.6.1.6.3.1.1.5.1");
  CHECK(bare.element.text() == "device/pdu-a");
  CHECK(bare.oid == "1.3.6.1.6.3.1.1.5.1");
  CHECK((bare.version == TrapVersion::v2c && !bare.inform && !bare.to && bare.varbinds.empty()));
  const auto full = parsed<Trap>(
      "trap device/pdu-a oid=1.3.6.1.4.1.318.0.278 1.3.6.1.4.1.318.2.3.3.0=s:\"lost A\" 1.3.9=i:-1 version=3 inform=true to=[::1]:9162");
  REQUIRE(full.varbinds.size() == 2);
  CHECK((full.varbinds[0].oid == "1.3.6.1.4.1.318.2.3.3.0" && full.varbinds[0].type == 's' && full.varbinds[0].value == "lost A"));
  CHECK((full.varbinds[1].type == 'i' && full.varbinds[1].value == "-1"));
  CHECK((full.version == TrapVersion::v3 && full.inform && full.to == "[::1]:9162"));
}

TEST_CASE("what is wrong with a command is said, with the nearest known word") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "no command; known: fail, restore, set, wear, replace, fault, clear, trap, maintenance, status"},
      {"fial feed/A", "no command is called 'fial'; did you mean 'fail'?"},
      {"explode feed/A",
       "no command is called 'explode'; known: fail, restore, set, wear, replace, fault, clear, trap, maintenance, status"},
      {"fail", "fail what? write: fail ELEMENT [phase=1|neutral] [kind=removed] [for=300ms]"},
      {"fail for=3s", "fail what? write: fail ELEMENT [phase=1|neutral] [kind=removed] [for=300ms]"},
      {"fail feed//A", "'feed//A' is no element; write one as in feed/A, pdu-a, pdu-a/outlet/3, cab1/psu1"},
      {"fail feed/A fur=3s", "fail knows no 'fur'; did you mean 'for'?"},
      {"fail feed/A for", "'for' has no value; write: fail ELEMENT [phase=1|neutral] [kind=removed] [for=300ms]"},
      {"fail feed/A for=", "'for' has no value; write: fail ELEMENT [phase=1|neutral] [kind=removed] [for=300ms]"},
      {"fail feed/A for=300", "'300' is no duration for this; write a number and its unit, as in for=300ms"},
      {"fail feed/A for=0s", "'0s' is no duration for this; write a number and its unit, as in for=300ms"},
      {"fail feed/A for=200y", "'200y' is no duration for this; write a number and its unit, as in for=300ms"},
      {"fail feed/A for=1s for=2s", "'for' stands twice; keep one"},
      {"fail feed/A phase=4", "'4' is no phase; write phase=1, 2 or 3"},
      {"restore feed/A now", "'now' is one word too many; write: restore ELEMENT"},
      {"set cab1", "set what? write: set ELEMENT volts=196|watts=1200|fan=0.7|state=off|charge=0.3|hertz=50.2|mode=eco [phase=1]"},
      {"set cab1 wats=3", "set knows no 'wats'; did you mean 'watts'?"},
      {"set cab1 watts=3W", "'3W' is no value of watts; write digits without a unit"},
      {"set cab1 watts=-3", "'-3' is no value of watts; write digits without a unit"},
      {"set pdu-a/outlet/3 state=0", "'0' is no state; write state=on, state=off or state=standby"},
      {"fault pdu-a kind=silent", "fault takes what talks, as in device/pdu-a, not pdu-a"},
      {"fault device/pdu-a",
       "which fault? write: fault device/NAME|contact/NAME kind=silent [ms=500] [ratio=0.3] [code=4] [value=0] [point=NAME:INDEX]"},
      {"fail cab1/psu1 kind=gone", "a failure is of no kind, or kind=removed, not 'gone'"},
      {"set feed/A phase=2",
       "set what? write: set ELEMENT volts=196|watts=1200|fan=0.7|state=off|charge=0.3|hertz=50.2|mode=eco [phase=1]"},
      {"set feed/A hertz=50 phase=2", "phase= goes with volts= alone"},
      {"set ups/u1 mode=echo", "'echo' is no mode; did you mean 'eco'?"},
      {"set feed/A hertz=-1", "'-1' is no value of hertz; write digits without a unit"},
      {"fault device/pdu-a kind=frozen point=inlet_volts", "nothing measured is called 'inlet_volts'; did you mean 'inlet_voltage'?"},
      {"fault device/pdu-a kind=silent point=inlet_power", "point= does not go with silent"},
      {"fault device/pdu-a kind=scaled ratio=-1", "'-1' is no scale; write 0 to 1000, as in ratio=0.5"},
      {"fault device/pdu-a kind=silnet", "no fault is called 'silnet'; did you mean 'silent'?"},
      {"fault device/pdu-a kind=reversed ms=5", "ms= does not go with reversed"},
      {"fault device/u1 kind=exception code=256", "'256' is not between 0 and 255"},
      {"fault device/u1 kind=exception value=2", "an exception has a code="},
      {"fault device/u1 kind=byte_count code=2", "code= does not go with byte_count"},
      {"fault device/u1 kind=silent value=2", "value= does not go with silent"},
      {"fault device/u1 kind=eft", "eft lies on a contact, as in contact/cab1-psu1"},
      {"fault contact/ac kind=silent", "a contact takes eft, chatter, welded and broken, not silent"},
      {"clear contact/ac kind=slow", "a contact takes eft, chatter, welded and broken, not slow"},
      {"fault device/pdu-a kind=slow ms=5s", "'5s' is no number of milliseconds; write digits, as in ms=500"},
      {"fault device/pdu-a kind=slow ms=1e300", "'1e300' is no number of milliseconds; write digits, as in ms=500"},
      {"fault device/pdu-a kind=lossy ratio=30", "'30' is no ratio; write 0 to 1, as in ratio=0.3"},
      {"fault device/pdu-a kind=frozen ratio=0.5", "ratio= does not go with frozen"},
      {"clear feed/A", "clear takes what talks, as in device/feed, not feed/A"},
      {"clear device/pdu-a kind=slwo", "no fault is called 'slwo'; did you mean 'slow'?"},
      {"clear device/pdu-a ms=3", "clear knows no 'ms'; known: kind"},
      {"fault device/pdu-a kind=endless ms=5", "ms= does not go with endless"},
      {"trap pdu-a oid=1.3.6", "trap takes what talks, as in device/pdu-a, not pdu-a"},
      {"trap device/pdu-a", "which trap? write: trap device/NAME oid=OID [OID=TYPE:VALUE]... [version=2c] [inform=true] [to=HOST:PORT]"},
      {"trap device/pdu-a oid=coldStart", "'coldStart' is no OID; write digits and dots"},
      {"trap device/pdu-a oid=1.3.6 oid=1.3.7", "'oid' stands twice; keep one"},
      {"trap device/pdu-a oid=1.3.6 version=2", "'2' is no version; write version=1, 2c or 3"},
      {"trap device/pdu-a oid=1.3.6 version=1 inform=true", "v1 has no informs; write version=2c or 3"},
      {"trap device/pdu-a oid=1.3.6 1.3.9=i:x", "'1.3.9' takes TYPE:VALUE, TYPE one of i u c C t a o s x n, as in 1.3.9=i:1"},
      {"trap device/pdu-a oid=1.3.6 1.3.9=q:1", "'1.3.9' takes TYPE:VALUE, TYPE one of i u c C t a o s x n, as in 1.3.9=i:1"},
      {"trap device/pdu-a oid=1.3.6 inform=yes", "'yes' is neither; write inform=true or inform=false"},
      {"wear cab1/psu1",
       "wear needs kind= and life=; write: wear ELEMENT kind=fan|capacitor|efficiency|battery|contact|insulation|dust|sharing|charger "
       "life=40d "
       "[spent=0.3]"},
      {"wear cab1/psu1 kind=fans life=40d", "nothing that wears is called 'fans'; did you mean 'fan'?"},
      {"wear cab1/psu1 kind=fan life=40", "'40' is no life; write a second to 30 years (10950d), as in life=40d"},
      {"wear cab1/psu1 kind=fan life=0s", "'0s' is no life; write a second to 30 years (10950d), as in life=40d"},
      {"wear cab1/psu1 kind=fan life=40d spent=1", "'1' is no share of a life; write 0 to below 1, as in spent=0.3"},
      {"wear cab1/psu1 kind=fan life=40d rate=2", "wear knows no 'rate'; known: kind, life, spent"},
      {"replace cab1/psu1 kind=fan", "'kind' is one word too many; write: replace ELEMENT"},
      {"status now", "'now' is one word too many; write: status"}};
  for (const auto& [text, expected] : cases) CHECK(refusal(text) == expected);
}

TEST_CASE("a stranger's bytes in a command are shown harmlessly") {
  CHECK(refusal("\x1b[2J") ==
        "no command is called '\uFFFD[2J'; known: fail, restore, set, wear, replace, fault, clear, trap, maintenance, status");
}
