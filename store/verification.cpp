#include "store/verification.hpp"

#include <filesystem>
#include <utility>

#include "store/migration.hpp"
#include "store/reader/stages.hpp"

namespace holdup::store {

Verification::Verification(std::unique_ptr<Stages> stages) : stages_{std::move(stages)} {}
Verification::Verification(Verification&&) noexcept = default;
Verification::~Verification() = default;

ground::Result<Verification> Verification::open(const std::string& path) {
  auto file = open_for_reading(path);
  if (!file) return file.error();
  try {
    if (const auto owner = owner_of(**file); owner && *owner == Owner::older && !has_format_2_tables(**file))
      return ground::Failure{ground::FailureKind::refused,
                             path + " has an older format: `holdup run` brings it to this one when it opens it, then it can be verified"};
    return Verification{std::make_unique<Stages>(std::move(*file))};
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

bool Verification::step() { return stages_->step(); }
const std::vector<Flaw>& Verification::flaws() const { return stages_->flaws; }
const Verification::Counts& Verification::counts() const { return stages_->counts; }
std::string Verification::stage() const { return stages_->name(); }

}  // namespace holdup::store
