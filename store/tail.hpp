#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "ground/quality.hpp"
#include "store/codec/bytes.hpp"
#include "store/codec/rows.hpp"
#include "store/codec/series_list.hpp"

// The end of the history that is in no chunk yet: what the journal holds. Its newest rows wait as the bytes they are, so that a commit
// touches little memory; Sorter makes numbers of them in lanes by pack, which Housekeeper seals. Pure.
namespace holdup::store {

class Tail {
 public:
  struct Row {
    std::int64_t utc_ms = 0;
    std::int64_t age_ms = 0;
    std::int64_t boot = 0;
    std::int64_t offset_ms = 0;
    std::int64_t seq = 0;
    std::int64_t order = 0;  // of recording, among all rows of the tail
  };
  /// The poll replies with exactly these series.
  struct Lane {
    codec::SeriesList series;  // ascending
    std::vector<Row> rows;
    codec::Decimals decimals;  // those of a row side by side
    std::vector<ground::Quality> qualities;
  };
  using Lanes = std::vector<Lane>;
  /// A journal row that is durable and in no lane yet.
  struct Unsorted {
    std::int64_t seq = 0;
    std::size_t samples = 0;  // at most
    codec::Bytes body;
  };

  void add(Unsorted row);
  [[nodiscard]] const std::deque<Unsorted>& unsorted() const { return unsorted_; }
  /// The first of them is in the lanes.
  void sorted();
  /// seq of the last row that is in lanes.
  [[nodiscard]] std::int64_t sorted_until() const { return sorted_until_; }

  /// The lane of this pack with exactly these series, for a row of `seq` that is to end it.
  [[nodiscard]] Lane& lane(std::int64_t pack, const codec::SeriesList& series, std::int64_t seq);
  [[nodiscard]] std::int64_t next_order() { return ++order_; }

  /// A pack may be due, sorted or not.
  [[nodiscard]] bool may_be_due(std::int64_t seq, std::size_t samples) const;
  /// A pack whose first row is of `seq` or before, or that has as many samples, in its lanes; the one that has waited longest.
  [[nodiscard]] std::optional<std::int64_t> due(std::int64_t seq, std::size_t samples) const;
  [[nodiscard]] std::vector<std::int64_t> packs() const;
  /// Its rows; they keep the journal's until sealed().
  [[nodiscard]] Lanes take(std::int64_t pack);
  void sealed(std::int64_t pack);
  /// seq of the first row that is in no chunk; nothing when all are.
  [[nodiscard]] std::optional<std::int64_t> first() const;
  [[nodiscard]] std::size_t samples() const { return samples_ + unsorted_samples_; }

 private:
  struct Pack {
    Lanes lanes;
    std::size_t samples = 0;
    std::optional<std::int64_t> first;  // seq of the first row here
    std::optional<std::int64_t> taken;  // … of those being sealed
  };
  void look_over();

  std::deque<Unsorted> unsorted_;
  std::size_t unsorted_samples_ = 0;
  std::int64_t sorted_until_ = 0;
  std::map<std::int64_t, Pack> packs_;
  std::int64_t order_ = 0;
  std::size_t samples_ = 0;  // of all packs, without those taken
  // so that nothing is looked through as long as nothing is due:
  std::optional<std::int64_t> first_;  // of all packs
  std::size_t most_ = 0;               // samples of one
};

}  // namespace holdup::store
