#include "collector/serve/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "collector/serve/status_json.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t header_max_bytes = 8 * 1024;
constexpr std::size_t body_max_bytes = 64 * 1024;
constexpr std::size_t stream_write_bytes = 64 * 1024;
constexpr std::size_t slice_events = 200;
constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: "
    "close\r\n\r\n"
    "retry: 1000\n\n";

auto redirected(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

incident::Moment moment_now() { return {.now = ground::clock::now(), .utc_offset = ground::clock::utc_offset()}; }

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::post:
      return Method::post;
    default:
      return Method::other;
  }
}

unsigned refusal_of(const error_code& error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit || error == http::error::buffer_overflow) return 413;
  return 400;
}

// The connection ended, or took too long: there is nobody to refuse.
bool is_gone(const error_code& error) {
  return error.category() != make_error_code(http::error::bad_method).category() || error == http::error::end_of_stream ||
         error == http::error::partial_message;
}

Answer text(unsigned status, std::string why) {
  return {.status = status, .type = "text/plain; charset=utf-8", .body = std::move(why) + "\n"};
}

Answer unavailable(std::string_view why) { return query_error(503, "unavailable", why); }

http::response<http::string_body> response_of(Answer answer, Method method, bool keep_alive) {
  http::response<http::string_body> response{static_cast<http::status>(answer.status), 11};
  response.set(http::field::content_type, answer.type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy",
               "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'");
  if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
  response.keep_alive(keep_alive);
  response.content_length(answer.body.size());
  if (method != Method::head) response.body() = std::move(answer.body);
  return response;
}

/// How far a stream has come in the store. The worker writes it before its answer is posted, the connection reads it after.
struct Recall {
  std::string after;
  std::optional<std::int64_t> seq;
  std::vector<record::Event> slice;
};

Answer read_slice(store::Reader& reader, Recall& recall) {
  if (!recall.seq) {
    const auto place = reader.seq_of(recall.after);
    if (!place) return unavailable(place.error().what);
    recall.seq = place->value_or(0);
  }
  auto events = reader.events(*recall.seq, slice_events);
  if (!events) return unavailable(events.error().what);
  recall.slice.clear();
  for (auto& entry : *events) {
    recall.seq = entry.seq;
    recall.slice.push_back(std::move(entry.event));
  }
  return {};
}

}  // namespace

/// A job at the worker and what came of it. The worker may outlive the connection's interest.
struct Connection::Errand {
  explicit Errand(asio::any_io_executor executor) : done{executor, asio::steady_timer::time_point::max()} {}
  asio::steady_timer done;
  std::optional<Answer> answer;
};

Connection::Connection(asio::ip::tcp::socket socket, const Hall& hall)
    : stream_{std::move(socket)}, hall_{hall}, buffer_{header_max_bytes + body_max_bytes}, wake_{stream_.get_executor()} {
  error_code ignored;
  address_ = stream_.socket().remote_endpoint(ignored).address().to_string();
  stream_.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
}

void Connection::begin(OnEnd on_end) {
  asio::co_spawn(stream_.get_executor(), converse(shared_from_this()),
                 [self = shared_from_this(), on_end = std::move(on_end)](const std::exception_ptr&) {
                   self->close();
                   on_end(*self);
                 });
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  stream_.close();
  wake_.cancel();
  if (errand_) errand_->done.cancel();
}

void Connection::turn_away() {
  constexpr std::string_view full = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  error_code ignored;
  stream_.socket().non_blocking(true, ignored);
  stream_.socket().write_some(asio::buffer(full), ignored);
  close();
}

asio::awaitable<void> Connection::converse(std::shared_ptr<Connection> self) {
  auto patience = self->hall_.options.limits.request;
  while (!self->closed_ && self->keep_alive_) {
    if (!co_await self->heard(patience)) co_return;
    auto request = co_await self->read_request();
    if (!request) co_return;
    if (!co_await self->reply(std::move(*request))) co_return;
    patience = self->hall_.options.limits.idle;
  }
}

