#include <iostream>

#include "collector/cli/configuration.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/site/cord_sheet.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"

// `holdup import`: outlets and cords out of a spreadsheet, as a site file has them; touches neither a site file nor a device.
namespace holdup::cli {
namespace {

constexpr std::size_t most_bytes = std::size_t{16} << 20U;

void field(ground::JsonWriter& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.field(name, text);
}

void print_json(const site::CordSheet& sheet) {
  for (const auto& cord : sheet.cords) {
    ground::JsonWriter out;
    out.begin_object().field("line", cord.line).field("load", cord.load).field("supply", cord.supply);
    out.field("cord", cord.pdu + "/outlet/" + cord.outlet);
    for (const auto& pdu : sheet.pdus)
      if (pdu.name == cord.pdu) field(out, "feed", pdu.feed), field(out, "url", pdu.url);
    if (const auto watts = ground::parse_number(cord.rated_watts)) out.field("rated_watts", *watts);
    field(out, "status", cord.status);
    field(out, "holdup", cord.holdup);
    std::cout << out.end_object().text() << '\n';
  }
}

}  // namespace

int import_sheet(const ImportOptions& options) {
  ground::Problems problems;
  const auto text = read_text(options.csv, problems, most_bytes);
  const auto sheet = problems.ok() ? site::read_cord_sheet(text, options.csv, options.rack, problems) : site::CordSheet{};
  const bool ok = print_problems(problems, options.json);
  if (options.json)
    print_json(sheet);
  else
    std::cout << site::yaml_of(sheet);
  return ok ? fine : problem_found;
}

}  // namespace holdup::cli
