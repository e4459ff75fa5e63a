#include "collector/rules/template.hpp"

#include <limits>
#include <string>

#include "catch.hpp"
#include "collector/rules/render_number.hpp"

using namespace holdup;
using namespace holdup::rules;

namespace {

Surroundings around() {
  return {.external_labels = Labels{{{"site", "s1"}}},
          .external_url = "http://h:9870/base/?x",
          .query = [](const std::string& expression) -> ground::Result<SampledList> {
            if (expression == "bad") return ground::Failure{ground::FailureKind::malformed, "no such query"};
            if (expression == "none") return SampledList{};
            return SampledList{{Labels{{{"i", "b"}, {"n", expression}}}, 2.5}, {Labels{{{"i", "a"}, {"n", expression}}}, 1}};
          }};
}

std::string expanded(std::string_view text, double value = 1) {
  const auto made = Template::parse(text);
  if (!made) return made.error().what;
  const auto out = made->expand(Labels{{{"supply", "psu1"}, {"rack", "r12"}}}, value, around());
  return out ? *out : "error: " + out.error().what;
}

}  // namespace

TEST_CASE("templates print labels and values") {
  CHECK(expanded("plain { text }") == "plain { text }");
  CHECK(expanded("{{ $labels.supply }}/{{$labels.rack}} at {{ $value }}", 4.9) == "psu1/r12 at 4.9");
  CHECK(expanded("{{ .Labels.supply }} {{ .Value }} {{ $.Value }}", 230) == "psu1 230 230");
  CHECK(expanded("[{{ $labels.missing }}]") == "[]");
  CHECK(expanded("{{ $labels }}") == "map[rack:r12 supply:psu1]");
  CHECK(expanded("{{ $externalLabels.site }} {{ .ExternalLabels.site }} {{ $externalURL }} {{ externalURL }} {{ pathPrefix }}") ==
        "s1 s1 http://h:9870/base/?x http://h:9870/base/?x /base/");
}

TEST_CASE("a label's value is never read as a template") {
  const auto made = Template::parse("{{ $labels.name }}");
  REQUIRE(made);
  CHECK(*made->expand(Labels{{{"name", "{{ $value }}"}}}, 7, {}) == "{{ $value }}");
}

TEST_CASE("templates choose and repeat") {
  const std::string size = "{{ if gt $value 10.0 }}large{{ else if gt $value 5.0 }}middle{{ else }}small{{ end }}";
  CHECK(expanded(size, 11) == "large");
  CHECK(expanded(size, 6) == "middle");
  CHECK(expanded(size, 5) == "small");
  CHECK(expanded("{{ with $labels.supply }}of {{ . }}{{ else }}of nothing{{ end }}") == "of psu1");
  CHECK(expanded("{{ with $labels.feed }}of {{ . }}{{ else }}of nothing{{ end }}") == "of nothing");
  CHECK(expanded("{{ with $labels.feed }}x{{ else with $labels.rack }}{{ . }}{{ end }}") == "r12");
  CHECK(expanded("{{ range query \"up\" }}{{ .Labels.i }}={{ .Value }} {{ end }}") == "b=2.5 a=1 ");
  CHECK(expanded("{{ range $i, $e := query \"up\" }}{{ $i }}{{ $e.Labels.i }}{{ end }}") == "0b1a");
  CHECK(expanded("{{ range $name, $text := $labels }}{{ $name }}:{{ $text }};{{ end }}") == "rack:r12;supply:psu1;");
  CHECK(expanded("{{ range query \"none\" }}x{{ else }}nobody{{ end }}") == "nobody");
  CHECK(expanded("{{ range query \"up\" }}{{ if eq .Value 1.0 }}{{ continue }}{{ end }}{{ .Value }}{{ end }}") == "2.5");
  CHECK(expanded("{{ range query \"up\" }}{{ .Value }}{{ break }}{{ end }}") == "2.5");
  CHECK(expanded("{{ range 3 }}{{ . }}{{ end }}") == "012");
  CHECK(expanded("{{ define \"one\" }}<{{ .arg0 }}{{ .arg1 }}>{{ end }}{{ template \"one\" (args $value \"W\") }}", 3) == "<3W>");
}