// The first bytes of a request; from there on its own deadline runs.
asio::awaitable<bool> Connection::heard(ground::Duration limit) {
  if (buffer_.size() > 0) co_return true;
  error_code error;
  stream_.expires_after(limit);
  const auto size = co_await stream_.async_read_some(buffer_.prepare(4096), redirected(error));
  buffer_.commit(size);
  co_return !error;
}

asio::awaitable<std::optional<Request>> Connection::read_request() {
  http::request_parser<http::string_body> parser;
  parser.header_limit(header_max_bytes);
  parser.body_limit(body_max_bytes);
  error_code error;
  stream_.expires_after(hall_.options.limits.request);
  co_await http::async_read(stream_, buffer_, parser, redirected(error));
  if (error) {
    if (!is_gone(error)) co_await refuse(refusal_of(error), error.message());
    co_return std::nullopt;
  }
  auto& message = parser.get();
  keep_alive_ = message.keep_alive();
  const auto field = [&](auto name) { return std::string{message[name]}; };
  co_return Request{.method = method_of(message.method()),
                    .target = std::string{message.target()},
                    .accept = field(http::field::accept),
                    .content_type = field(http::field::content_type),
                    .last_event_id = field("Last-Event-ID"),
                    .body = std::move(message.body())};
}

template <class Query>
Connection::StoreJob Connection::job_of(const Query& query) const {
  const auto deadline = ground::clock::now() + hall_.options.limits.query;
  return [query, deadline, &worker = hall_.worker](store::Reader& reader) {
    return answer(query, reader, [&] { return worker.stopping() || ground::clock::now() > deadline; });
  };
}

asio::awaitable<bool> Connection::reply(Request request) {
  hall_.take_news();
  auto way = route(request, hall_.mirror, moment_now());
  if (auto* answer = std::get_if<Answer>(&way)) co_return co_await send(std::move(*answer), request.method);
  StoreJob query;
  if (const auto* instant = std::get_if<InstantQuery>(&way)) query = job_of(*instant);
  if (const auto* range = std::get_if<RangeQuery>(&way)) query = job_of(*range);
  if (const auto* catalogue = std::get_if<CatalogueQuery>(&way)) query = job_of(*catalogue);
  if (query) {
    auto answer = co_await ask_store(std::move(query), Worker::Place::last);
    co_return co_await send(std::move(answer), request.method);
  }
  if (auto* asked = std::get_if<IncidentAsked>(&way)) {
    StoreJob job = [id = asked->id](store::Reader& reader) {
      std::vector<record::Event> events;
      if (auto stored = reader.incident(id))
        for (auto& entry : *stored) events.push_back(std::move(entry.event));
      return events.empty() ? text(404, "no such incident") : Answer{.body = incident_json(id, events)};
    };
    auto answer = co_await ask_store(std::move(job), Worker::Place::first);
    co_return co_await send(std::move(answer), request.method);
  }
  if (request.method == Method::head) co_return co_await send({.type = "text/event-stream"}, request.method);
  co_await stream(std::get<StreamAsked>(way).after);
  co_return false;
}

asio::awaitable<bool> Connection::send(Answer answer, Method method) {
  auto response = response_of(std::move(answer), method, keep_alive_);
  http::response_serializer<http::string_body> serializer{response};
  error_code error;
  stream_.expires_after(hall_.options.limits.send);
  if (method == Method::head)
    co_await http::async_write_header(stream_, serializer, redirected(error));
  else
    co_await http::async_write(stream_, serializer, redirected(error));
  co_return !error;
}

asio::awaitable<void> Connection::refuse(unsigned status, std::string why) {
  keep_alive_ = false;
  auto answer = text(status, std::move(why));
  if (!co_await send(std::move(answer), Method::get)) co_return;
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  // What the client still sends is read for a moment: closing on unread bytes would reset the connection under the refusal.
  stream_.expires_after(std::chrono::seconds{1});
  std::size_t most = 16 * header_max_bytes;
  buffer_.clear();
  while (!ignored && most > 0) {
    const auto size = co_await stream_.async_read_some(buffer_.prepare(4096), redirected(ignored));
    most -= std::min(size, most);
  }
}

