#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>

#include "catch.hpp"
#include "drivers/profile/files/profile_files.hpp"

using namespace holdup;

TEST_CASE("every shipped profile loads without a remark") {
  ground::Problems problems;
  const auto library = profile::load_folders({HOLDUP_SOURCE_DIR "/firmware-profiles"}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  CHECK(problems.all().empty());
  for (const auto* name : {"apc-rpdu2", "raritan-px", "rfc1628-ups", "orv3-psu", "sunspec"}) CHECK(library.find(name) != nullptr);
}

namespace {

/// Of registers that are always there, those that would be one series with another: such a pair is one point and a spare.
std::vector<std::string> told_twice(const std::vector<profile::Register>& registers) {
  std::set<std::tuple<std::string, std::string, std::string, std::string>> series;
  std::vector<std::string> out;
  for (const auto& field : registers)
    if (field.where.empty() && !series.emplace(field.rule.metric, field.rule.part, field.index, field.name).second)
      out.push_back(field.rule.metric + " " + field.rule.part + " " + field.index + " " + field.name + " at " +
                    std::to_string(field.address));
  return out;
}

}  // namespace

TEST_CASE("no shipped register map hides one value behind another of the same labels") {
  ground::Problems problems;
  const auto library = profile::load_folders({HOLDUP_SOURCE_DIR "/firmware-profiles"}, problems);
  for (const auto& profile : library.all()) {
    CAPTURE(profile.name);
    CHECK(told_twice(profile.registers) == std::vector<std::string>{});
    for (const auto& model : profile.models) {
      CHECK(told_twice(model.points) == std::vector<std::string>{});
      CHECK(told_twice(model.repeated) == std::vector<std::string>{});
    }
  }
}

TEST_CASE("a folder without profiles is a problem that names it") {
  ground::Problems problems;
  CHECK(profile::load_folders({"/nonexistent"}, problems).all().empty());
  REQUIRE(problems.all().size() == 1);
  CHECK(problems.all()[0].file == "/nonexistent");
}

TEST_CASE("a FIFO, an endless device, a folder and a link to nowhere among the profiles are refused unread") {
  const auto folder = std::filesystem::temp_directory_path() / ("holdup-profiles-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  REQUIRE(::mkfifo((folder / "fifo.yaml").c_str(), 0600) == 0);
  std::filesystem::create_directory(folder / "folder.yaml");
  std::filesystem::create_symlink("/dev/zero", folder / "zero.yaml");
  std::filesystem::create_symlink("nowhere", folder / "nowhere.yaml");
  std::ofstream{folder / "large.yaml"} << std::string((1 << 20) + 1, ' ');
  ground::Problems problems;
  CHECK(profile::load_folders({folder.string()}, problems).all().empty());
  std::string said;
  for (const auto& problem : problems.all()) said += std::filesystem::path{problem.file}.filename().string() + ": " + problem.what + "\n";
  CHECK(said ==
        "fifo.yaml: cannot be read\nfolder.yaml: cannot be read\nlarge.yaml: larger than 1 MiB\nnowhere.yaml: cannot be read\n"
        "zero.yaml: cannot be read\n");
  std::filesystem::remove_all(folder);
}
