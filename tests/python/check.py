"""Results are valid data packages, and scenario files are what their schema says."""

import json
import sys
import tomllib
from pathlib import Path

import frictionless
import jsonschema

work = Path(sys.argv[1])
passed = failed = 0


def check(name: str, problems: list) -> None:
    global passed, failed
    if problems:
        failed += 1
        print(f"{name}: {problems[:3]}")
    else:
        passed += 1


frictionless.system.trusted = True
for folder in sorted(path.parent for path in work.glob("*/datapackage.json")):
    report = frictionless.validate(folder / "datapackage.json")
    check(folder.name, report.flatten(["message"]))

schema = json.loads((work / "schema.json").read_text())
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
validator = kind(schema)
for path in sorted(Path("scenarios").glob("*.toml")) + [Path("src/input/scenario/starter.toml")]:
    scenario = tomllib.loads(path.read_text())
    check(str(path), [error.message for error in validator.iter_errors(scenario)])
wrong = {"run": {"quarter": 3}, "budgets": {"retention": 7}, "tournament": {"intensity": "x"}}
check("a wrong scenario", [] if len(list(validator.iter_errors(wrong))) == 3 else ["not refused"])

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
