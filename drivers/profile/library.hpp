#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drivers/profile/profile.hpp"
#include "ground/problem.hpp"
#include "ground/yaml/node.hpp"

// All firmware profiles, read once; the drivers pick from it by what a device says of itself, the site file by name. Pure: the files'
// texts are handed in (drivers/profile_files reads them).
namespace holdup::profile {

struct File {
  std::string name;  // as problems shall show it
  std::string text;
  int layer = 0;  // 0: shipped; a profile of a higher layer takes the place of the one of its name
};

struct Seen {
  Oid object_id;            // sysObjectID; empty when not told
  std::string description;  // sysDescr
};

/// A profile that fits what was seen so far, by this entry of its identify list, whose `answers`, `model` and firmware are still open.
struct Candidate {
  const Profile* profile;
  const Identify* identify;
};

/// True when the model and the firmware fit the entry.
[[nodiscard]] bool fits(const Identify& identify, std::string_view model, std::string_view firmware);

class Library {
 public:
  /// Every problem of every file at once; a file with an error gives no profile.
  [[nodiscard]] static Library load(const std::vector<File>& files, ground::Problems& problems);

  [[nodiscard]] const Profile* find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] const std::vector<Profile>& all() const { return profiles_; }
  /// SNMP profiles that fit what was seen, best first: the longest sysObjectID, then the deepest tree that has to answer; standard MIBs
  /// behind all vendors. A device is read through all of them that prove right.
  [[nodiscard]] std::vector<Candidate> candidates(const Seen& seen) const;
  /// Name of the enterprise that owns a sysObjectID, from vendors.yaml; empty when unknown.
  [[nodiscard]] std::string vendor(const Oid& object_id) const;

 private:
  struct Enterprise {
    std::uint32_t number;
    std::string name;
  };
  void take_vendors(const File& file, const ground::yaml::Node& enterprises, ground::Problems& problems);
  void take_profile(const File& file, Profile profile, ground::Problems& problems);

  std::vector<Profile> profiles_;
  std::vector<int> layers_;  // of the profiles, while they are loaded
  std::vector<Enterprise> enterprises_;
};

}  // namespace holdup::profile
