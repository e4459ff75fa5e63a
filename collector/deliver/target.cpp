#include "collector/deliver/target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "ground/number.hpp"

namespace holdup::deliver {
namespace {

ground::Failure wrong(std::string_view url, const std::string& why) {
  return {ground::FailureKind::unsupported, "'" + std::string{url} + "': " + why};
}

/// Boost.URL's views have other string types in each version.
template <class View>
std::string text_of(const View& view) {
  return {view.data(), view.size()};
}

/// Path and query, of an Alertmanager below its base.
std::string path_of(Receiver receiver, const boost::urls::url_view& url) {
  std::string path = text_of(url.encoded_path());
  if (receiver == Receiver::alertmanager) {
    while (path.ends_with('/')) path.pop_back();
    return path + "/api/v2/alerts";
  }
  if (path.empty()) path = "/";
  if (url.has_query()) path += "?" + text_of(url.encoded_query());
  return path;
}

}  // namespace

ground::Result<Target> parse_target(Receiver receiver, std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return wrong(text, "no URL; write http://HOST:PORT/PATH");
  const boost::urls::url_view url = *parsed;
  if (url.scheme() == "https") return wrong(text, "https is not spoken yet; write http:// and a proxy on this host that adds TLS");
  if (url.scheme() != "http") return wrong(text, "write http://HOST:PORT/PATH");
  if (url.has_userinfo()) return wrong(text, "a secret does not belong into a URL; leave user and password out");
  if (url.has_fragment()) return wrong(text, "leave out what follows '#'");
  if (url.encoded_host().empty()) return wrong(text, "the host is missing; write http://HOST:PORT/PATH");
  if (receiver == Receiver::alertmanager && url.has_query())
    return wrong(text, "an Alertmanager's base has no query; leave out what follows '?'");
  const std::string port = url.has_port() ? text_of(url.port()) : "80";
  if (const auto number = ground::parse_integer(port); !number || *number < 1 || *number > 65535)
    return wrong(text, "the port is not 1 to 65535");
  const std::string address = url.host_address();
  return Target{.host = address, .port = port, .authority = text_of(url.encoded_host()) + ":" + port, .path = path_of(receiver, url)};
}

}  // namespace holdup::deliver
