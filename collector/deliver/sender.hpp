#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collector/deliver/outbox.hpp"

// One target's connection and the posts that wait for it. Only Outbox uses it.
namespace holdup::deliver {

class Sender : public std::enable_shared_from_this<Sender> {
 public:
  Sender(boost::asio::any_io_executor executor, Target target, Outbox::Options options);

  boost::asio::awaitable<ground::Result<int>> post(const std::string& body, ground::Instant deadline);
  /// Connects in the background, and anew when the target closes while idle.
  void open_ahead();
  void stop();
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  class Place;
  class Cutoff;
  using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;
  enum class Cut : std::uint8_t { no, deadline, yielded, stopped };  // yielded: to a post, by opening ahead
  struct Attempt;
  struct Parcel {
    std::string text;      // the whole request
    std::size_t left = 0;  // bytes that are on their way
  };

  std::size_t send_at_once(std::array<std::string_view, 3> text);
  boost::asio::awaitable<ground::Result<int>> perform(std::shared_ptr<Sender> self, std::unique_ptr<Place> place, Parcel parcel,
                                                      ground::Instant deadline);
  boost::asio::awaitable<ground::Result<int>> deliver(const Parcel& parcel);
  boost::asio::awaitable<Attempt> attempt(const Parcel& parcel);
  boost::asio::awaitable<ground::Result<int>> read_answer(bool& began);
  boost::asio::awaitable<ground::Result<void>> be_connected();
  boost::asio::awaitable<ground::Result<void>> resolve();
  boost::asio::awaitable<ground::Result<void>> dial();
  boost::asio::awaitable<void> dial_ahead();
  void resolved(const boost::system::error_code& error, const boost::asio::ip::tcp::resolver::results_type& found);
  void make_way();
  void watch_idle();
  void stop_watching();
  void interrupt();
  void redial_later();
  void drop();
  [[nodiscard]] ground::Failure trouble(const boost::system::error_code& error);
  [[nodiscard]] ground::Failure note(ground::Failure failure);

  boost::asio::any_io_executor executor_;
  Target target_;
  std::string head_;  // of each request, up to its length
  Outbox::Options options_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer cutoff_, redial_, resolving_;
  boost::beast::flat_buffer buffer_;
  std::deque<Place*> places_;  // front: the post under way
  Endpoints endpoints_;        // as last resolved; tried from next_endpoint_ on
  std::size_t next_endpoint_ = 0;
  boost::system::error_code resolve_error_;
  ground::Duration redial_pause_;
  std::uint64_t cutoffs_ = 0, idles_ = 0;
  Cut cut_ = Cut::no;
  bool named_ = false;  // the host is a name
  bool keeps_ = true;   // the target keeps connections open, as far as we know
  bool stopped_ = false, opening_ahead_ = false, resolving_now_ = false;
  Tally tally_;
};

}  // namespace holdup::deliver
