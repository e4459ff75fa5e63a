#!/usr/bin/env python3
"""Devices of which there is no recording, made up here from their MIBs, where the device itself decides a scale, a unit or a layout:
`holdup profile test` reads them as the MIB means. `mibs_test.py PROGRAMS PROFILES`."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ENTERPRISES = "1.3.6.1.4.1."

# What is tried: the tree, its objects (text or number), and what must be read from them: series and value, or None for no value at all.
CASES = {
    "an IBM PDU of 2009 tells milliamperes first": ("2.6.223", {
        "8.2.2.1.2.1": "server", "8.2.2.1.7.1": 680, "8.2.2.1.8.1": 16000, "8.2.2.1.11.1": 1, "8.2.2.1.13.1": 152, "8.3.2.1.4.1.1": 160,
    }, {
        "8.2.2.1.7.1": ("rack_current_amperes", 0.68), "8.2.2.1.8.1": ("rack_current_rating_amperes", 16),
        "8.2.2.1.11.1": ("rack_outlet_on", 1), "8.2.2.1.13.1": ("rack_power_watts", 152), "8.3.2.1.4.1.1": ("rack_power_watts", 160),
    }),
    "an IBM PDU of 2012 put power factor and voltage before them": ("2.6.223", {
        "8.2.2.1.7.1": 980, "8.2.2.1.8.1": 228200, "8.2.2.1.9.1": 680, "8.2.2.1.10.1": 16000, "8.2.2.1.13.1": 0, "8.2.2.1.15.1": 152,
    }, {
        "8.2.2.1.7.1": None, "8.2.2.1.8.1": ("rack_voltage_volts", 228.2), "8.2.2.1.9.1": ("rack_current_amperes", 0.68),
        "8.2.2.1.13.1": ("rack_outlet_on", 0), "8.2.2.1.15.1": ("rack_power_watts", 152),
    }),
    "a Borri switch whose limits are tenths tells tenths": ("37662.1.2.2", {
        "1.1.2.2.0": 2, "1.1.2.3.0": 2304, "1.1.2.5.0": 1, "1.1.2.6.0": 0, "1.1.2.8.0": 2640, "1.1.3.2.0": 2303,
    }, {
        "1.1.2.2.0": ("rack_supply_input_ok", 1), "1.1.2.3.0": ("rack_voltage_volts", 230.4), "1.1.2.5.0": ("rack_supply_input_ok", 0),
        "1.1.2.8.0": ("rack_voltage_high_critical_volts", 264), "1.1.3.2.0": ("rack_voltage_volts", 230.3),
    }),
    "a Borri switch whose limits are volts tells volts": ("37662.1.2.3", {
        "1.1.2.3.0": 231, "1.1.2.6.0": 229, "1.1.2.8.0": 264, "1.1.3.2.0": 231,
    }, {
        "1.1.2.3.0": ("rack_voltage_volts", 231), "1.1.2.6.0": ("rack_voltage_volts", 229), "1.1.3.2.0": ("rack_voltage_volts", 231),
    }),
    "a Liebert card's rows go by their unit and their label": ("476.1.42.3.9.20.1", {
        "10.1.2.1.4096": "System Input RMS L1-N", "20.1.2.1.4096": "231.4", "30.1.2.1.4096": "VAC",
        "10.1.2.1.4097": "System Input Nominal Voltage", "20.1.2.1.4097": "230", "30.1.2.1.4097": "VAC",
        "10.1.2.1.4208": "System Output Power", "20.1.2.1.4208": "4.5", "30.1.2.1.4208": "kW",
    }, {
        "20.1.2.1.4096": ("rack_voltage_volts", 231.4), "20.1.2.1.4097": ("rack_voltage_setting_volts", 230),
        "20.1.2.1.4208": ("rack_power_watts", 4500),
    }),
    "a NetApp shelf's list of failed supplies becomes an answer for each": ("789.1", {
        "21.1.2.1.3.1": "0", "21.1.2.1.12.1": 2, "21.1.2.1.13.1": "1, 2", "21.1.2.1.15.1": "2",
    }, {"21.1.2.1.15.1": ("rack_supply_output_ok", [0, 1]), "21.1.2.1.13.1": ("rack_supply_present", [1, 1])}),
    "an APC APDU tells hundredths of an ampere and of a power factor": ("318.1.1.32", {
        "1.2.1.10.1": "APDU9953", "3.4.1.5.1.1": 512, "3.4.1.6.1.1": 230, "3.4.1.9.1.1": 97, "2.4.1.9.1": 12345,
    }, {
        "3.4.1.5.1.1": ("rack_current_amperes", 5.12), "3.4.1.6.1.1": ("rack_voltage_volts", 230),
        "3.4.1.9.1.1": ("rack_power_factor_ratio", 0.97), "2.4.1.9.1": ("rack_energy_joules_total", 12345 * 360000),
    }),
    "a Socomec card's sentinels are no values": ("4555.1.1.7", {
        "1.2.5.0": 2715, "1.3.3.1.2.1": 2301, "1.3.3.1.2.2": 65535, "1.3.3.1.2.3": 4294967295,
    }, {
        "1.2.5.0": ("rack_voltage_volts", 271.5), "1.3.3.1.2.1": ("rack_voltage_volts", 230.1), "1.3.3.1.2.2": None, "1.3.3.1.2.3": None,
    }),
    "a Carel controller whose sixth value is a humidity tells tenths of degrees": ("9839", {
        "2.1.2.1.0": 224, "2.1.2.2.0": 301, "2.1.2.3.0": 0, "2.1.2.6.0": 451,
    }, {
        "2.1.2.1.0": ("rack_temperature_celsius", 22.4), "2.1.2.2.0": ("rack_temperature_celsius", 30.1), "2.1.2.3.0": None,
        "2.1.2.6.0": ("rack_humidity_ratio", 0.451),
    }),
    "a supply of an HPE blade enclosure that lost its line is not the same as one that failed, nor as an empty bay": ("232.22.2", {
        "3.1.1.1.3.1": "BladeSystem c7000", "5.1.1.1.3.1": 1, "5.1.1.1.14.1": 1, "5.1.1.1.15.1": 6, "5.1.1.1.16.1": 3,
        "5.1.1.1.3.2": 2, "5.1.1.1.14.2": 2, "5.1.1.1.15.2": 1, "5.1.1.1.16.2": 3,
        "5.1.1.1.3.3": 3, "5.1.1.1.14.3": 1, "5.1.1.1.15.3": 1, "5.1.1.1.16.3": 2,
    }, {
        "5.1.1.1.14.1": ("rack_supply_output_ok", 1), "5.1.1.1.15.1": ("rack_supply_input_ok", 0),
        "5.1.1.1.16.1": ("rack_supply_present", 1),
        "5.1.1.1.14.2": ("rack_supply_output_ok", 0), "5.1.1.1.15.2": ("rack_supply_input_ok", 1),
        "5.1.1.1.14.3": None, "5.1.1.1.15.3": None, "5.1.1.1.16.3": ("rack_supply_present", 0),
    }),
    "an ILOM sensor tells its unit and its exponent": ("42.2.70.101.1.1", {
        "2.1.2.5": 2, "2.1.3.5": 7, "8.1.1.5": 3, "8.1.2.5": -3, "8.1.4.5": 23437,
        "2.1.2.6": 2, "2.1.3.6": 7, "8.1.1.6": 8, "8.1.2.6": 0, "8.1.4.6": 412,
    }, {"8.1.4.5": ("rack_temperature_celsius", 23.437), "8.1.4.6": ("rack_power_watts", 412)}),
    "an OW-SERVER tells texts": ("31440", {
        "1.2.0": "OW_SERVER", "10.3.1.4.1": "Cold aisle", "10.5.1.1.1": "21.5625", "10.8.1.2.2": "4.98",
    }, {"10.5.1.1.1": ("rack_temperature_celsius", 21.5625), "10.8.1.2.2": ("rack_voltage_volts", 4.98)}),
    "a Gamatronic UPS tells tenths of kilowatts": ("6050", {
        "1.1.4.0": "PS", "5.4.1.1.2.1": 231, "5.4.1.1.4.1": 23, "5.5.1.1.4.1": 21,
    }, {
        "5.4.1.1.2.1": ("rack_voltage_volts", 231), "5.4.1.1.4.1": ("rack_power_watts", 2300), "5.5.1.1.4.1": ("rack_power_watts", 2100),
    }),
}


def arcs(oid: str) -> list[int]:
    return [int(arc) for arc in oid.split(".")]


def recording(tree: str, objects: dict) -> str:
    rows = {"1.3.6.1.2.1.1.1.0": "made up", "1.3.6.1.2.1.1.2.0": None}
    rows |= {f"{ENTERPRISES}{tree}.{oid}": value for oid, value in objects.items()}
    lines = []
    for oid in sorted(rows, key=arcs):
        value = rows[oid]
        if value is None:
            lines.append(f"{oid}|6|{ENTERPRISES}{tree}")
        else:
            lines.append(f"{oid}|{4 if isinstance(value, str) else 2 if value < 0 else 66}|{value}")
    return "\n".join(lines) + "\n"


def main() -> int:
    holdup, profiles = Path(sys.argv[1]) / "holdup", sys.argv[2]
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for title, (tree, objects, expected) in CASES.items():
            file = Path(folder) / "device.snmprec"
            file.write_text(recording(tree, objects))
            command = [holdup, "profile", "test", "--json", "--profiles", profiles, file]
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
            told = [json.loads(line) for line in answer.stdout.splitlines()]
            if not told:
                problems.append(f"{title}: {answer.stderr.strip()}")
            for oid, wanted in expected.items():
                of_oid = [line for line in told if line.get("source") == f"{ENTERPRISES}{tree}.{oid}" and line["quality"] == "good"]
                if wanted is None:
                    problems += [f"{title}: {oid}: {line['metric']} {line['value']}" for line in of_oid]
                    continue
                metric, value = wanted
                values = sorted(round(line["value"], 9) for line in of_oid if line["metric"] == metric)
                if values != [round(number, 9) for number in (value if isinstance(value, list) else [value])]:
                    told_instead = [(line["metric"], line["value"]) for line in of_oid]
                    problems.append(f"{title}: {oid}: {metric} {value} expected, told: {told_instead}")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
