#pragma once

// Catch2 2 (Debian 12) and 3 (Debian 13) under one name.
#ifdef HOLDUP_CATCH2
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
inline auto ContainsSubstring(const std::string& text) { return Catch::Matchers::Contains(text); }
#endif

#include "ground/result.hpp"

// A Result in a CHECK is shown as "holds a value" or by its failure.
namespace Catch {
template <class T>
struct StringMaker<boost::system::result<T, holdup::ground::Failure>, void> {
  static std::string convert(const boost::system::result<T, holdup::ground::Failure>& result) {
    return result ? "holds a value" : name(result.error().kind) + (": " + result.error().what);
  }
};
}  // namespace Catch
