#include "collector/cli/event_stream.hpp"

namespace holdup::cli {
namespace {

constexpr std::chrono::seconds again_after{1};

}  // namespace

EventStream::EventStream(DaemonClient daemon)
    : daemon_{std::move(daemon)}, thread_{[this](const std::stop_token& stop) { follow(stop); }} {}

void EventStream::follow(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    (void)daemon_.follow(
        last_, [this](const DaemonClient::Message& message) { take(message); }, stop);
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, stop, again_after, [] { return false; });
  }
}

void EventStream::take(const DaemonClient::Message& message) {
  if (!message.id.empty()) last_ = message.id;
  auto event = record::event_from_json(message.data);
  const std::lock_guard lock{mutex_};
  connected_ = true;
  if (event) events_.push_back(std::move(*event));
  changed_.notify_all();
}

bool EventStream::connected(ground::Duration patience) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, patience, [this] { return connected_; });
}

std::optional<record::Event> EventStream::next(ground::Duration patience) {
  std::unique_lock lock{mutex_};
  if (!changed_.wait_for(lock, patience, [this] { return !events_.empty(); })) return std::nullopt;
  auto event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace holdup::cli
