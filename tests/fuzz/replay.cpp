#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string_view>
#include <vector>

// A fuzz target without a fuzzer: plays what seeds.py wrote and copies of it with a few bytes changed, the same ones each time.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Octets = std::vector<std::uint8_t>;

Octets content(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<Octets> seeds(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Octets> all;
  for (const auto& file : files) all.push_back(content(file));
  return all;
}

/// Changes, doubles, drops or swaps in a run of another seed's bytes, one to four times.
Octets changed(Octets bytes, const Octets& other, std::mt19937_64& chance) {
  const auto below = [&](std::size_t end) { return static_cast<std::ptrdiff_t>(end == 0 ? 0 : chance() % end); };
  for (auto times = below(4) + 1; times > 0 && !bytes.empty(); --times) {
    const auto at = bytes.begin() + below(bytes.size());
    const auto run = std::min<std::ptrdiff_t>(below(8) + 1, bytes.end() - at);
    switch (chance() % 5) {
      case 0:
        *at ^= static_cast<std::uint8_t>(1 << below(8));
        break;
      case 1:
        std::fill_n(at, run, chance() % 2 == 0 ? 0xFF : 0);
        break;
      case 2:
        bytes.erase(at, at + run);
        break;
      case 3: {
        const Octets again{at, at + run};
        bytes.insert(at, again.begin(), again.end());
        break;
      }
      default: {
        const auto from = other.begin() + below(other.size());
        std::copy_n(from, std::min<std::ptrdiff_t>(run, other.end() - from), at);
      }
    }
  }
  return bytes;
}

/// In memory of just its size, so that the sanitizers see a byte read past its end.
void play(const Octets& bytes) {
  const Octets exact{bytes.begin(), bytes.end()};
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) try {
  int copies = 0;
  if (argc != 3 || std::from_chars(argv[2], argv[2] + std::string_view{argv[2]}.size(), copies).ec != std::errc{} || copies < 0)
    return std::fprintf(stderr, "usage: %s FOLDER COPIES: each file in FOLDER, and so many changed copies of each\n", argv[0]), 2;
  const auto all = seeds(argv[1]);
  if (all.empty()) return std::fprintf(stderr, "%s: no seeds\n", argv[1]), 2;
  std::mt19937_64 chance{1};
  for (const Octets& seed : all) {
    play(seed);
    for (int copy = 0; copy < copies; ++copy) play(changed(seed, all[chance() % all.size()], chance));
  }
  std::printf("%zu inputs\n", all.size() * (1 + static_cast<std::size_t>(copies)));
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s: %s\n", argv[0], error.what()), 1;
}
