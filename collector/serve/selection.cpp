#include "collector/serve/selection.hpp"

#include <string_view>
#include <utility>

namespace holdup::serve {

ground::Result<std::vector<Selected>> select(store::Reader& reader, const rules::Selector& selector) {
  std::string_view name;
  std::vector<record::Label> exact;
  for (const auto& matcher : selector.matchers) {
    if (matcher.kind() != rules::MatchKind::equal || matcher.value().empty()) continue;
    if (matcher.name() == rules::metric_name)
      name = matcher.value();
    else
      exact.emplace_back(matcher.name(), matcher.value());
  }
  auto all = reader.series(name, exact);
  if (!all) return all.error();
  std::vector<Selected> out;
  for (auto& stored : *all) {
    stored.series.labels.emplace_back(rules::metric_name, std::move(stored.series.name));
    rules::Labels labels{std::move(stored.series.labels)};
    if (rules::selects(selector.matchers, labels)) out.push_back({stored.row, std::move(labels)});
  }
  return out;
}

}  // namespace holdup::serve
