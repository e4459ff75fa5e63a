#pragma once

#include <cstdint>
#include <string>

// What was durable and is so no more: a row of `loss`, and what the listener is told. Pure.
namespace holdup::store {

struct Loss {
  std::string what;  // "chunk 17", "max_bytes"
  std::int64_t from_ms = 0, to_ms = 0;
  std::int64_t samples = 0;  // 0: nobody knows
  std::string why;           // told, not kept
};

}  // namespace holdup::store
