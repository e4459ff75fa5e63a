#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <set>

#include "catch.hpp"
#include "drivers/modbus/interview.hpp"
#include "drivers/modbus/recording.hpp"
#include "drivers/profile/files/profile_files.hpp"
#include "ground/clock/clock.hpp"
#include "wire/run_loop.hpp"

// Which shipped profile a device is taken for: recorded ones, ones made of nothing but what a profile looks for, and nobody's.
using namespace holdup;
using namespace holdup::modbus;
using namespace std::chrono_literals;
using profile::Profile;

namespace {

using Registers = std::map<std::uint16_t, std::uint16_t>;

/// All shipped Modbus profiles.
class Shipped {
 public:
  Shipped() {
    ground::Problems problems;
    library_ = profile::load_folders({HOLDUP_SOURCE_DIR "/firmware-profiles"}, problems);
    REQUIRE(problems.ok());
    for (const auto& profile : library_.all())
      if (profile.protocol == profile::Protocol::modbus) all_.push_back(&profile);
  }
  [[nodiscard]] const std::vector<const Profile*>& all() const { return all_; }
  [[nodiscard]] const Profile& find(const std::string& name) const { return *library_.find(name); }
  /// The profile's name; empty for a device that is left unknown.
  [[nodiscard]] std::string known_as(const Registers& registers) const { return chosen(registers, all_); }
  /// Whether the profile would take the device, were it the only one that looks.
  [[nodiscard]] bool fits(const Profile& profile, const Registers& registers) const {
    static const Profile by_name_only{.name = "another", .protocol = profile::Protocol::modbus};
    return chosen(registers, {&profile, &by_name_only}) == profile.name;
  }

 private:
  static std::string chosen(const Registers& registers, const std::vector<const Profile*>& candidates) {
    RecordedAsker asker{{.registers = registers}};
    Interview interview{asker, 1, ground::clock::now() + 20s};
    boost::asio::io_context io;
    const auto profile = test::run(io, interview.choose(candidates));
    if (profile) return (*profile)->name;
    CHECK(profile.error().kind == ground::FailureKind::unsupported);
    return {};
  }

  profile::Library library_;
  std::vector<const Profile*> all_;
};

Registers recorded(const std::filesystem::path& file) {
  std::ifstream in{file};
  return parse_recording(std::string{std::istreambuf_iterator<char>{in}, {}}).registers;
}

/// The files; none, and a word for ctest, where they are not beside the repository.
std::vector<std::filesystem::path> recordings() {
  const std::filesystem::path folder{HOLDUP_SOURCE_DIR "/../shared/devices/modbus/dumps"};
  std::vector<std::filesystem::path> out;
  if (!std::filesystem::exists(folder)) return std::cout << "SKIP: " << folder << " is not here\n", out;
  for (const auto& file : std::filesystem::directory_iterator{folder})
    if (file.path().string().ends_with(".regs.txt")) out.push_back(file.path());
  return out;
}

void put_text(Registers& registers, const profile::RegisterSign& sign) {
  std::string text = sign.contains;
  text.resize(2u * sign.count, '\0');
  for (std::uint16_t i = 0; i < sign.count; ++i) {
    const auto first = static_cast<unsigned char>(text[2u * i]), second = static_cast<unsigned char>(text[2u * i + 1]);
    registers[static_cast<std::uint16_t>(sign.address + i)] = static_cast<std::uint16_t>(first << 8 | second);
  }
}

void put_number(Registers& registers, const profile::RegisterSign& sign, std::int64_t number) {
  for (std::uint16_t i = sign.count; i-- > 0; number >>= 16)
    registers[static_cast<std::uint16_t>(sign.address + i)] = static_cast<std::uint16_t>(number);
}

/// A device that has nothing but what one entry of a profile's identify looks for.
Registers made_of(const profile::Identify& identify) {
  Registers out;
  for (const auto& sign : identify.registers) sign.contains.empty() ? put_number(out, sign, sign.is.front()) : put_text(out, sign);
  return out;
}

bool by_registers(const profile::Identify& identify) {
  return !identify.registers.empty() && std::ranges::all_of(identify.registers, [](const auto& sign) { return sign.function <= 4; });
}

}  // namespace

