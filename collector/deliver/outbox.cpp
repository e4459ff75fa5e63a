#include "collector/deliver/outbox.hpp"

#include <utility>

#include "collector/deliver/sender.hpp"
#include "ground/expect.hpp"

namespace holdup::deliver {

Outbox::Outbox(boost::asio::any_io_executor executor, std::vector<Target> targets, Options options) {
  for (Target& target : targets) {
    senders_.push_back(std::make_shared<Sender>(executor, std::move(target), options));
    senders_.back()->open_ahead();
  }
}

Outbox::~Outbox() { stop(); }

boost::asio::awaitable<ground::Result<int>> Outbox::post(std::size_t target, const std::string& body, ground::Instant deadline) {
  HOLDUP_EXPECT(target < senders_.size());
  return senders_[target]->post(body, deadline);
}

void Outbox::stop() {
  for (const auto& sender : senders_) sender->stop();
}

const Tally& Outbox::tally(std::size_t target) const {
  HOLDUP_EXPECT(target < senders_.size());
  return senders_[target]->tally();
}

}  // namespace holdup::deliver
