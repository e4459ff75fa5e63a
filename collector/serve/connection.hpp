#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "collector/serve/answer.hpp"
#include "collector/serve/routes.hpp"
#include "collector/serve/server.hpp"
#include "collector/serve/stream.hpp"
#include "collector/serve/worker.hpp"
#include "store/reader.hpp"

// One client of the serve thread: requests in, answers out, each under a deadline; or one stream of events. Made by Server.
namespace holdup::serve {

/// What all connections share. Belongs to the serve thread, but for the worker.
struct Hall {
  const Options& options;
  const Mirror& mirror;
  std::function<void()> take_news;  // the mirror is up to date after it
  Streams& streams;
  Worker& worker;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using OnEnd = std::function<void(Connection&)>;

  Connection(boost::asio::ip::tcp::socket socket, const Hall& hall);

  /// Serves until the client leaves or is cut off, then calls `on_end` once.
  void begin(OnEnd on_end);
  void close();
  /// Says that too many are here already, as far as that goes without waiting, and closes.
  void turn_away();
  /// Without the port.
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;
  using StoreJob = std::function<Answer(store::Reader&)>;
  struct Errand;

  static Awaitable<void> converse(std::shared_ptr<Connection> self);
  Awaitable<bool> heard(ground::Duration limit);
  Awaitable<std::optional<Request>> read_request();
  Awaitable<bool> reply(Request request);
  Awaitable<bool> send(Answer answer, Method method);
  Awaitable<void> refuse(unsigned status, std::string why);
  Awaitable<Answer> ask_store(StoreJob job, Worker::Place place);
  Awaitable<void> stream(std::string after);
  Awaitable<bool> catch_up(Subscriber& subscriber, std::string after);
  Awaitable<bool> send_text(const std::string& text);
  void watch_for_hang_up();
  template <class Query>
  [[nodiscard]] StoreJob job_of(const Query& query) const;

  boost::beast::tcp_stream stream_;
  const Hall& hall_;
  std::string address_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer wake_;
  std::shared_ptr<Errand> errand_;  // at the worker
  bool keep_alive_ = true;
  bool closed_ = false;
  char hang_up_byte_ = 0;
};

}  // namespace holdup::serve
