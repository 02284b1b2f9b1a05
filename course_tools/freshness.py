"""Whether what is stored with a notebook was made by the code, and on the data, of today."""

from course_tools import recording, storing
from course_utils.evaluation import stamps

MAX_NAMED = 5


def made_from_todays_code(subject):
    """The stored outputs are those of the code that stands above them."""
    again = _again(subject)
    if "code" not in subject.course:
        return [f"the outputs were not made by `course execute`; {again}"]
    if subject.course["code"] != storing.code_hash(subject.notebook):
        return [f"the code has changed since the outputs were made; {again}"]
    if subject.course["profile"] == "smoke":
        return [f"the outputs are of the smoke profile, which is for tests; {again}"]
    return []


def made_from_real_data(subject):
    """No stand-in took the place of a real set that the notebook asked for."""
    return [
        f"the outputs are those of a stand-in for {name}; {_again(subject)} where {name} can be had"
        for name, source in subject.course.get("data", {}).items()
        if source == "stand-in"
    ]


def made_with_todays_modules(subject):
    """The modules of the package that took part in the stored outputs are those of today."""
    if "code" not in subject.course:
        return []
    if (modules := subject.course.get("modules")) is None:
        return [f"what modules made the outputs was not noted; {_again(subject)}"]
    shaped = {name: h for name, h in modules.items() if not name.startswith(stamps.UNSEEN)}
    changed = stamps.changed_modules(shaped)
    if not changed:
        return []
    more = f" and {len(changed) - MAX_NAMED} more" if len(changed) > MAX_NAMED else ""
    named = ", ".join(changed[:MAX_NAMED])
    return [f"the outputs were made with other code of {named}{more}; {_again(subject)}"]


def recorded_with_todays_code(subject):
    """The recorded run is one of today's script and modules."""
    found = recording.read(subject.notebook)
    if found is None:
        return []
    again = f"make it again with `course record {subject.notebook.number}`"
    record, changed = found
    if changed:
        return [f"the recorded run is stale: {changed}; {again}"]
    if "modules" not in record:
        return [f"what modules made the recorded run was not noted; {again}"]
    return []


def _again(subject):
    return f"make them again with `course execute {subject.notebook.number}`"
