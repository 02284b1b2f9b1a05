"""Numbers of recordings that are not finished: between numbers.json and a folder of files."""

import hashlib
import json
import sys
from pathlib import Path

HERE, SHARED = Path(__file__).parent / "numbers.json", Path("/tmp/w/sharednums")


def file_of(notebook, name, made_by):
    digest = hashlib.sha256((name + str(made_by)).encode()).hexdigest()[:24]
    return SHARED / f"{notebook}-{digest}.json"


if sys.argv[1:] == ["unpack"]:
    for notebook, entries in json.loads(HERE.read_text()).items():
        for name, entry in entries.items():
            path = file_of(notebook, name, entry["made by"])
            if not path.exists():
                path.write_text(json.dumps({"name": name, "entry": entry}))
else:
    packed = {}
    for path in sorted(SHARED.glob("*.json")):
        found = json.loads(path.read_text())
        notebook = path.name.rsplit("-", 1)[0]
        packed.setdefault(notebook, {})[found["name"]] = found["entry"]
    HERE.write_text(json.dumps(packed, indent=0))
