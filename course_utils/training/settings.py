"""Settings of parts of Keras, without the names that count the layers of a process."""

_NAMES = ("name", "build_config", "compile_config")


def settings_of(part):
    """Keras's config without names, which count the layers of a process; else plain attributes."""
    try:
        config = part.get_config()
    except Exception:  # whatever a student's get_config raises; Keras's own says NotImplemented
        plain = (bool, int, float, str, tuple, type(None))
        return {
            name: value
            for name, value in sorted(vars(part).items())
            if isinstance(value, plain) and name != "name" and not name.startswith("_")
        }
    return _nameless(config)


def _nameless(config):
    names = {name: f"part {index}" for index, name in enumerate(dict.fromkeys(_names(config)))}

    def strip(part):
        if isinstance(part, dict):
            if part.get("class_name") in ("function", "__lambda__") and not str(
                part.get("module")
            ).startswith("keras"):
                return "a function"  # told by its code, as an attribute of the layer
            return {k: strip(v) for k, v in part.items() if k not in _NAMES}
        if isinstance(part, list | tuple):
            return [strip(item) for item in part]
        # A functional model's layers refer to each other by name.
        return names.get(part, part) if isinstance(part, str) else part

    return strip(config)


def _names(config):
    """Every name that a Keras config gives, in its order."""
    if isinstance(config, dict):
        if isinstance(config.get("name"), str):
            yield config["name"]
        config = list(config.values())
    if isinstance(config, list | tuple):
        for part in config:
            yield from _names(part)
