#include "hw-sim/agents/site_text.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace hwsim::agents {
namespace {

constexpr std::string_view url_ends = " \t,}\"'#\r\n";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

// Where `url` stands whole: modbus://127.0.0.1/1 is not the start of modbus://127.0.0.1/12.
std::size_t find_url(const std::string& line, const std::string& url, std::size_t from) {
  for (auto at = line.find(url, from); at != std::string::npos; at = line.find(url, at + 1)) {
    const auto end = at + url.size();
    if (end == line.size() || url_ends.find(line[end]) != std::string_view::npos) return at;
  }
  return std::string::npos;
}

bool change(std::string& line, const UrlChange& url) {
  // Several devices may share a line: look behind the device's name where that stands there too.
  const auto name = line.find(url.device + ":");
  const auto at = find_url(line, url.from, name == std::string::npos ? 0 : name);
  if (at == std::string::npos) return false;
  line.replace(at, url.from.size(), url.to);
  return true;
}

}  // namespace

std::string with_urls(std::string text, std::span<const UrlChange> changes, const std::string& file, ground::Problems& problems) {
  auto lines = lines_of(text);
  for (const UrlChange& url : changes) {
    const auto number = static_cast<std::size_t>(url.line);
    if (number >= 1 && number <= lines.size() && change(lines[number - 1], url)) continue;
    problems.add({.file = file,
                  .line = url.line,
                  .key = "devices." + url.device + ".url",
                  .what = "cannot be replaced where it stands",
                  .mend = "write the url plainly, on the line of its key"});
  }
  text.clear();
  for (const auto& line : lines) text += line;
  return text;
}

}  // namespace hwsim::agents
