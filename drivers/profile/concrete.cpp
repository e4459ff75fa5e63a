#include "drivers/profile/profile.hpp"

namespace holdup::profile {
namespace {

/// Writes the arc into every OID that is handed to it.
struct Arc {
  const Oid any;
  const std::uint32_t arc;

  void in(Oid& oid) const {
    const auto place = any.size();
    if (oid.size() <= place || oid.parts()[place] != any_arc || !oid.under(any)) return;
    std::vector<std::uint32_t> parts{oid.parts().begin(), oid.parts().end()};
    parts[place] = arc;
    oid = Oid{std::move(parts)};
  }
  void in(std::vector<Condition>& conditions) const {
    for (Condition& condition : conditions) in(condition.column);
  }
  void in(TextSources& sources) const {
    for (TextSource& source : sources) {
      in(source.oid), in(source.by), in(source.where);
      for (Oid& cell : source.cells) in(cell);
    }
  }
  void in(Scaling& scaling) const {
    for (Oid* oid : {&scaling.digits, &scaling.exponent, &scaling.scale, &scaling.times, &scaling.unit}) in(*oid);
  }
  void in(Scalar& scalar) const { in(scalar.oid), in(scalar.scaling), in(scalar.index), in(scalar.name); }
  void in(Column& column) const { in(column.oid), in(column.name), in(column.where), in(column.scaling); }
  void in(Plate& plate) const { in(plate.index), in(plate.serial), in(plate.model), in(plate.firmware), in(plate.where); }
  void in(Table& table) const {
    in(table.where), in(table.index), in(table.name), in(table.unit);
    if (table.available) in(table.available->column);
    for (Column& column : table.columns) in(column);
  }
};

}  // namespace

Profile concrete(Profile profile, std::uint32_t arc) {
  const Arc write{.any = profile.any, .arc = arc};
  for (TextSources* texts : {&profile.vendor_text, &profile.model, &profile.firmware, &profile.serial}) write.in(*texts);
  for (Identify& identify : profile.identify)
    for (Oid& oid : identify.answers) write.in(oid);
  for (Scalar& scalar : profile.scalars) write.in(scalar);
  for (Table& table : profile.tables) write.in(table);
  for (Plate& plate : profile.parts) write.in(plate);
  return profile;
}

}  // namespace holdup::profile
