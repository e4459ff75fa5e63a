#include "collector/derive/margin.hpp"

#include <algorithm>

namespace holdup::derive {

std::optional<double> Margin::watts_after(Index supply) const {
  const Index load = site_.supplies[supply].load;
  const auto own = carried_.power(supply, Carried::At::output);
  double most = 0;
  bool known = own.has_value();
  const auto lose = [&](const Without& without) {
    if (!known || !ways_.lives(supply, without)) return;
    const auto taken = carried_.taken_by(supply, carried_.freed(load, without, Carried::At::output));
    known = taken.has_value();
    if (taken) most = std::max(most, *taken);
  };
  for (const Index partner : site_.loads[load].supplies)
    if (partner != supply) lose({.feed = {}, .supply = partner});
  for (const Index feed : ways_.feeds_of_load(load)) lose({.feed = feed, .supply = {}});
  return known ? std::optional{*own + most} : std::nullopt;
}

std::optional<double> Margin::of(Index supply) const {
  if (!ways_.lives(supply)) return std::nullopt;
  const auto pdu = site_.supplies[supply].pdu;
  const auto ats = pdu ? site_.devices[*pdu].ats : std::nullopt;
  const auto transfer = ats ? site_.atses[*ats].transfer_time : std::optional<site::Duration>{0};
  const auto watts = transfer ? watts_after(supply) : std::nullopt;
  const auto holds = watts ? site::holdup_at(site_.supplies[supply], *watts) : std::nullopt;
  return holds ? std::optional{ground::seconds(*holds - *transfer)} : std::nullopt;
}

}  // namespace holdup::derive
