#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

// A client that says exactly the bytes it is given, so that tests can be rude; every wait has a deadline. For the wire tests of serve.
namespace holdup::serve::test {

class HttpClient {
 public:
  /// "127.0.0.1:9870"
  explicit HttpClient(const std::string& endpoint);

  void send(std::string_view bytes);
  /// Reads on until the text is in what was heard; false when the connection ended or after 20 s.
  [[nodiscard]] bool hears(std::string_view text);
  /// Reads until the server closes; false when it does not within 20 s.
  [[nodiscard]] bool hears_the_end();
  [[nodiscard]] const std::string& heard() const { return heard_; }
  void forget() { heard_.clear(); }

 private:
  enum class Outcome { more, ended, late };
  Outcome read_some(std::chrono::steady_clock::time_point limit);

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  std::string heard_;
};

/// One GET on a connection of its own: the whole answer, status line first.
[[nodiscard]] std::string get(const std::string& endpoint, const std::string& target, const std::string& fields = {});
[[nodiscard]] std::string body_of(const std::string& answer);
[[nodiscard]] std::size_t count(std::string_view text, std::string_view part);

}  // namespace holdup::serve::test
