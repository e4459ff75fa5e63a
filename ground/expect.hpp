#pragma once

#include <cassert>

// A broken program aborts, in release builds too: HOLDUP_EXPECT(condition) prints file, line and condition, then aborts.
#define HOLDUP_EXPECT(condition) \
  (static_cast<bool>(condition) ? void(0) : __assert_fail(#condition, __FILE__, __LINE__, static_cast<const char*>(__func__)))

#ifdef NDEBUG  // <cassert> declares it only with assertions on
extern "C" [[noreturn]] void __assert_fail(const char* condition, const char* file, unsigned line, const char* function) noexcept;
#endif
