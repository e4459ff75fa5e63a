#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/core/asked.hpp"
#include "collector/incident/ledger.hpp"
#include "store/record/audit.hpp"

// Takes what people ask: checks it, refuses it while hands are off, words the notice and the audit record of it. Pure; the core's own.
namespace holdup::core {

class Clerk {
 public:
  struct Handled {
    Answer answer;
    std::optional<incident::Note> notice;     // to be told
    std::optional<ground::Element> attested;  // it is gone from the site: what was open on it ends by this word
    std::string attested_by = {};
    record::Audit audit;
  };
  [[nodiscard]] static Handled handle(const Asked& asked, const incident::Ledger& ledger, incident::Moment moment);
};

}  // namespace holdup::core
