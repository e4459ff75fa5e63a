#include "collector/forward/forwarder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <mutex>
#include <thread>

#include "collector/forward/client.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::forward {
namespace asio = boost::asio;

class Forwarder::Running {
 public:
  Running(const std::vector<Target>& targets, std::unique_ptr<Source> source, Say say, Pump::Limits limits)
      : source_{std::move(source)}, say_{std::move(say)} {
    for (const Target& target : targets) {
      auto& line = lines_.emplace_back(loop_, target, *source_, limits);
      line.pump.begin();
      tell(line);
      asio::post(loop_, [this, &line] { turn(line); });
    }
    thread_ = std::thread{[this] { loop_.run(); }};
  }
  ~Running() {
    asio::post(loop_, [this] {
      stopping_ = true;
      for (Line& line : lines_) {
        line.client.stop();
        line.timer.cancel();
      }
    });
    thread_.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] std::vector<Figures> figures(ground::Utc now) const {
    const std::lock_guard lock{mutex_};
    std::vector<Figures> all;
    for (const Line& line : lines_) all.emplace_back(line.figures).look(now);
    return all;
  }

 private:
  struct Line {
    Line(asio::io_context& loop, const Target& target, Source& source, Pump::Limits limits)
        : pump{target, source, limits}, client{loop, target}, timer{loop} {}
    Pump pump;
    Client client;
    asio::steady_timer timer;
    Figures figures;  // as last told
  };

  /// What is next of a line; its end is the next turn.
  void turn(Line& line) {
    if (stopping_) return;
    auto move = line.pump.next(ground::clock::now());
    tell(line);
    if (move.post)
      return line.client.post(*std::move(move.post), [this, &line](const ground::Result<Answer>& answer) { heard(line, answer); });
    line.timer.expires_after(move.until - ground::clock::now());
    line.timer.async_wait([this, &line](const boost::system::error_code&) { turn(line); });
  }

  void heard(Line& line, const ground::Result<Answer>& answer) {
    if (stopping_) return;
    line.pump.answered(answer, ground::clock::now());
    tell(line);
    turn(line);
  }

  void tell(Line& line) {
    for (const Note& note : line.pump.take_notes()) say_(note);
    const std::lock_guard lock{mutex_};
    line.figures = line.pump.figures();
  }

  std::unique_ptr<Source> source_;
  Say say_;
  asio::io_context loop_{1};
  mutable std::mutex mutex_;
  std::deque<Line> lines_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

Forwarder::Forwarder(const std::vector<Target>& targets, std::unique_ptr<Source> source, Say say, Pump::Limits limits)
    : running_{std::make_unique<Running>(targets, std::move(source), std::move(say), limits)} {}
Forwarder::~Forwarder() = default;

std::vector<Figures> Forwarder::figures(ground::Utc now) const { return running_->figures(now); }

}  // namespace holdup::forward
