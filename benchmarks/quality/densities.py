"""Four densities on one trained network: how good are the images that each one draws?

The table of notebook 07, from the notebook's own code: its cells are executed down to the one that
prints the table, in the profile that `COURSE_PROFILE` names. Autoencoder and VAE with a code of 16
numbers; codes drawn from N(0, I), one Gaussian, ten, fifty. Then, by the clock, the choice among 1
to 20 components for the codes of 20,000 clothes.

    course bench quality/densities
"""

import os
import time
from pathlib import Path

import jupytext
from _harness import store

from course_utils import data
from course_utils.models import select_components

SCRIPT = Path(__file__).resolve().parents[2] / "notebooks" / "py" / "07_latent_mixtures.py"
TABLE = "for name in DATA:\n    print_densities(name)"
PAIR = ("N(0, I)", "GMM-10")
SWEEP = {"images": 20_000, "components": 20, "starts": 3, "allowed_seconds": 90}
# Ghosh et al. 2020, table 1 (MNIST): Fréchet distance of N(0, I) over that of ten Gaussians.
WANTED = {"autoencoder": 2.4, "VAE": 1 / 0.92}


def notebook_until(marker):
    """What the notebook's code defines, executed down to the first cell that begins so."""
    os.environ.setdefault("MPLBACKEND", "agg")
    found = {"__name__": SCRIPT.stem}
    for cell in jupytext.read(SCRIPT).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, str(SCRIPT), "exec"), found)
            if cell.source.startswith(marker):
                return found
    raise SystemExit(f"{SCRIPT} has no cell that begins with {marker!r}: adapt {__file__}.")


def time_of_sweep(encode):
    """Seconds to choose among 1 to 20 components for the codes of so many clothes."""
    codes = encode(data.load("fashion_mnist", train_size=SWEEP["images"]).x_train)
    begun = time.perf_counter()
    choice = select_components(codes, range(1, SWEEP["components"] + 1), starts=SWEEP["starts"])
    seconds = time.perf_counter() - begun
    print(f"1 to 20 components, 3 starts, codes {codes.shape}: {seconds:.1f} s, {choice.chosen}")
    return {**SWEEP, "seconds": seconds, "chosen": choice.chosen}


def main():
    notebook = notebook_until(TABLE)
    measured, ratios = {}, {}
    for (name, kind), by_seed in notebook["results"].items():
        measured[f"{name}, {kind}"] = {
            density: {
                key: {
                    "by_seed": [found[density][0][key].value for found in by_seed],
                    "floor": by_seed[0][density][0][key].floor,
                }
                for key in ("frechet", "precision", "recall", "coverage", "copies")
            }
            for density in notebook["DENSITIES"]
        }
        distance = {d: measured[f"{name}, {kind}"][d]["frechet"]["by_seed"] for d in PAIR}
        ratio = [naive / ten for naive, ten in zip(*distance.values(), strict=True)]
        ratios[f"{name}, {kind}"] = {"by_seed": ratio, "wanted": WANTED[kind]}
        shown = ", ".join(f"{one:.2f}" for one in ratio)
        print(f"{name}, {kind}: {' over '.join(PAIR)}: {shown} (wanted: {WANTED[kind]:.2f})")
    found = {
        "profile": notebook["environment"].profile,
        "data": {name: images.source for name, images in notebook["DATA"].items()},
        "train_size": notebook["TRAIN_SIZE"],
        "epochs": notebook["EPOCHS"],
        "seeds": list(notebook["SEEDS"]),
        "count": notebook["COUNT"],
        "densities": measured,
        "ratios": ratios,
    }
    store("densities", found, folder="quality")
    found["sweep"] = time_of_sweep(notebook["models"]["fashion_mnist", "autoencoder"][0].encode)
    store("densities", found, folder="quality")


if __name__ == "__main__":
    main()
