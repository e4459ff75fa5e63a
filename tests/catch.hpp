#pragma once

// Catch2 2 (Debian 12) and 3 (Debian 13) under one name.
#ifdef HOLDUP_CATCH2
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
