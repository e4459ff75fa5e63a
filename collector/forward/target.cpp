#include "collector/forward/target.hpp"

#include <openssl/evp.h>

#include <boost/url/parse.hpp>

namespace holdup::forward {

void take_url(std::string_view text, Target& target) {
  const auto url = boost::urls::parse_uri(text);
  if (!url) return;
  const auto plain = [](const auto& part) { return std::string{part.data(), part.size()}; };
  target.tls = url->scheme() == "https";
  const std::string address = url->host_address();
  target.host = address;
  target.port = url->has_port() ? plain(url->port()) : target.tls ? "443" : "80";
  target.authority = plain(url->encoded_host()) + (url->has_port() ? ":" + target.port : "");
  target.path = plain(url->encoded_path());
  if (target.path.empty()) target.path = "/";
  if (url->has_query()) target.path += "?" + plain(url->encoded_query());
}

std::string basic_authorization(std::string_view user, std::string_view password) {
  const std::string both = std::string{user} + ":" + std::string{password};
  std::string out(4 * ((both.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(both.data()),
                                     static_cast<int>(both.size()));
  out.resize(static_cast<std::size_t>(length));
  return "Basic " + out;
}

}  // namespace holdup::forward
