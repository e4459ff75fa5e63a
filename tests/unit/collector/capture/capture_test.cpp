#include "collector/capture/capture.hpp"

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "collector/capture/sheet.hpp"
#include "unit/store/rig.hpp"

// What an incident's capture holds, and what its files say of themselves.

using namespace holdup;
using namespace std::chrono_literals;
using store::StoredEvent;
using store::test::at_second;
namespace json = boost::json;

namespace {

StoredEvent said(int second, const std::string& verdict, std::int64_t seq, std::vector<record::Evidence> evidence = {},
                 const std::string& incident = "b-1") {
  return {.seq = seq,
          .event = {.id = "b-" + std::to_string(seq),
                    .incident = incident,
                    .boot = "b",
                    .at = ground::Instant{std::chrono::seconds{second}},
                    .time = at_second(second),
                    .verdict = verdict,
                    .strength = "proven",
                    .element = "cab1/psu1",
                    .phase = verdict == "restored" ? record::Phase::end : record::Phase::begin,
                    .cause = "cab1/psu1",
                    .evidence = std::move(evidence)}};
}

record::Evidence sign(int second, ground::Duration uncertainty) {
  return {.source = "device/pdu-a", .point = "p", .value = 0.0, .quality = "good", .time = at_second(second), .uncertainty = uncertainty};
}

std::string text_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

/// A store with one outlet's amperes each ten seconds from 0 s to 2,000 s, one of them not good, a learned refresh and a contact that
/// opened at 999.9 s; and what was called out at 1,001 s.
struct Filled {
  store::test::Folder folder;
  store::test::Memory memory;
  std::string path = folder.file("rack.db"), into = folder.path().string();
  std::vector<StoredEvent> incident;

  Filled() {
    incident = {said(1000, "supply_input_lost", 1, {sign(999, 500ms)}), said(1100, "restored", 2)};
    auto store = store::test::open_store(path, memory);
    REQUIRE(store);
    for (const auto& one : incident) REQUIRE(store->append(one.event));
    auto call = said(1001, "trap", 3, {sign(1001, {})}, "").event;
    call.phase = record::Phase::end;
    REQUIRE(store->append(call));
    call = said(1900, "trap", 4, {sign(1900, {})}, "").event;
    REQUIRE(store->append(call));
    for (int second = 0; second <= 2000; second += 10) {
      store->append(answer(second));
      if (second % 500 == 0) REQUIRE(store->flush());  // longer spans are dropped where they wait
    }
    record::Batch contact{.at = ground::Instant{1000s}, .time = at_second(1000), .age = 100ms, .born = {}, .samples = {{2, 0.}}};
    contact.born.emplace_back(2, record::Series{"rack_contact_closed", {{"contact", "c1"}, {"load", "cab1"}, {"supply", "cab1/psu1"}}});
    store->append(std::move(contact));
    REQUIRE(store->flush());
    keep_sheet(*store);
  }
  Filled(const Filled&) = delete;

  static record::Batch answer(int second) {
    record::Batch out{
        .at = ground::Instant{std::chrono::seconds{second}}, .time = at_second(second), .age = 20ms, .born = {}, .samples = {}};
    if (second == 0) {
      out.born.emplace_back(0, outlet());
      out.born.emplace_back(1, record::Series{"holdup_device_refresh_seconds", {{"device", "pdu-a"}}});
    }
    out.samples.emplace_back(0, second < 1000 ? 4.5 : 0, second == 990 ? ground::Quality::failed : ground::Quality::good);
    out.samples.emplace_back(1, 1.0);
    return out;
  }
  static record::Series outlet() {
    return {"rack_current_amperes", {{"device", "pdu-a"}, {"index", "3"}, {"load", "cab1"}, {"part", "outlet"}}};
  }

  static void keep_sheet(store::Store& store) {
    capture::Sheet sheet{
        .profile = "raritan-px3", .vendor = "Raritan", .model = "PX3", .firmware = "4", .identified = at_second(0), .points = {}};
    sheet.points[outlet().text()] = {.source = "1.3.6.1.4", .period = 10s, .refresh = 3s};
    const auto text = to_json(sheet);
    REQUIRE(store.put({.kind = capture::sheet_kind, .key = "pdu-a", .bytes = {text.begin(), text.end()}}));
    REQUIRE(store.flush());
  }

  capture::Written write() {
    auto reader = store::Reader::open(path);
    REQUIRE(reader);
    auto series = reader->series("", {});
    REQUIRE(series);
    const auto written = capture::write(*reader, incident, *series, into);
    REQUIRE(written);
    return *written;
  }
  json::object manifest() const { return json::parse(text_of(into + "/manifest.json")).as_object(); }
  json::object file(std::string_view name) const {
    const auto whole = manifest();
    for (const auto& each : whole.at("files").as_array())
      if (each.at("file").as_string() == json::string_view{name.data(), name.size()}) return each.as_object();
    FAIL("no such file in the manifest");
    return {};
  }
};

}  // namespace

