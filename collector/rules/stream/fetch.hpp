#pragma once

#include <cstddef>

// What is needed soon, and lies in no cache, is asked for from memory, so that many lines of it are on the way at once.
namespace holdup::rules::stream {

inline void fetch_line(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");  // or GCC leaves out a function that does nothing else
}

inline void fetch(const void* address, std::size_t bytes) {
  constexpr std::size_t line = 64;
  for (std::size_t at = 0; at < bytes; at += line) fetch_line(static_cast<const char*>(address) + at);
}

}  // namespace holdup::rules::stream