TEST_CASE("a recorded device is known for what it is, and left unknown where it does not say") {
  const auto dumps = recordings();
  if (dumps.empty()) return;
  const Shipped shipped;
  std::size_t seen = 0;
  for (const auto& [begin, name] : std::map<std::string, std::string>{{"adam41", "advantech-adam4100"},
                                                                      {"schneider-iem", "schneider-iem3000"},
                                                                      {"schneider-pm53", "schneider-pm5000"},
                                                                      {"schneider-pm3200-1phase", ""},  // measurements alone
                                                                      {"sunspec", "sunspec"}})
    for (const auto& file : dumps) {
      const auto called = file.filename().string();
      if (!called.starts_with(begin)) continue;
      CAPTURE(called);
      ++seen;
      CHECK(shipped.known_as(recorded(file)) == name);
    }
  CHECK(seen >= 11);
}

TEST_CASE("no profile would take another maker's recorded device") {
  const auto dumps = recordings();
  if (dumps.empty()) return;
  const Shipped shipped;
  for (const auto& file : dumps) {
    const auto registers = recorded(file);
    const auto known = shipped.known_as(registers);
    for (const Profile* profile : shipped.all()) {
      CAPTURE(file.filename().string(), profile->name);
      if (!shipped.fits(*profile, registers)) continue;
      CHECK_FALSE(known.empty());
      CHECK(profile->vendor == shipped.find(known).vendor);
    }
  }
}

TEST_CASE("a device that has what a profile looks for is taken for it, and for none of another maker") {
  const Shipped shipped;
  std::set<std::string> tried;
  for (const Profile* profile : shipped.all())
    for (const auto& identify : profile->identify) {
      if (!by_registers(identify)) continue;
      CAPTURE(profile->name, identify.registers.front().address);
      const auto registers = made_of(identify);
      CHECK(shipped.known_as(registers) == profile->name);
      for (const Profile* other : shipped.all())
        if (other->vendor != profile->vendor) CHECK_FALSE(shipped.fits(*other, registers));
      tried.insert(profile->name);
    }
  CHECK(tried.size() >= 8);
}

TEST_CASE("a chain of models is found at each of its places") {
  const Shipped shipped;
  for (const std::uint16_t start : shipped.find("sunspec").sunspec) {
    CAPTURE(start);
    const auto at = [start](unsigned offset) { return static_cast<std::uint16_t>(start + offset); };
    Registers registers{{at(0), 0x5375}, {at(1), 0x6E53}, {at(2), 103}, {at(3), 2}, {at(4), 1}, {at(5), 1}, {at(6), 0xFFFF}, {at(7), 0}};
    CHECK(shipped.known_as(registers) == "sunspec");
    registers[at(1)] = 0x6E54;
    CHECK(shipped.known_as(registers).empty());
  }
}

TEST_CASE("registers of nobody are nobody's") {
  const Shipped shipped;
  const auto filled = [](const auto& content) {
    Registers out;
    for (std::uint32_t at = 0; at < 65536; ++at) out[static_cast<std::uint16_t>(at)] = static_cast<std::uint16_t>(content(at));
    return out;
  };
  CHECK(shipped.known_as({}).empty());
  CHECK(shipped.known_as(filled([](std::uint32_t) { return 0u; })).empty());
  CHECK(shipped.known_as(filled([](std::uint32_t) { return 0xFFFFu; })).empty());
  CHECK(shipped.known_as(filled([](std::uint32_t) { return 0x8000u; })).empty());
  CHECK(shipped.known_as(filled([](std::uint32_t) { return 0x2020u; })).empty());
  CHECK(shipped.known_as(filled([](std::uint32_t at) { return at; })).empty());
  CHECK(shipped.known_as(filled([](std::uint32_t at) { return at + 1; })).empty());
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    std::mt19937 chance{seed};
    CHECK(shipped.known_as(filled([&](std::uint32_t) { return chance(); })).empty());
  }
}

TEST_CASE("a meter of a map that is taken by name stays unknown, whatever it measures") {
  const Shipped shipped;
  for (const Profile* profile : shipped.all()) {
    if (!profile->identify.empty() || !profile->sunspec.empty()) continue;
    CAPTURE(profile->name);
    std::mt19937 chance{7};
    Registers registers;
    for (const auto& field : profile->registers)
      for (std::uint16_t i = 0; i < width(field); ++i)
        registers[static_cast<std::uint16_t>(field.address + i)] = static_cast<std::uint16_t>(chance() % 2 ? chance() % 4000 : chance());
    CHECK(shipped.known_as(registers).empty());
  }
}