TEST_CASE("templates have variables, pipelines, comments and trimmed space") {
  CHECK(expanded("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ $y }}{{ end }}{{ $x }}") == "32");
  CHECK(expanded("{{ $s := query \"up\" | first }}{{ $s.Value }} {{ $s | label \"i\" }} {{ ($s).Labels.n }}") == "2.5 b up");
  CHECK(expanded("{{ (query \"up\" | first).Labels.i | toUpper | printf \"%s%s\" \"x\" }}") == "xB");
  CHECK(expanded("a {{- /* said to nobody */ -}} b {{- $value -}} c") == "ab1c");
  CHECK(expanded("{{/* nothing */}}x{{ \"{{\" }}{{ `}` }}{{ '\\n' }}{{ 0x10 }}{{ 1e3 }}{{ -2.5 }}") ==
        "x{{}1016" + std::string{"1000-2.5"});
  CHECK(expanded("{{ and $labels.supply \"\" \"x\" }}|{{ or \"\" $labels.supply }}|{{ not 0 }}|{{ and 1 2 }}") == "|psu1|true|2");
  CHECK(expanded("{{ index $labels \"supply\" }} {{ len $labels.supply }} {{ len (query \"up\") }} {{ (index (query \"up\") 1).Value }}") ==
        "psu1 4 2 1");
  CHECK(expanded("{{ slice $labels.supply 1 3 }} {{ print 1 2 \"x\" 3 }} {{ println 1 \"x\" }}") == "su 1 2x3 1 x\n");
  CHECK(expanded("{{ eq 1 2 1 }} {{ ne \"a\" \"b\" }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt 2.5 2.0 }} {{ ge \"b\" \"a\" }}") ==
        "true true true true true true");
}

TEST_CASE("numbers look as Prometheus prints them") {
  CHECK(expanded("{{ $value | humanize }}B {{ humanize $value }}", 1234.5) == "1.234kB 1.234k");
  CHECK(expanded("{{ $value | humanize }}", 0.0123) == "12.3m");
  CHECK(expanded("{{ humanize1024 $value }} {{ humanize1024 1.0 }}", 1536) == "1.5ki 1");
  CHECK(expanded("{{ humanizePercentage $value }}", 0.12345) == "12.35%");
  CHECK(expanded("{{ humanizeDuration $value }}", 93784.5) == "1d 2h 3m 4s");
  CHECK(expanded("{{ humanizeDuration $value }}", -59.5) == "-59.5s");
  CHECK(expanded("{{ humanizeDuration $value }}", 3600) == "1h 0m 0s");
  CHECK(expanded("{{ humanizeDuration \"0.001\" }} {{ humanizeDuration 0 }}") == "1ms 0s");
  CHECK(expanded("{{ humanizeTimestamp $value }}", 1435065584.128) == "2015-06-23 13:19:44.128 +0000 UTC");
  CHECK(expanded("{{ $value | toTime }} {{ toDuration 3661.5 }}", 60) == "1970-01-01 00:01:00 +0000 UTC 1h1m1.5s");
  CHECK(expanded("{{ parseDuration \"1h30m\" }}") == "5400");
  CHECK(expanded("{{ $value }} {{ humanize $value }}", std::numeric_limits<double>::infinity()) == "+Inf +Inf");
  CHECK(plain_number(100000) == "100000");
  CHECK(plain_number(1234567) == "1.234567e+06");
  CHECK(plain_number(0.0001) == "0.0001");
  CHECK(plain_number(0.00001) == "1e-05");
  CHECK(humanized(0) == "0");
  CHECK(humanized(999) == "999");
  CHECK(humanized(-2.5e6) == "-2.5M");
  CHECK(humanized(std::numeric_limits<double>::quiet_NaN()) == "NaN");
  CHECK(humanized_binary(1023) == "1023");
  CHECK(humanized_binary(std::numeric_limits<double>::max()).ends_with("Yi"));
  CHECK(humanized_duration(1e300).starts_with("10648148148"));
  CHECK(formatted(std::numeric_limits<double>::max(), {.verb = 'f', .precision = 30}).size() == 340);
}

