#include "collector/site/cord_sheet.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "collector/site/chain.hpp"
#include "collector/site/csv.hpp"
#include "drivers/address/address.hpp"
#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "ground/nearest.hpp"
#include "ground/number.hpp"

namespace holdup::site {
namespace {

enum class Column : std::uint8_t { rack, load, supply, pdu, outlet, cord, feed, url, rated_watts, needs_watts, sharing, status, holdup };
constexpr std::size_t columns = 13;

struct Heading {
  std::string_view word;  // lower case, letters and digits only
  Column column;
};

// The first of each column is what the site file calls it.
constexpr std::array headings{
    Heading{"rack", Column::rack},
    Heading{"cabinet", Column::rack},
    Heading{"load", Column::load},
    Heading{"server", Column::load},
    Heading{"host", Column::load},
    Heading{"hostname", Column::load},
    Heading{"equipment", Column::load},
    Heading{"device", Column::load},
    Heading{"asset", Column::load},
    Heading{"supply", Column::supply},
    Heading{"psu", Column::supply},
    Heading{"powersupply", Column::supply},
    Heading{"powerport", Column::supply},
    Heading{"pdu", Column::pdu},
    Heading{"rackpdu", Column::pdu},
    Heading{"powerstrip", Column::pdu},
    Heading{"strip", Column::pdu},
    Heading{"outlet", Column::outlet},
    Heading{"socket", Column::outlet},
    Heading{"pduoutlet", Column::outlet},
    Heading{"receptacle", Column::outlet},
    Heading{"cord", Column::cord},
    Heading{"feed", Column::feed},
    Heading{"side", Column::feed},
    Heading{"url", Column::url},
    Heading{"pduurl", Column::url},
    Heading{"pduip", Column::url},
    Heading{"pduaddress", Column::url},
    Heading{"ratedwatts", Column::rated_watts},
    Heading{"psuwatts", Column::rated_watts},
    Heading{"ratedpower", Column::rated_watts},
    Heading{"needswatts", Column::needs_watts},
    Heading{"loadwatts", Column::needs_watts},
    Heading{"watts", Column::needs_watts},
    Heading{"sharing", Column::sharing},
    Heading{"status", Column::status},
    Heading{"holdup", Column::holdup},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool digit(char c) { return c >= '0' && c <= '9'; }

/// "Rated Watts" is "ratedwatts".
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (digit(c) || (lower(c) >= 'a' && lower(c) <= 'z')) out += lower(c);
  return out;
}

std::string lowered(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

/// The names of one kind, so that two spellings of one thing are one.
class Names {
 public:
  /// What an element may be called: "Server 01" becomes "Server-01", and the first spelling stays.
  std::string one(std::string_view text) {
    std::string name;
    for (const char c : text.substr(0, 63)) name += ground::is_element_part(std::string_view{&c, 1}) ? c : '-';
    if (name.empty()) return name;
    return known_.try_emplace(lowered(name), name).first->second;
  }

 private:
  std::map<std::string, std::string> known_;
};

class SheetReader {
 public:
  SheetReader(const std::string& file, std::string rack, ground::Problems& problems)
      : file_{file}, wanted_{std::move(rack)}, problems_{problems} {}

  CordSheet read(const std::vector<CsvRow>& rows) {
    if (rows.empty()) return complain(0, "no header line", "write load,supply,pdu,outlet into the first line"), CordSheet{};
    if (!read_header(rows.front())) return {};
    choose_rack(rows);
    for (std::size_t r = 1; r < rows.size(); ++r) read_row(rows[r]);
    return std::move(sheet_);
  }

 private:
  void complain(int line, std::string what, std::string mend, std::string column = {},
                ground::Problem::Weight weight = ground::Problem::Weight::error) {
    problems_.add(
        {.file = file_, .line = line, .key = std::move(column), .what = std::move(what), .mend = std::move(mend), .weight = weight});
  }

  bool read_header(const CsvRow& header) {
    names_ = header.fields;
    for (std::size_t at = 0; at < header.fields.size(); ++at) {
      const auto* found = std::ranges::find(headings, plain(header.fields[at]), &Heading::word);
      if (found == headings.end()) {
        ignore(header, at);
      } else if (auto& place = places_[static_cast<std::size_t>(found->column)]; place) {
        complain(header.line, "the same column as '" + header.fields[*place] + "'", "take one of them out", header.fields[at]);
        return false;
      } else {
        place = at;
      }
    }
    const bool plugs = has(Column::cord) || (has(Column::pdu) && has(Column::outlet));
    if (!has(Column::load) || !plugs)
      complain(header.line, !has(Column::load) ? "no column 'load'" : "no columns 'pdu' and 'outlet'",
               "the first line names the columns: load, supply, pdu, outlet, feed, rated_watts");
    return has(Column::load) && plugs;
  }

  void ignore(const CsvRow& header, std::size_t at) {
    if (header.fields[at].empty()) return;
    std::vector<std::string_view> words;
    for (const auto& heading : headings) words.push_back(heading.word);
    const auto guess = ground::nearest(plain(header.fields[at]), words);
    complain(header.line, "a column that is not read", guess.empty() ? "" : "did you mean '" + guess + "'?", header.fields[at],
             ground::Problem::Weight::warning);
  }

  [[nodiscard]] bool has(Column column) const { return places_[static_cast<std::size_t>(column)].has_value(); }
  [[nodiscard]] std::string text(const CsvRow& row, Column column) const {
    const auto place = places_[static_cast<std::size_t>(column)];
    return place && *place < row.fields.size() ? row.fields[*place] : std::string{};
  }
  /// As the sheet's header calls it.
  [[nodiscard]] std::string title(Column column) const {
    const auto place = places_[static_cast<std::size_t>(column)];
    return place ? names_[*place] : std::string{};
  }

  void choose_rack(const std::vector<CsvRow>& rows) {
    std::vector<std::string> racks;
    for (std::size_t r = 1; r < rows.size(); ++r)
      if (const auto name = racks_.one(text(rows[r], Column::rack)); !name.empty() && std::ranges::find(racks, name) == racks.end())
        racks.push_back(name);
    const auto wanted = racks_.one(wanted_);
    if (!wanted.empty() && std::ranges::find(racks, wanted) == racks.end())
      complain(0, "no row of rack '" + wanted + "'", list_of(racks), title(Column::rack));
    if (wanted.empty() && racks.size() > 1)
      complain(0, "rows of " + std::to_string(racks.size()) + " racks", "choose one with --rack: " + list_of(racks), title(Column::rack));
    sheet_.rack = !wanted.empty() ? wanted : racks.size() == 1 ? racks.front() : std::string{};
    several_ = racks.size() > 1;
  }

  static std::string list_of(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
  }

  void read_row(const CsvRow& row) {
    if (several_ && racks_.one(text(row, Column::rack)) != sheet_.rack) return;
    for (std::size_t at = names_.size(); at < row.fields.size(); ++at)
      if (!row.fields[at].empty()) return complain(row.line, "more fields than the header has", "put fields with a separator in quotes");
    SheetCord cord{.line = row.line};
    cord.load = loads_.one(text(row, Column::load));
    if (cord.load.empty()) return complain(row.line, "empty", "write what is plugged in", title(Column::load));
    if (!read_plug(row, cord) || !read_supply(row, cord) || !read_values(row, cord) || !is_free(cord)) return;
    if (!told_of_pdu(row, cord.pdu) || !told_of_load(row, cord.load)) return;
    sheet_.cords.push_back(std::move(cord));
  }

  bool read_plug(const CsvRow& row, SheetCord& cord) {
    auto pdu = text(row, Column::pdu), outlet = text(row, Column::outlet);
    const auto whole = text(row, Column::cord);
    if (const auto element = ground::Element::parse(whole); element && element->rest().starts_with("outlet/")) {
      pdu = element->first();
      outlet = element->rest().substr(7);
    } else if (!whole.empty()) {
      return complain(row.line, "'" + whole + "' is no outlet", "write PDU/outlet/N", title(Column::cord)), false;
    }
    cord.pdu = pdus_.one(pdu);
    cord.outlet = outlet_of(outlet);
    const auto where = has(Column::pdu) ? Column::pdu : Column::cord;
    if (cord.pdu.empty()) return complain(row.line, "empty", "write the PDU it is plugged into", title(where)), false;
    if (!ground::is_element_part(cord.outlet))
      return complain(row.line, outlet.empty() ? "empty" : "'" + outlet + "' is no outlet",
                      "write the outlet as printed on the PDU, as in 3", title(has(Column::outlet) ? Column::outlet : Column::cord)),
             false;
    return true;
  }

  /// "Outlet 03" is "3".
  static std::string outlet_of(std::string_view text) {
    for (std::string_view word : {"outlet", "socket", "#"})
      if (lowered(text.substr(0, word.size())) == word) text.remove_prefix(word.size());
    while (!text.empty() && (text.front() == ' ' || text.front() == '#')) text.remove_prefix(1);
    if (std::ranges::all_of(text, digit))
      while (text.size() > 1 && text.front() == '0') text.remove_prefix(1);
    return std::string{text};
  }

  bool read_supply(const CsvRow& row, SheetCord& cord) {
    auto& taken = supplies_[cord.load];
    Names names;
    cord.supply = names.one(text(row, Column::supply));
    if (!cord.supply.empty() && std::ranges::all_of(cord.supply, digit)) cord.supply = "psu" + cord.supply;
    if (cord.supply.empty())
      for (int n = 1; cord.supply.empty() || taken.contains(lowered(cord.supply)); ++n) cord.supply = "psu" + std::to_string(n);
    if (const auto before = taken.find(lowered(cord.supply)); before != taken.end())
      return complain(row.line, cord.load + "/" + cord.supply + " is there at line " + std::to_string(before->second) + " already",
                      "give each supply its own name", title(Column::supply)),
             false;
    taken[lowered(cord.supply)] = row.line;
    return true;
  }

  bool read_values(const CsvRow& row, SheetCord& cord) {
    cord.status = statuses_.one(text(row, Column::status));
    cord.holdup = text(row, Column::holdup);
    if (!cord.holdup.empty() && !ground::parse_duration(cord.holdup))
      return complain(row.line, "'" + cord.holdup + "' is no duration", "write a number and its unit, as in 20ms", title(Column::holdup)),
             false;
    return read_watts(row, Column::rated_watts, cord.rated_watts);
  }

  /// "1800", "1800 W", "1.8 kW", "1,8 kW"
  bool read_watts(const CsvRow& row, Column column, std::string& out) {
    auto written = lowered(text(row, column));
    std::erase(written, ' ');
    if (written.empty()) return true;
    const bool kilo = written.ends_with("kw");
    if (written.ends_with('w')) written.resize(written.size() - (kilo ? 2 : 1));
    std::ranges::replace(written, ',', '.');
    const auto point = written.find('.');
    const bool thousands = point != std::string::npos && written.size() - point == 4 && !kilo;  // 1,800: or 1.8?
    const auto number = ground::parse_number(written);
    if (!number || !(*number > 0) || thousands)
      return complain(row.line, "'" + text(row, column) + "' is no number of watts", "write digits, as in 1800 or 1.8 kW", title(column)),
             false;
    out = ground::number_text(*number * (kilo ? 1000 : 1));
    return true;
  }

  bool is_free(const SheetCord& cord) {
    const auto [before, is_new] = outlets_.try_emplace(cord.pdu + "/outlet/" + cord.outlet, cord.line);
    if (!is_new)
      complain(cord.line, before->first + " is taken at line " + std::to_string(before->second), "one supply an outlet",
               title(has(Column::outlet) ? Column::outlet : Column::cord));
    return is_new;
  }

  template <class Items>
  static auto& item_of(Items& items, const std::string& name) {
    const auto at = std::ranges::find_if(items, [&](const auto& item) { return item.name == name; });
    if (at != items.end()) return *at;
    items.push_back({.name = name});
    return items.back();
  }

  /// Keeps the first word on something that several rows tell; another one is a problem.
  bool agree(int line, Column column, const std::string& of, const std::string& said, std::string& kept, int& where) {
    if (said.empty() || said == kept) return true;
    if (!kept.empty())
      return complain(line, of + " has '" + said + "' here, '" + kept + "' at line " + std::to_string(where),
                      "write the same in every row of it", title(column)),
             false;
    kept = said;
    where = line;
    return true;
  }

  bool told_of_pdu(const CsvRow& row, const std::string& name) {
    auto url = text(row, Column::url);
    if (!url.empty() && url.find("://") == std::string::npos) url.insert(0, "snmp://");
    if (drivers::Refusal refusal; !url.empty() && !drivers::parse_address(url, refusal))
      return complain(row.line, refusal.what, refusal.mend, title(Column::url)), false;
    auto& pdu = item_of(sheet_.pdus, name);
    if (pdu.line == 0) pdu.line = row.line;
    return agree(row.line, Column::feed, name, feeds_.one(text(row, Column::feed)), pdu.feed, pdu.feed_line) &&
           agree(row.line, Column::url, name, url, pdu.url, pdu.url_line);
  }

  bool told_of_load(const CsvRow& row, const std::string& name) {
    std::string watts;
    const auto sharing = lowered(text(row, Column::sharing));
    if (!read_watts(row, Column::needs_watts, watts)) return false;
    if (!sharing.empty() && std::ranges::find(sharing_names, sharing) == sharing_names.end())
      return complain(row.line, "'" + sharing + "' is no sharing", "write active, standby or unknown", title(Column::sharing)), false;
    auto& load = item_of(sheet_.loads, name);
    return agree(row.line, Column::needs_watts, name, watts, load.needs_watts, load.watts_line) &&
           agree(row.line, Column::sharing, name, sharing, load.sharing, load.sharing_line);
  }

  const std::string& file_;
  std::string wanted_;
  ground::Problems& problems_;
  std::array<std::optional<std::size_t>, columns> places_;
  std::vector<std::string> names_;  // of the columns
  Names racks_, loads_, pdus_, feeds_, statuses_;
  std::map<std::string, std::map<std::string, int>> supplies_;  // by load
  std::map<std::string, int> outlets_;
  bool several_ = false;
  CordSheet sheet_;
};

/// As it is where YAML reads it back the same, else in quotes.
std::string scalar(const std::string& text) {
  const bool word = !text.empty() && std::ranges::all_of(text, [](char c) {
    return digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' || c == '_' || c == '/' || c == '-' || c == ':';
  });
  const bool begins = !text.empty() && (digit(text.front()) || (lower(text.front()) >= 'a' && lower(text.front()) <= 'z'));
  if (word && begins && !text.ends_with(':') && lowered(text) != "null") return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string{"''"} : std::string{c};
  return out + "'";
}

void add(std::string& entry, std::string_view key, const std::string& value) {
  if (!value.empty()) entry += (entry.empty() ? "" : ", ") + std::string{key} + ": " + scalar(value);
}

std::string feeds_text(const CordSheet& sheet) {
  std::string out;
  std::set<std::string> said;
  for (const auto& pdu : sheet.pdus)
    if (!pdu.feed.empty() && said.insert(pdu.feed).second) out += "#  " + scalar(pdu.feed) + ": {nominal_volts: 230, rating_amperes: 32}\n";
  return out.empty() ? out : "# Not in the sheet: volts and ratings of the feeds.\n#feeds:\n" + out;
}

std::string pdu_text(const SheetPdu& pdu) {
  std::string entry;
  add(entry, "url", pdu.url.empty() ? "snmp://ADDRESS" : pdu.url);
  add(entry, "feed", pdu.feed.empty() ? "FEED" : pdu.feed);
  const bool whole = !pdu.url.empty() && !pdu.feed.empty();
  return (whole ? "  " : "#  ") + scalar(pdu.name) + ": {" + entry + "}\n";
}

std::string load_text(const SheetLoad& load, const std::vector<SheetCord>& cords) {
  std::string out = "  " + scalar(load.name) + ":\n";
  if (!load.needs_watts.empty()) out += "    needs_watts: " + load.needs_watts + "\n";
  if (!load.sharing.empty()) out += "    sharing: " + load.sharing + "\n";
  out += "    supplies:\n";
  for (const auto& cord : cords) {
    if (cord.load != load.name) continue;
    std::string entry;
    add(entry, "cord", cord.pdu + "/outlet/" + cord.outlet);
    add(entry, "status", cord.status);
    add(entry, "rated_watts", cord.rated_watts);
    add(entry, "holdup", cord.holdup);
    out += "      " + scalar(cord.supply) + ": {" + entry + "}\n";
  }
  return out;
}

}  // namespace

CordSheet read_cord_sheet(std::string_view text, const std::string& file, const std::string& rack, ground::Problems& problems) {
  const auto before = problems.errors();
  const auto rows = parse_csv(text, file, problems);
  if (rows.empty() && problems.errors() > before) return {};
  return SheetReader{file, rack, problems}.read(rows);
}

std::string yaml_of(const CordSheet& sheet) {
  if (sheet.cords.empty()) return {};
  std::string out;
  if (!sheet.rack.empty()) out += "rack: " + scalar(sheet.rack) + "\n";
  out += feeds_text(sheet);
  const auto whole = [](const SheetPdu& pdu) { return !pdu.url.empty() && !pdu.feed.empty(); };
  out += std::ranges::any_of(sheet.pdus, whole) ? "devices:\n" : "#devices:\n";
  for (const auto& pdu : sheet.pdus) out += pdu_text(pdu);
  out += "loads:\n";
  for (const auto& load : sheet.loads) {
    const bool any = std::ranges::any_of(sheet.cords, [&](const auto& cord) { return cord.load == load.name; });
    if (any) out += load_text(load, sheet.cords);
  }
  return out;
}

}  // namespace holdup::site
