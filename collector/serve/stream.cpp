#include "collector/serve/stream.hpp"

namespace holdup::serve {

std::string stream_frame(const record::Event& event) {
  const std::string id = event.durable ? "id: " + event.id + "\n" : "";
  return id + "data: " + record::to_json(event) + "\n\n";
}

// Only the events of the last slices can also be on their way here, so the memory stays small.
std::string Subscriber::recall(const std::vector<record::Event>& slice) {
  std::string text;
  if (recalled_.size() > 2 * most_frames) recalled_.clear();
  for (const auto& event : slice) {
    recalled_.insert(event.id);
    text += stream_frame(event);
  }
  return text;
}

void Subscriber::tell(const record::Event& event) {
  if (frames_.size() >= most_frames) return cut_();
  frames_.push_back({event.id, stream_frame(event)});
  if (!catching_up_) wake_();
}

std::string Subscriber::take(std::size_t bytes) {
  std::string text;
  while (!catching_up_ && !frames_.empty() && text.size() < bytes) {
    if (!recalled_.contains(frames_.front().event_id)) text += frames_.front().text;
    frames_.pop_front();
  }
  return text;
}

void Streams::tell(const std::vector<record::Event>& events) {
  for (const auto& event : events) {
    if (event.durable) last_durable_ = event.id;
    for (Subscriber* subscriber : std::set{all_}) subscriber->tell(event);
  }
}

void Streams::remember(const std::vector<record::Event>& restored) {
  if (!restored.empty()) last_durable_ = restored.back().id;
}

}  // namespace holdup::serve