asio::awaitable<Answer> Connection::ask_store(StoreJob job, Worker::Place place) {
  if (hall_.options.store_path.empty()) co_return unavailable("there is no store");
  const auto executor = stream_.get_executor();
  errand_ = std::make_shared<Errand>(executor);
  Worker::Job task = [errand = errand_, job = std::move(job), path = hall_.options.store_path, executor] {
    auto reader = store::Reader::open(path);
    auto answer = reader ? job(*reader) : unavailable(reader.error().what);
    asio::post(executor, [errand, answer = std::move(answer)]() mutable {
      errand->answer = std::move(answer);
      errand->done.cancel();
    });
  };
  if (!hall_.worker.submit(std::move(task), place)) co_return unavailable("too many queries wait");
  error_code ignored;
  co_await errand_->done.async_wait(redirected(ignored));
  auto errand = std::exchange(errand_, nullptr);
  if (errand->answer) co_return std::move(*errand->answer);
  co_return unavailable("ending");
}

asio::awaitable<void> Connection::stream(std::string after) {
  Subscriber subscriber{[this] { wake_.cancel(); }, [this] { close(); }};
  hall_.streams.add(subscriber);
  const auto leave = [this](Subscriber* leaving) { hall_.streams.remove(*leaving); };
  const std::unique_ptr<Subscriber, decltype(leave)> membership{&subscriber, leave};
  watch_for_hang_up();
  std::string head{stream_head};
  if (after.empty() && !hall_.streams.last_durable().empty())
    head += "id: " + hall_.streams.last_durable() + "\n\n";  // so that it can resume even before its first event
  if (!co_await send_text(head)) co_return;
  if (!after.empty() && !hall_.options.store_path.empty() && !co_await catch_up(subscriber, std::move(after))) co_return;
  while (!closed_) {
    const auto frames = subscriber.take(stream_write_bytes);
    if (!frames.empty()) {
      if (!co_await send_text(frames)) co_return;
      continue;
    }
    error_code woken;
    wake_.expires_after(hall_.options.limits.heartbeat);
    co_await wake_.async_wait(redirected(woken));
    const std::string heartbeat{":\n\n"};
    if (!woken && !co_await send_text(heartbeat)) co_return;
  }
}

// Slices from the store until there is no more; an id that the store does not know is answered with all it has.
asio::awaitable<bool> Connection::catch_up(Subscriber& subscriber, std::string after) {
  subscriber.catch_up();
  const auto recall = std::make_shared<Recall>(Recall{.after = std::move(after)});
  for (bool more = true; more;) {
    StoreJob job = [recall](store::Reader& reader) { return read_slice(reader, *recall); };
    const auto answer = co_await ask_store(std::move(job), Worker::Place::first);
    if (answer.status != 200 || closed_) co_return false;
    const auto text = subscriber.recall(recall->slice);
    if (!text.empty() && !co_await send_text(text)) co_return false;
    more = recall->slice.size() == slice_events;
  }
  subscriber.caught_up();
  co_return true;
}

asio::awaitable<bool> Connection::send_text(const std::string& text) {
  error_code error;
  stream_.expires_after(hall_.options.limits.send);
  co_await asio::async_write(stream_, asio::buffer(text), redirected(error));
  stream_.expires_never();
  co_return !error && !closed_;
}

// A stream's client has nothing to say: whatever comes, most often its end, ends the connection at once.
void Connection::watch_for_hang_up() {
  auto heard = [self = shared_from_this()](const error_code&, std::size_t) { self->close(); };
  stream_.socket().async_read_some(asio::buffer(&hang_up_byte_, 1), std::move(heard));
}

}  // namespace holdup::serve
