#include "store/scrivener.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "store/sealing.hpp"

namespace holdup::store {
namespace {

constexpr std::int64_t rows_between_keys = 64;
constexpr std::size_t batches_a_row = 8'192;
constexpr std::size_t samples_a_row = 262'144;

std::int64_t ms(ground::Duration duration) { return std::chrono::floor<std::chrono::milliseconds>(duration).count(); }

// The batches from the first on that become one row.
std::size_t fitting(std::span<const record::Batch> batches) {
  std::size_t count = 0;
  for (std::size_t samples = 0; count < batches.size() && count < batches_a_row; ++count) {
    samples += batches[count].samples.size();
    if (count > 0 && samples > samples_a_row) break;
  }
  return count;
}

}  // namespace

void Scrivener::write(std::span<const record::Batch> batches, SQLite::Statement& add) {
  rows_.clear();
  while (!batches.empty()) {
    const auto count = fitting(batches);
    write_row(batches.first(count), add);
    batches = batches.subspan(count);
  }
}

void Scrivener::forget() {
  last_seq_ -= static_cast<std::int64_t>(rows_.size());
  rows_.clear();
  writer_.forget();
  since_key_ = -1;
}

void Scrivener::write_row(std::span<const record::Batch> batches, SQLite::Statement& add) {
  const auto place = rows_.size();
  if (written_.size() <= place) {
    written_.emplace_back();
    shapes_.emplace_back();
  }
  auto& replies = written_[place];
  auto& shapes = shapes_[place];
  shapes.clear();
  std::size_t used = 0;
  for (const record::Batch& batch : batches) {
    if (batch.samples.empty()) continue;
    if (replies.size() <= used) replies.emplace_back();
    shapes.push_back(catalog_.shape(file_, batch.samples));
    fill(replies[used++], *shapes.back(), batch);
  }
  if (used == 0) return;
  replies.resize(used);
  const bool key = since_key_ < 0 || since_key_ + 1 >= rows_between_keys;
  const auto body = writer_.write(replies, key);
  since_key_ = key ? 0 : since_key_ + 1;
  rows_.push_back({++last_seq_, key, replies.back().utc_ms});
  add.bind(1, last_seq_);
  add.bindNoCopy(2, static_cast<const void*>(body.data()), static_cast<int>(body.size()));
  add.exec();
  add.reset();
}

void Scrivener::fill(codec::JournalBatch& reply, const Shape& shape, const record::Batch& batch) {
  const auto offset = ms(batch.time.time_since_epoch() - batch.at.time_since_epoch());
  if (!offset_ms_ || std::abs(offset - *offset_ms_) >= offset_kept_within_ms) offset_ms_ = offset;
  reply.utc_ms = ms(batch.time.time_since_epoch());
  reply.age_ms = ms(batch.age);
  reply.boot = catalog_.boot_row(file_);
  reply.offset_ms = *offset_ms_;
  reply.series = shape.series;
  reply.values.resize(shape.series.size());
  reply.qualities.resize(shape.series.size());
  for (std::size_t i = 0; i < shape.held.size(); ++i) {
    const auto& sample = batch.samples[shape.held[i]];
    reply.values[i] = sample.value;
    reply.qualities[i] = sample.quality;
  }
}

std::vector<Scrivener::Row> Scrivener::committed() {
  for (std::size_t i = 0; i < rows_.size(); ++i)
    for (std::size_t reply = 0; reply < written_[i].size(); ++reply) add_to_tail(written_[i][reply], *shapes_[i][reply], rows_[i].seq);
  return std::exchange(rows_, {});
}

void Scrivener::add_to_tail(const codec::JournalBatch& reply, const Shape& shape, std::int64_t seq) {
  for (const auto& part : shape.parts) {
    auto& lane = tail_.lane(part.pack, part.series, seq);
    lane.rows.push_back({reply.utc_ms, reply.age_ms, reply.boot, reply.offset_ms, seq, tail_.next_order()});
    if (part.places.size() == shape.series.size()) {
      lane.values.insert(lane.values.end(), reply.values.begin(), reply.values.end());
      lane.qualities.insert(lane.qualities.end(), reply.qualities.begin(), reply.qualities.end());
    } else {
      for (const auto place : part.places) {
        lane.values.push_back(reply.values[place]);
        lane.qualities.push_back(reply.qualities[place]);
      }
    }
  }
}

}  // namespace holdup::store
