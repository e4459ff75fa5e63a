#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ground/result.hpp"
#include "store/reader.hpp"

// What was measured of an incident's elements around its begin and its end, at full resolution, in files that say what they are: polled
// values are trends, not waveforms; a contact's edges are edges. Read out of the store, for as long as it keeps raw samples.
namespace holdup::capture {

inline constexpr const char* sentence =
    "Trends of polled values, not waveforms: each was measured between its question, less the device's refresh, and its answer; what "
    "happened between two polls is not in them.";

/// Around the first sign and around the end; one where they touch. Of an incident that is still open, around its begin.
[[nodiscard]] std::vector<store::Range> windows_of(const std::vector<store::StoredEvent>& incident);

struct Written {
  std::size_t files = 0;    // beside the manifest
  std::size_t samples = 0;  // in them
};

/// Into `folder`, which is there: NAME.trend.csv a device, NAME.edges.csv a contact, notes.jsonl, manifest.json.
[[nodiscard]] ground::Result<Written> write(store::Reader& reader, const std::vector<store::StoredEvent>& incident,
                                            const std::vector<store::StoredSeries>& series, const std::string& folder);

}  // namespace holdup::capture
