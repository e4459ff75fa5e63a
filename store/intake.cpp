#include "store/intake.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace holdup::store {

ground::Result<void> Intake::add(record::Event event) {
  if (waiting_events() >= bounds_.events)
    return ground::Failure{ground::FailureKind::machine, std::to_string(bounds_.events) + " events wait for the store already"};
  events_.push_back(std::move(event));
  return {};
}

ground::Result<void> Intake::add(record::Audit record) {
  if (audits_.size() + audits_out_ >= bounds_.events)
    return ground::Failure{ground::FailureKind::machine, std::to_string(bounds_.events) + " audit records wait for the store already"};
  audits_.push_back(std::move(record));
  return {};
}

void Intake::add(record::Batch batch) {
  samples_ += batch.samples.size();
  batches_.push_back(std::move(batch));
  drop_beyond_bounds();
}

ground::Result<void> Intake::add(Blob blob) {
  if (blob_bytes_ + blob.bytes.size() > bounds_.blob_bytes)
    return ground::Failure{ground::FailureKind::machine, std::to_string(blob_bytes_) + " bytes of blobs wait for the store already"};
  blob_bytes_ += blob.bytes.size();
  blobs_.push_back(std::move(blob));
  return {};
}

void Intake::add(Cursor cursor) {
  const auto same = std::find_if(cursors_.begin(), cursors_.end(), [&](const Cursor& c) { return c.name == cursor.name; });
  if (same != cursors_.end())
    same->position = cursor.position;
  else
    cursors_.push_back(std::move(cursor));
}

Work Intake::take_urgent(std::size_t most) {
  const auto count = std::min(most, events_.size());
  const auto end = events_.begin() + static_cast<std::ptrdiff_t>(count);
  Work work{.events = {std::make_move_iterator(events_.begin()), std::make_move_iterator(end)},
            .audits = std::exchange(audits_, {}),
            .blobs = std::exchange(blobs_, {})};
  events_.erase(events_.begin(), end);
  events_out_ += count;
  audits_out_ += work.audits.size();
  out_ = true;
  return work;
}

Work Intake::take_rest(std::size_t most_samples) {
  Work work{.cursors = std::exchange(cursors_, {})};
  if (samples_ <= most_samples) work.batches.reserve(batches_.size());
  for (std::size_t samples = 0; !batches_.empty() && samples < most_samples; batches_.pop_front()) {
    samples += batches_.front().samples.size();
    work.batches.push_back(std::move(batches_.front()));
  }
  out_ = true;
  return work;
}

void Intake::done(const Work& work) {
  events_out_ -= work.events.size();
  audits_out_ -= work.audits.size();
  for (const record::Batch& batch : work.batches) samples_ -= batch.samples.size();
  for (const Blob& blob : work.blobs) blob_bytes_ -= blob.bytes.size();
  out_ = false;
}

void Intake::give_back(Work work) {
  events_out_ -= work.events.size();
  audits_out_ -= work.audits.size();
  out_ = false;
  events_.insert(events_.begin(), std::make_move_iterator(work.events.begin()), std::make_move_iterator(work.events.end()));
  audits_.insert(audits_.begin(), std::make_move_iterator(work.audits.begin()), std::make_move_iterator(work.audits.end()));
  batches_.insert(batches_.begin(), std::make_move_iterator(work.batches.begin()), std::make_move_iterator(work.batches.end()));
  blobs_.insert(blobs_.begin(), std::make_move_iterator(work.blobs.begin()), std::make_move_iterator(work.blobs.end()));
  for (Cursor& newer : cursors_) work.cursors.push_back(std::move(newer));
  cursors_.clear();
  for (Cursor& cursor : work.cursors) add(std::move(cursor));
  drop_beyond_bounds();
}

// A dropped batch may have declared series that later ones use: the next one inherits them.
void Intake::drop_beyond_bounds() {
  while (batches_.size() > 1 && (samples_ > bounds_.samples || batches_.back().at - batches_.front().at > bounds_.samples_span)) {
    record::Batch oldest = std::move(batches_.front());
    batches_.pop_front();
    samples_ -= oldest.samples.size();
    dropped_ += oldest.samples.size();
    auto& born = batches_.front().born;
    born.insert(born.begin(), std::make_move_iterator(oldest.born.begin()), std::make_move_iterator(oldest.born.end()));
  }
}

}  // namespace holdup::store
