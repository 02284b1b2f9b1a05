# mkrec.sh NAME : worktree copy of /work/main (working tree) with the sharing of numbers
set -e
here=$(dirname "$(readlink -f "$0")")
mkdir -p /tmp/w/sharednums; python3 "$here/pack.py" unpack
rm -rf /work/rec/$1; mkdir -p /work/rec/$1
cd /work/main; git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t /work/rec/$1
cd /work/rec/$1; git init -q 2>/dev/null
python3 - <<'P'
p='course_utils/evaluation/recorded.py'; s=open(p).read()
old="        entry, taken = _measure(made_by, function, arguments), {}\n"
assert old in s
new='''        import json, os, hashlib
        from pathlib import Path
        shared = Path("/tmp/w/sharednums"); shared.mkdir(exist_ok=True)
        notebook = folder.name.split(".")[0]
        at = shared / f"{notebook}-{hashlib.sha256((name + str(made_by)).encode()).hexdigest()[:24]}.json"
        taken = {}
        if made_by is not None and at.exists():
            entry = json.loads(at.read_text())["entry"]
            todo = list(entry.get("rests on", []))
            while todo:
                one = todo.pop()
                for other in shared.glob(f"{notebook}-*.json"):
                    saved = json.loads(other.read_text())
                    if saved["name"] == one:
                        taken[one] = saved["entry"]
                        todo += saved["entry"].get("rests on", [])
        else:
            entry = _measure(made_by, function, arguments)
            temporary = at.with_suffix(f".{os.getpid()}")
            temporary.write_text(json.dumps({"name": name, "entry": entry}))
            temporary.rename(at)
'''
s=s.replace(old,new); open(p,'w').write(s)
P
