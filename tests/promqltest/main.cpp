#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "test_file.hpp"

// `promqltest FILE...`: Prometheus' own evaluation tests on holdup's evaluator.
int main(int argc, char** argv) {
  using holdup::promqltest::Outcome;
  if (argc < 2) return std::cerr << "usage: promqltest FILE...\n", 2;
  std::array<int, 3> counts{};
  for (int i = 1; i < argc; ++i) {
    std::ifstream file{argv[i]};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file.is_open() || file.bad()) return std::cerr << "promqltest: cannot read " << argv[i] << '\n', 2;
    holdup::promqltest::run(text, [&](const Outcome& outcome) {
      constexpr std::array<const char*, 3> words{"pass", "fail", "skip"};
      const auto kind = static_cast<std::size_t>(outcome.kind);
      ++counts[kind];
      std::cout << words[kind] << ' ' << argv[i] << ':' << outcome.line << (outcome.why.empty() ? "" : ": ") << outcome.why << '\n';
    });
  }
  std::cout << counts[0] << " passed, " << counts[1] << " failed, " << counts[2] << " skipped\n";
  return counts[1] == 0 ? 0 : 1;
}