TEST_CASE("a capture is from a minute before the first sign to five minutes after the begin, and a minute around the end") {
  SECTION("still open: around its begin") {
    const auto windows = capture::windows_of({said(1000, "pdu_dark", 1, {sign(990, 5s)})});
    REQUIRE(windows.size() == 1);
    CHECK(windows[0].from == at_second(925));
    CHECK(windows[0].to == at_second(1300));
  }
  SECTION("short: one window until a minute after the end, five minutes after the begin at least") {
    const auto windows = capture::windows_of({said(1000, "pdu_dark", 1), said(1290, "restored", 2)});
    REQUIRE(windows.size() == 1);
    CHECK(windows[0].to == at_second(1350));
  }
  SECTION("long: a second window around the end, nothing of the hours between") {
    const auto windows = capture::windows_of({said(1000, "pdu_dark", 1), said(9000, "restored", 2)});
    REQUIRE(windows.size() == 2);
    CHECK(windows[0].to == at_second(1300));
    CHECK(windows[1].from == at_second(8940));
    CHECK(windows[1].to == at_second(9060));
  }
  SECTION("a sign that lies long before takes no more than ten minutes with it") {
    CHECK(capture::windows_of({said(9000, "pdu_dark", 1, {sign(100, 0s)})})[0].from == at_second(9000 - 660));
  }
}

TEST_CASE("polled values are a row an answer, with when it was asked, and called a trend wherever they stand") {
  Filled filled;
  const auto written = filled.write();
  CHECK(written.files == 3);
  const auto text = text_of(filled.into + "/pdu-a.trend.csv");
  CHECK(text.starts_with("asked,answered,c1,not_good\n"));
  const auto row = [](int second, const std::string& rest) {
    return ground::iso8601(at_second(second) - 20ms) + "," + ground::iso8601(at_second(second)) + "," + rest + "\n";
  };
  CHECK(text.find(row(980, "4.5,")) != std::string::npos);
  CHECK(text.find(row(990, ",c1:failed")) != std::string::npos);
  CHECK(text.find(row(1000, "0,")) != std::string::npos);
  CHECK(text.find(row(940, "4.5,")) != std::string::npos);
  CHECK(text.find(ground::iso8601(at_second(930))) == std::string::npos);
  CHECK(text.find(ground::iso8601(at_second(1310))) == std::string::npos);
  const auto entry = filled.file("pdu-a.trend.csv");
  CHECK(entry.at("kind").as_string() == "trend");
  CHECK(std::string{entry.at("about").as_string()}.find("not waveforms") != std::string::npos);
  CHECK(std::string{filled.manifest().at("about").as_string()}.find("not waveforms") != std::string::npos);
}

TEST_CASE("the manifest says of a column what it is, where it comes from, how often it was asked and how often it is measured") {
  Filled filled;
  (void)filled.write();
  const auto entry = filled.file("pdu-a.trend.csv");
  CHECK(entry.at("profile").as_string() == "raritan-px3");
  REQUIRE(entry.at("columns").as_array().size() == 1);
  const auto& column = entry.at("columns").at(0).as_object();
  CHECK(column.at("kind").as_string() == "trend");
  CHECK(column.at("point").as_string() == "rack_current_amperes");
  CHECK(column.at("labels").at("index").as_string() == "3");
  CHECK(column.at("unit").as_string() == "amperes");
  CHECK(column.at("source").as_string() == "1.3.6.1.4");
  CHECK(column.at("period_s").to_number<double>() == 10);
  CHECK(column.at("refresh_s").at("declared").to_number<double>() == 3);
  CHECK(column.at("refresh_s").at("learned").to_number<double>() == 1);
  CHECK(column.at("spacing_s").at("median").to_number<double>() == 10);
  CHECK(column.at("samples").to_number<int>() == 37);  // 940 s to 1,300 s
}

TEST_CASE("a contact's edges stand at their own times, what was called out meanwhile is beside them") {
  Filled filled;
  (void)filled.write();
  CHECK(text_of(filled.into + "/contact-c1.edges.csv") ==
        "edge,believed,state\n" + ground::iso8601(at_second(1000) - 100ms) + "," + ground::iso8601(at_second(1000)) + ",open\n");
  CHECK(filled.file("contact-c1.edges.csv").at("kind").as_string() == "edges");
  const auto notes = text_of(filled.into + "/notes.jsonl");
  CHECK(notes.find("\"id\":\"b-3\"") != std::string::npos);
  CHECK(notes.find("\"id\":\"b-4\"") == std::string::npos);
  CHECK(notes.find("supply_input_lost") == std::string::npos);
}

TEST_CASE("of an incident whose samples are gone nothing is made up") {
  Filled filled;
  filled.incident = {said(90000, "supply_input_lost", 1), said(90010, "restored", 2)};
  const auto written = filled.write();
  CHECK(written.samples == 0);
  CHECK(filled.manifest().at("files").as_array().empty());
  CHECK(filled.manifest().at("samples").to_number<int>() == 0);
}

TEST_CASE("a sheet of points reads back as it was, what is none is refused") {
  const capture::Sheet sheet{.profile = "p",
                             .vendor = "v",
                             .model = "m",
                             .firmware = "f",
                             .identified = at_second(7),
                             .points = {{"a{x=\"y\"}", {.source = "3:40", .period = 100ms, .refresh = {}}}, {"b", {}}}};
  const auto back = capture::sheet_from_json(to_json(sheet));
  REQUIRE(back);
  CHECK(back->profile == "p");
  CHECK(back->identified == at_second(7));
  REQUIRE(back->points.size() == 2);
  CHECK(back->points.at("a{x=\"y\"}").period == 100ms);
  CHECK_FALSE(back->points.at("a{x=\"y\"}").refresh);
  CHECK(back->points.at("a{x=\"y\"}").source == "3:40");
  for (const char* text :
       {"", "[]", "{}", R"({"profile":7})", R"({"profile":"","vendor":"","model":"","firmware":"","identified":"x","points":[]})"})
    CHECK_FALSE(capture::sheet_from_json(text));
}
