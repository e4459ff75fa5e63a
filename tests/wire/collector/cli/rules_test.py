#!/usr/bin/env python3
"""`rules check` and `rules test` beside the release's own promtool: `rules_test.py fixtures|templates|own|pack BIN`.

fixtures: every file of promtool's own that is here; templates: texts that both expand alike; own: what the verbs say by themselves;
pack: the pre-failure pack and its unit tests."""
import json, os, pathlib, re, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
FIXTURES = ROOT.parent / "shared" / "promql" / "promtool"
BINARIES = pathlib.Path(sys.argv[2])


def holdup(*arguments):
    done = subprocess.run([BINARIES / "holdup", "rules", *arguments], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def promtool():
    found = subprocess.run([ROOT / "tests" / "peers", "prometheus"], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return pathlib.Path(found.stdout.strip()) / "usr" / "bin" / "promtool"


def said_by(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def outcomes(path):
    code, out, err = holdup("test", "--json", str(path))
    return code, [json.loads(line) for line in out.splitlines()], err


def failed_by_promtool(text):
    alerts = {f"alert {name} at {at}" for name, at in re.findall(r"alertname: (\S+), time: (\w+),", text)}
    return alerts | {f"expr {json.loads(expr)} at {at}" for expr, at in re.findall(r'expr: (".*?"), time: (\w+),', text)}


def fixtures():
    if not FIXTURES.is_dir():
        print(f"SKIP: {FIXTURES} is not here")
        return
    program, compared = promtool(), 0
    for path in sorted(FIXTURES.iterdir()):
        is_test = "\ntests:" in path.read_text()
        code, text = said_by(program, *(["test", "rules"] if is_test else ["check", "rules"]), str(path))
        if is_test and "yaml: unmarshal errors" in text:
            unread(path)
        elif is_test:
            own, said, err = outcomes(path)
            failed = {one["check"] for one in said if one["outcome"] != "passed"}
            assert (own, failed) == (code, failed_by_promtool(text)), f"{path.name}: {own} {failed} {err}; promtool: {code} {text}"
            compared += 1
        else:
            own, out, err = holdup("check", str(path))
            refused = code == 0 and "not supported: " in err  # of a rack's rules, by name
            assert refused or own == code, f"{path.name}: {own} {out}{err}; promtool: {code} {text}"
            compared += 1
    print(f"{compared} files as promtool has them")


def unread(path):
    """What only a newer promtool reads: all of it passes but what is of native histograms."""
    code, said, err = outcomes(path)
    bad = [one for one in said if one["outcome"] == "failed" or (one["outcome"] == "refused" and "native histograms" not in one["what"])]
    assert said and not bad, f"{path.name}: {bad} {err}"
    assert (code == 1) == any(one["outcome"] == "refused" for one in said)


TEXTS = [
    "{{ $value }}", "{{ $labels }}", "{{ $labels.instance }}", "{{ .Labels.job }} {{ .Value }}", "{{ $labels.nosuch }}|",
    "{{ humanize $value }} {{ $value | humanize1024 }} {{ humanizePercentage 0.123456 }} {{ humanizeDuration $value }}",
    "{{ humanizeDuration 0.0123 }} {{ humanizeDuration -59.97 }} {{ humanizeDuration 7200 }} {{ humanizeDuration 90061.5 }} {{ humanizeDuration 0 }}",
    "{{ humanize 0 }} {{ humanize 999.95 }} {{ humanize 1e30 }} {{ humanize -0.00001 }} {{ humanize \"1234567\" }}",
    "{{ humanize1024 1048576.0 }} {{ humanize1024 -1 }} {{ humanize1024 1023.99 }}",
    "{{ humanizeTimestamp 1435065584.128 }} {{ humanizeTimestamp 0 }} {{ toTime 1.5 }} {{ humanizeTimestamp -1.5 }}",
    "{{ printf \"%.2f|%8.3f|%-8.1f|%08.2f|%+v|%e|%g|%G|%v\" $value $value 2.5 -2.5 1.5 0.5 1e21 1e-7 1e6 }}",
    "{{ printf \"%d|%5d|%-5d|%05d|%x|%X|%o|%b|%c|%q|%T\" 42 42 42 -42 255 255 8 5 65 \"a\\\"b\" 1.0 }}",
    "{{ printf \"%s|%10s|%-10s|%.3s|%x|%v|%t\" \"abc\" \"abc\" \"abc\" \"abcdef\" \"hi\" $labels true }}",
    "{{ printf \"%d %s %f\" 2.5 2.5 5 }} {{ printf \"%d\" }} {{ printf \"x\" 1 \"y\" }} {{ printf \"%\" }} {{ printf \"%5%|\" }}",
    "{{ printf \"%t %d\" 1 true }} {{ printf \"%s\" true }} {{ printf \"%s %d\" $labels $labels.job }}",
    "{{ if gt $value 5.0 }}a{{ else if eq $value 4.0 }}b{{ else }}c{{ end }}", "{{ if and true $labels.job }}x{{ end }}{{ if not $value }}y{{ end }}",
    "{{ with $labels.job }}{{ . }}{{ end }}{{ with $labels.nosuch }}x{{ else }}none{{ end }}",
    "{{ range query \"sort(a)\" }}{{ .Labels.instance }}={{ .Value }} {{ end }}", "{{ range $i, $e := query \"sort_desc(a)\" }}{{ $i }}:{{ $e.Value }};{{ end }}",
    "{{ range query \"nosuch\" }}x{{ else }}empty{{ end }}", "{{ query \"sort(a)\" | first | value }} {{ with query \"sort(a)\" | first }}{{ .Labels.instance | toUpper }}{{ end }}",
    "{{ range sortByLabel \"instance\" (query \"a\") }}{{ label \"instance\" . }} {{ end }}", "{{ query \"a\" | len }} {{ len $labels.job }} {{ len $labels }}",
    "{{ range $k, $v := $labels }}{{ $k }}={{ $v }} {{ end }}", "{{ $x := 1 }}{{ range query \"a\" }}{{ $x = 2 }}{{ end }}{{ $x }}",
    "a {{- /* no */ -}} b {{- \" c \" -}} d", "{{ index $labels \"job\" }} {{ slice \"abcdef\" 1 3 }} {{ print 1 2 \"x\" 3.5 }} {{ println 1 \"y\" }}|",
    "{{ eq 1 2 1 }} {{ ne \"a\" \"b\" }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt 2.5 2.0 }} {{ ge \"b\" \"a\" }} {{ or 0 \"\" \"z\" }} {{ and 1 0 2 }}",
    "{{ title \"one two_three 4x it's a.b c:d e-f g/h\" }} {{ toUpper \"aé\" }} {{ toLower \"BÉ\" }}",
    "{{ match \"^j.b\" $labels.job }} {{ reReplaceAll \"(.)o\" \"<$1>\" \"foo bob\" }} {{ reReplaceAll \"x*\" \"-\" \"abxc\" }} {{ reReplaceAll \"b(?P<n>.)\" \"${n}\" \"abcd\" }}",
    "{{ stripPort \"a:1\" }} {{ stripPort \"[::1]:2\" }} {{ stripPort \"a\" }} {{ stripPort \"a:b:c\" }} {{ stripDomain \"a.b.c:1\" }} {{ stripDomain \"a.b\" }} {{ stripDomain \"10.0.0.1:1\" }} {{ stripDomain \"[fe80::1]:1\" }}",
    "{{ graphLink \"up > 1\" }} {{ tableLink \"up{a=\\\"b\\\"}\" }} {{ parseDuration \"1h30m\" }}", "{{ $externalLabels.dc }} {{ .ExternalLabels }} {{ $externalURL }}",
    "{{ html \"<a & 'b'>\" }} {{ urlquery \"a b&c\" }} {{ safeHtml \"<b>\" }}", "{{ define \"t\" }}[{{ .arg0 }}{{ .arg1 }}]{{ end }}{{ template \"t\" (args 1 \"b\") }}",
    "{{ true }} {{ 0x10 }} {{ 1e3 }} {{ 'a' }} {{ -2.5 }} {{ `raw\\n` }} {{ \"q\\t\" }}", "{{ ($value | printf \"%.1f\" | printf \"<%s>\") }}",
    "{{ range $i, $e := query \"sort(a)\" }}{{ if $i }}, {{ end }}{{ $e.Labels.instance }}{{ end }}", "{{ 1e6 }} {{ 123456789.0 }} {{ 0.00001234 }} {{ 100000.0 }} {{ 1e20 }} {{ 1e21 }}",
]


def templates():
    program = promtool()
    with tempfile.TemporaryDirectory() as folder:
        rules, test = pathlib.Path(folder) / "rules.yml", pathlib.Path(folder) / "test.yml"
        alerts = [{"alert": f"T{i:03}", "expr": "a > 3", "annotations": {"text": text}} for i, text in enumerate(TEXTS)]
        rules.write_text(json.dumps({"groups": [{"name": "g", "rules": alerts}]}))
        expected = {}

        def write():
            checks = [{"eval_time": "1m", "alertname": one["alert"], "exp_alerts": [
                {"exp_labels": {"job": "job1", "instance": "h.example:9100"}, "exp_annotations": {"text": expected.get(one["alert"], "?")}}]} for one in alerts]
            series = [{"series": 'a{job="job1",instance="h.example:9100"}', "values": "4x5"}, {"series": 'a{job="job2",instance="b"}', "values": "1.5x5"}]
            test.write_text(json.dumps({"rule_files": ["rules.yml"], "tests": [
                {"input_series": series, "alert_rule_test": checks, "external_labels": {"dc": "d1"}, "external_url": "http://h:9090/base"}]}))

        write()
        _, text = said_by(program, "test", "rules", str(test))
        for name, got in re.findall(r"alertname: (T\d+), time.*?got:\[\s*0:\s*Labels:.*?\n\s*Annotations:\{text=(\".*?\")\}\s*\]", text, re.S):
            expected[name] = json.loads(got.replace("\\x00", "\\u0000"))
        assert len(expected) == len(alerts), f"promtool told {len(expected)} of {len(alerts)} texts: {text[:2000]}"
        write()
        assert said_by(program, "test", "rules", str(test))[0] == 0
        code, said, err = outcomes(test)
        for one in said:
            if one["outcome"] != "passed":
                print(TEXTS[int(one["check"].split()[1][1:])], "\n   ", one["what"])
        assert code == 0, err
    print(f"{len(TEXTS)} texts as promtool expands them")


def own():
    with tempfile.TemporaryDirectory() as folder:
        rules, test = pathlib.Path(folder) / "r.yml", pathlib.Path(folder) / "t.yml"
        rules.write_text("groups:\n- name: g\n  rules:\n  - {alert: a, expr: x >}\n  - {record: b, expr: b}\n- name: g\n")
        code, out, err = holdup("check", str(rules))
        assert code == 1 and out == "" and f"{rules}:4: groups[0].rules[0].expr: " in err and "(line 1, column 4)" in err, (code, out, err)
        assert f"{rules}:5: record b: it needs its own result" in err and "group 'g' stands twice" in err, err
        code, out, _ = holdup("check", "--json", str(rules))
        assert code == 1 and {json.loads(line)["line"] for line in out.splitlines()} == {4, 5, 6}, out
        assert holdup("check", str(rules.with_name("none.yml")))[0] == 1
        rules.write_text("groups:\n- name: g\n  rules:\n  - {alert: a, expr: x > 1, keep_firing_for: 2m}\n  - {record: b, expr: x * 2}\n")
        assert holdup("check", str(rules)) == (0, f"{rules}: 1 alerting rules, 1 recording rules\n", "")
        test.write_text("rule_files: ['r*.yml']\nfuzzy_compare: true\ntests:\n- name: n\n  start_timestamp: '2026-11-22T10:00:00Z'\n"
                        "  input_series: [{series: x, values: '1 2 1 1 1 1'}]\n"
                        "  alert_rule_test:\n"
                        "  - {eval_time: 0m, alertname: a}\n  - {eval_time: 1m, alertname: a, exp_alerts: [{}]}\n"
                        "  - {eval_time: 3m, alertname: a, exp_alerts: [{}]}\n  - {eval_time: 4m, alertname: a}\n"
                        "  promql_expr_test:\n  - {expr: time(), eval_time: 1m, exp_samples: [{value: 1795341660}]}\n"
                        "  - {expr: b * 0.15, eval_time: 2m, exp_samples: [{value: 0.3}]}\n"
                        "  - {expr: b, eval_time: 2m, exp_samples: [{labels: b, value: 3}]}\n")
        code, out, err = holdup("test", str(test))
        assert code == 1 and err == "", err
        assert out == f"{test}:15: n: expr b at 2m: expected b 3; got b 2\n{test}: 6 passed, 1 failed, 0 refused\n", out
        test.write_text("rule_files: [no.yml]\ntests:\n- interval: 1x\n  input_series: [{series: 'x{', values: '1'}]\n  what: 1\n")
        code, out, err = holdup("test", str(test))
        assert code == 1 and len(err.splitlines()) == 3 and all(line.startswith(f"{test}:") for line in err.splitlines()), err
    print("the verbs say what is wrong")


def pack():
    rules = sorted((ROOT / "collector" / "rules" / "pack").iterdir())
    tests = sorted((ROOT / "tests" / "unit" / "collector" / "rules" / "pack").iterdir())
    code, out, err = holdup("check", *map(str, rules))
    assert code == 0 and err == "", err
    program, passed = promtool(), 0
    said, text = said_by(program, "check", "rules", *map(str, rules))
    assert said == 0, text
    for path in tests:
        code, checks, err = outcomes(path)
        bad = [one for one in checks if one["outcome"] != "passed"]
        assert code == 0 and checks and not bad, f"{path.name}: {bad} {err}"
        said, text = said_by(program, "test", "rules", str(path))
        assert said == 0, f"{path.name}: {text}"
        passed += len(checks)
    print(f"{len(rules)} files of rules, {passed} checks, as promtool has them")


{"fixtures": fixtures, "templates": templates, "own": own, "pack": pack}[sys.argv[1]]()