TEST_CASE("texts are taken apart as Prometheus does it") {
  CHECK(expanded("{{ title \"one two_three 4x it's\" }} {{ toUpper \"aé\" }} {{ toLower \"BÉ\" }}") == "One Two_three 4x It'S AÉ bé");
  CHECK(expanded("{{ match \"^p.u\" $labels.supply }} {{ match \"x\" $labels.supply }}") == "true false");
  CHECK(expanded("{{ reReplaceAll \"(.)u\" \"<$1>\" \"su-pu\" }} {{ reReplaceAll \"x*\" \"-\" \"abxc\" }}") == "<s>-<p> -a-b-c-");
  CHECK(expanded("{{ stripPort \"a:1\" }} {{ stripPort \"[::1]:2\" }} {{ stripPort \"a\" }}") == "a ::1 a");
  CHECK(expanded("{{ stripDomain \"a.b:1\" }} {{ stripDomain \"a.b\" }} {{ stripDomain \"10.0.0.1:1\" }}") == "a:1 a 10.0.0.1:1");
  CHECK(expanded("{{ graphLink \"up > 1\" }} {{ tableLink \"up\" }}") == "/graph?g0.expr=up+%3E+1&g0.tab=0 /graph?g0.expr=up&g0.tab=1");
  CHECK(expanded("{{ range sortByLabel \"i\" (query \"up\") }}{{ label \"i\" . }}{{ value . }}{{ end }}") == "a1b2.5");
  CHECK(expanded("[{{ query \"up\" | first | strvalue }}] {{ html \"<a>\" }} {{ urlquery \"a b\" }} {{ safeHtml \"<b>\" }}") ==
        "[] &lt;a&gt; a+b <b>");
}

TEST_CASE("printf prints as Go does, its complaints too") {
  CHECK(expanded("{{ printf \"%.2f\" $value }} {{ $value | printf \"%.0f %%\" }}", 99.456) == "99.46 99 %");
  CHECK(expanded("{{ printf \"%8.1f|%-8.1f|%08.1f|%+.1f|%e|%g|%v\" 2.5 2.5 -2.5 2.5 0.5 0.5 1e6 }}") ==
        "     2.5|2.5     |-00002.5|+2.5|5.000000e-01|0.5|1e+06");
  CHECK(expanded("{{ printf \"%d|%5d|%05d|%x|%X|%#x|%o|%b|%c|%v\" 42 42 -42 255 255 255 8 5 65 7 }}") ==
        "42|   42|-0042|ff|FF|0xff|10|101|A|7");
  CHECK(expanded("{{ printf \"%s|%q|%5s|%-5s|%.2s|%x|%T\" \"a\" \"b\\\"\" \"c\" \"d\" \"efg\" \"hi\" 1.0 }}") ==
        "a|\"b\\\"\"|    c|d    |ef|6869|float64");
  CHECK(expanded("{{ printf \"%t %v %s\" true $labels $labels }}") == "true map[rack:r12 supply:psu1] map[rack:r12 supply:psu1]");
  CHECK(expanded("{{ printf \"%d\" $value }}", 2.5) == "%!d(float64=2.5)");
  CHECK(expanded("{{ printf \"%s\" $value }}", 2.5) == "%!s(float64=2.5)");
  CHECK(expanded("{{ printf \"%f\" 5 }}") == "%!f(int=5)");
  CHECK(expanded("{{ printf \"%d %d\" 5 }}") == "5 %!d(MISSING)");
  CHECK(expanded("{{ printf \"x\" 5 \"y\" }}") == "x%!(EXTRA int=5, string=y)");
  CHECK(expanded("{{ printf \"5%\" }}") == "5%!(NOVERB)");
}

