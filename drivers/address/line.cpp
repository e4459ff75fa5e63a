#include "drivers/address/line.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "ground/utf8.hpp"

namespace holdup::drivers {
namespace {

using ground::Failure;
using ground::Result;

constexpr std::string_view scheme = "gpio://";

Failure refused(const std::string& what, const std::string& mend) {
  return {ground::FailureKind::unsupported, ground::printable(what) + "; write " + mend};
}

}  // namespace

bool names_line(std::string_view url) { return url.starts_with(scheme); }

Result<LineAddress> parse_line_address(std::string_view text) {
  const std::string form = "gpio://CHIP/LINE, such as gpio://gpiochip0/4?active=low";
  const auto url = boost::urls::parse_uri(text);
  if (!url || !names_line(text)) return refused("'" + std::string{text} + "' is no URL of a line", form);
  if (url->has_userinfo() || url->has_port() || url->has_fragment()) return refused("more than a chip and a line", form);
  const std::string path = url->path();
  LineAddress address{.chip = url->host(), .line = path.empty() ? path : path.substr(1)};
  if (address.chip.empty() || address.line.empty()) return refused("no chip or no line", form);
  if (address.line.find('/') != std::string::npos) return refused("'" + address.line + "' is no line", form);
  for (const auto& parameter : url->params()) {
    const std::string key = parameter.key, value = parameter.value;
    if (key != "active") return refused("'" + key + "' is unknown", "active=low, active=high or nothing");
    if (value != "low" && value != "high") return refused("'" + value + "' is no level", "active=low or active=high");
    address.active_low = value == "low";
  }
  return address;
}

}  // namespace holdup::drivers
