#include "wire/collector/serve/http_client.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "catch.hpp"
#include "ground/number.hpp"

namespace holdup::serve::test {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::seconds patience{20};

}  // namespace

HttpClient::HttpClient(const std::string& endpoint) {
  const auto colon = endpoint.rfind(':');
  const auto port = ground::parse_integer(endpoint.substr(colon + 1));
  REQUIRE(port);
  socket_.connect({asio::ip::make_address(endpoint.substr(0, colon)), static_cast<std::uint16_t>(*port)});
}

void HttpClient::send(std::string_view bytes) {
  boost::system::error_code gone;  // the server may have closed already: what it answered is what counts
  asio::write(socket_, asio::buffer(bytes), gone);
}

HttpClient::Outcome HttpClient::read_some(std::chrono::steady_clock::time_point limit) {
  std::array<char, 65536> piece;
  std::optional<std::pair<boost::system::error_code, std::size_t>> read;
  socket_.async_read_some(asio::buffer(piece),
                          [&](const boost::system::error_code& error, std::size_t size) { read.emplace(error, size); });
  io_.restart();
  while (!read && std::chrono::steady_clock::now() < limit) io_.run_one_until(limit);  // one turn may be an event that was none
  if (!read) {
    socket_.cancel();
    io_.run();
    return Outcome::late;
  }
  heard_.append(piece.data(), read->second);
  return read->first ? Outcome::ended : Outcome::more;
}

bool HttpClient::hears(std::string_view text) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  while (heard_.find(text) == std::string::npos)
    if (read_some(limit) != Outcome::more) return heard_.find(text) != std::string::npos;
  return true;
}

bool HttpClient::hears_the_end() {
  const auto limit = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto outcome = read_some(limit);
    if (outcome != Outcome::more) return outcome == Outcome::ended;
  }
}

std::string get(const std::string& endpoint, const std::string& target, const std::string& fields) {
  HttpClient client{endpoint};
  client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields + "\r\n");
  REQUIRE(client.hears_the_end());
  return client.heard();
}

std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? std::string{} : answer.substr(end + 4);
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

}  // namespace holdup::serve::test