TEST_CASE("what is not known is refused with its place") {
  CHECK(expanded("a\n{{ nosuch $value }}") == "not supported in a template: the function 'nosuch' (line 2, column 4)");
  CHECK(expanded("{{ $nosuch }}") == "undefined variable '$nosuch' (line 1, column 4)");
  CHECK(expanded("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}") == "undefined variable '$x' (line 1, column 39)");
  CHECK(expanded("{{}}") == "a value is expected (line 1, column 3)");
  CHECK(expanded("{{ $value") == "'{{' has no '}}' (line 1, column 1)");
  CHECK(expanded("{{ printf \"%f $value }}") == "a quote stays open (line 1, column 11)");
  CHECK(expanded("{{ if true }}x") == "'if' has no '{{end}}' (line 1, column 4)");
  CHECK(expanded("x{{ end }}") == "'{{end}}' without an 'if', 'with' or 'range' (line 1, column 2)");
  CHECK(expanded("{{ block \"x\" . }}{{ end }}") == "not supported in a template: block (line 1, column 4)");
  CHECK(expanded("{{ humanize }}") == "too few arguments for humanize (line 1, column 4)");
  CHECK(expanded("{{ print value }}") == "too few arguments for value (line 1, column 10)");
  CHECK(expanded("{{ print externalURL }}") == "http://h:9870/base/?x");
  CHECK(expanded("{{ externalURL 1 }}") == "too many arguments for externalURL (line 1, column 4)");
  CHECK(expanded("{{ $value | 5 }}") == "a function is expected here, what follows are its arguments (line 1, column 13)");
  CHECK(expanded("{{ ! }}") == "unexpected '!' (line 1, column 4)");
  CHECK(expanded("{{ break }}") == "'break' outside of a 'range' (line 1, column 4)");
  CHECK(expanded(std::string(20'000, 'x')) == "a template is longer than 16 KiB");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{{ if true }}";
  CHECK(expanded(deep).starts_with("nested deeper than 32"));
  CHECK(expanded("{{ " + std::string(100, '(') + "1 }}").starts_with("nested deeper than 32"));
}

TEST_CASE("what goes wrong while a template is expanded is told in its place") {
  CHECK(expanded("{{ gt $value 5 }}") ==
        "error: error calling gt: incompatible types for comparison: float64 and int; write a number with a point, as 5.0");
  CHECK(expanded("{{ query \"none\" | first }}") == "error: error calling first: first() called on vector with no elements");
  CHECK(expanded("{{ query \"bad\" }}") == "error: error calling query: no such query");
  CHECK(expanded("{{ .Foo }}") == "error: can't evaluate field Foo in type alert");
  CHECK(expanded("{{ toUpper $value }}") == "error: error calling toUpper: wrong type for value; expected string; got float64");
  CHECK(expanded("{{ humanize \"x\" }}") == "error: error calling humanize: parsing \"x\": invalid syntax");
  CHECK(expanded("{{ reReplaceAll \"(\" \"\" \"\" }}").starts_with("error: error calling reReplaceAll: bad regular expression: "));
  CHECK(expanded("{{ index (query \"up\") 7 }}") == "error: error calling index: index out of range: 7");
  CHECK(expanded("{{ template \"x\" }}") == "error: template \"x\" not defined");
  const auto made = Template::parse("{{ query \"bad\" }}");
  REQUIRE(made);
  CHECK(made->text_for({}, 1, around()) == "<error expanding template: error calling query: no such query>");
}

TEST_CASE("a template that loops or grows ends in an error") {
  CHECK(expanded("{{ range 1000000000 }}{{ range 1000000000 }}x{{ end }}{{ end }}") == "error: it takes more than 20000 steps");
  CHECK(expanded("{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}") ==
        "error: templates insert each other deeper than 32");
  CHECK(expanded("{{ $x := \"0123456789\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}") ==
        "error: a text in it is longer than 64 KiB");
  CHECK(expanded("{{ $x := printf \"%1000s\" \"\" }}{{ range 100 }}{{ $x }}{{ end }}") == "error: its text is longer than 64 KiB");
  CHECK(expanded("{{ $x := printf \"%60000s\" \"\" }}{{ len $x }}") == "1000");
  CHECK(expanded("{{ reReplaceAll \".\" \"" + std::string(1000, 'y') + "\" (printf \"%500s\" \"\") }}") ==
        "error: a text in it is longer than 64 KiB");
  CHECK(expanded("{{ range 100 }}{{ $x := query \"up\" }}{{ end }}") == "error: error calling query: it asks more than 32 queries");
}
