#include "collector/serve/inbox.hpp"

#include <iterator>

namespace holdup::serve {
namespace {

template <class Items, class Added>
void append(Items& items, Added&& added) {
  items.insert(items.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
}

}  // namespace

bool Inbox::put(Update update) {
  const std::lock_guard lock{mutex_};
  const bool only_samples = update.known.empty() && update.events.empty() && update.warnings.empty() && !update.rules &&
                            update.rule_alerts.empty() && !update.figures;
  append(news_.known, update.known);
  append(news_.rhythms, update.rhythms);
  append(news_.events, update.events);
  append(news_.warnings, update.warnings);
  if (update.rules) news_.rules = std::move(update.rules), news_.rule_alerts.clear();
  append(news_.rule_alerts, update.rule_alerts);
  if (update.figures) news_.figures = std::move(update.figures);
  for (const auto& batch : update.batches) waiting_samples_ += batch.samples.size();
  append(news_.batches, update.batches);
  drop_oldest();
  return (!only_samples || waiting_samples_ >= few_samples) && wakes();
}

// A dropped batch may have declared series that later ones use.
void Inbox::drop_oldest() {
  while (waiting_samples_ > bound_ && !news_.batches.empty()) {
    auto& oldest = news_.batches.front();
    append(news_.born, oldest.born);
    waiting_samples_ -= oldest.samples.size();
    news_.dropped_samples += oldest.samples.size();
    news_.batches.pop_front();
  }
}

bool Inbox::put_acknowledged(std::vector<record::Event> events) {
  const std::lock_guard lock{mutex_};
  append(news_.events, events);
  return wakes();
}

bool Inbox::put(core::Restored slice) {
  const std::lock_guard lock{mutex_};
  append(news_.restored, slice.events);
  news_.restored_all = news_.restored_all || slice.last;
  return wakes();
}

// What was known by the former site's numbers means nothing in the new one.
bool Inbox::put(site::Site site) {
  const std::lock_guard lock{mutex_};
  news_.known.clear();
  news_.rhythms.clear();
  append(news_.former_batches, std::exchange(news_.batches, {}));
  news_.site = std::move(site);
  return wakes();
}

bool Inbox::put_store_trouble(std::string reason) {
  const std::lock_guard lock{mutex_};
  news_.store_trouble = std::move(reason);
  return wakes();
}

News Inbox::take() {
  const std::lock_guard lock{mutex_};
  woken_ = false;
  waiting_samples_ = 0;
  return std::exchange(news_, {});
}

}  // namespace holdup::serve
