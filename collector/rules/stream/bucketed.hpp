#pragma once

#include "collector/rules/numbered.hpp"
#include "collector/rules/stream/members.hpp"
#include "collector/rules/stream/stage.hpp"

// histogram_quantile over classic histograms: a bucket that changes has its own histogram looked at again.
namespace holdup::rules::stream {

class Bucketed : public Stage {
 public:
  Bucketed(const Stage& vector, double share) : vector_{vector}, share_{share} {}

  void update(const Setting& setting) override;

 private:
  struct Place {
    std::optional<std::uint32_t> histogram;  // nothing: not a bucket
    double upper = 0;
  };
  Place place_of(const Cell& cell);
  void refresh(std::uint32_t histogram);

  const Stage& vector_;
  double share_;
  Paged<Place> places_;                        // by cell of the operand
  Paged<std::vector<std::uint32_t>> buckets_;  // by own cell
  Members touched_;
  Numbered known_;
};

}  // namespace holdup::rules::stream
