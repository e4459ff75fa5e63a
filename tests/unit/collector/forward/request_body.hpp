#pragma once

#include <remote.pb.h>
#include <snappy.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "collector/forward/request.hpp"

// A request's body as protoc's decoder and snappy's see it. For the tests of forwarding.
namespace holdup::forward::test {

struct Decoded {
  Labels labels;
  std::vector<Sample> samples;
};

inline std::vector<Decoded> decode(const std::string& body) {
  std::string plain;
  if (!snappy::Uncompress(body.data(), body.size(), &plain)) throw std::runtime_error{"no snappy block"};
  remote::WriteRequest request;
  if (!request.ParseFromString(plain)) throw std::runtime_error{"no WriteRequest"};
  std::vector<Decoded> all;
  for (const auto& series : request.timeseries()) {
    auto& one = all.emplace_back();
    for (const auto& label : series.labels()) one.labels.emplace_back(label.name(), label.value());
    for (const auto& sample : series.samples()) one.samples.push_back({sample.timestamp(), sample.value()});
  }
  return all;
}

inline std::string text(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) out += (out.empty() ? "" : ",") + name + "=" + value;
  return out;
}

/// What a receiver holds: by series, in the order in which it came.
using Held = std::map<std::string, std::vector<Sample>>;

}  // namespace holdup::forward::test
