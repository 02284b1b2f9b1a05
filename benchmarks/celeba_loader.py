"""Is CelebA's loader faster than Keras's, and does the whole set fit into little memory?

Pictures are made here, of the size and about the weight of CelebA's (178×218, 8 kB). Speed: one
epoch of batches of float32 from a folder of JPEGs, in four ways:

- Keras, same picture: `image_dataset_from_directory`, then the crop and the smoothed bicubic resize
  that the loader does, which it has no arguments for;
- Keras, its own resize: `crop_to_aspect_ratio=True`, which takes single pixels without smoothing;
- the loader's first epoch: the cache is made, then read in a shuffled order;
- a later epoch: the cache is read.

Processor time is told beside the clock, which other work on the machine disturbs more.

Memory: the cache of COURSE_BENCH_IMAGES images (20,000) and of a quarter of them is made from a
zip, and one epoch trained from it, in a process of its own (Linux only); what 202,599 images take
is extrapolated from both. Own memory counts. Pages of the file are told apart: the system gives
them to whoever needs them.
"""

import functools
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
from _harness import best_and_median, interleaved, store, table
from PIL import Image

WIDTH, HEIGHT, SIZE, BATCH = 178, 218, 64, 64
SPEED_IMAGES = 2_000
IMAGES = int(os.environ.get("COURSE_BENCH_IMAGES", 20_000))
WHOLE_SET = 202_599
ALLOWED_GIGABYTES, WANTED_SPEED = 1.5, 1.5
ATTRIBUTES = ("Smiling", *(f"Attribute_{number}" for number in range(39)))


def pictures(count):
    """Files of `count` pictures, smooth with a little noise; 200 different ones in turns."""
    rng, made = np.random.default_rng(0), []
    for _ in range(min(count, 200)):
        coarse = Image.fromarray(rng.integers(0, 256, (14, 11, 3), dtype=np.uint8))
        pixels = np.asarray(coarse.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)).astype(float)
        pixels += rng.normal(0, 6, (HEIGHT, WIDTH, 1))
        file = io.BytesIO()
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=75)
        made.append(file.getvalue())
    return {f"{number + 1:06d}.jpg": made[number % len(made)] for number in range(count)}


# Speed.


def keras_same_picture(folder):
    import keras
    import tensorflow as tf

    def small(images):
        top = (HEIGHT - WIDTH) // 2
        square = images[:, top : top + WIDTH]
        return tf.image.resize(square, (SIZE, SIZE), "bicubic", antialias=True)

    batches = keras.utils.image_dataset_from_directory(
        folder, labels=None, image_size=(HEIGHT, WIDTH), batch_size=BATCH, verbose=False
    )
    return batches.map(small, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)


def keras_own_resize(folder):
    import keras

    return keras.utils.image_dataset_from_directory(
        folder, labels=None, image_size=(SIZE, SIZE), batch_size=BATCH, crop_to_aspect_ratio=True,
        verbose=False,
    )  # fmt: skip


def batches_of(images, rng):
    order = rng.permutation(len(images))
    for start in range(0, len(order), BATCH):
        yield images[order[start : start + BATCH]]


def made_cache(files, folder):
    """The images of a cache that is made now."""
    from course_utils.data import celeba_cache, stored

    return stored.StoredImages(celeba_cache.read_or_make(folder, files).images)


def go_through(batches):
    for _ in batches:
        pass


def measure_speed(root):
    from course_utils.data import celeba_source

    folder = root / "img_align_celeba"
    folder.mkdir()
    for name, content in pictures(SPEED_IMAGES).items():
        (folder / name).write_bytes(content)
    files, _ = celeba_source.find(root)
    rng = np.random.default_rng(0)
    kept = made_cache(files, root / "kept" / str(SIZE))
    same, own = keras_same_picture(root), keras_own_resize(root)

    def first_epoch():
        with tempfile.TemporaryDirectory(dir=root) as new:
            go_through(batches_of(made_cache(files, Path(new) / str(SIZE)), rng))

    tasks = {
        "Keras, same picture": lambda: go_through(same),
        "Keras, its own resize": lambda: go_through(own),
        "loader, first epoch": first_epoch,
        "loader, later epoch": lambda: go_through(batches_of(kept, rng)),
    }
    processor = {name: [] for name in tasks}

    def timed(name):
        start = time.process_time()
        tasks[name]()
        processor[name].append(time.process_time() - start)

    seconds = interleaved({name: functools.partial(timed, name) for name in tasks})
    # The first is the warm-up.
    return seconds, {name: values[1:] for name, values in processor.items()}


# Memory.


def write_archive(root, count):
    with zipfile.ZipFile(root / "img_align_celeba.zip", "w") as archive:
        for name, content in pictures(count).items():
            archive.writestr(f"img_align_celeba/{name}", content)
    signs = np.random.default_rng(0).choice(["-1", " 1"], (count, len(ATTRIBUTES)))
    rows = [f"{number + 1:06d}.jpg " + " ".join(row) for number, row in enumerate(signs)]
    text = "\n".join([str(count), " ".join(ATTRIBUTES), *rows, ""])
    (root / "list_attr_celeba.txt").write_text(text, encoding="utf-8")


class Peaks:
    """Largest own and mapped memory of this process in each phase, looked at every 10 ms."""

    def __init__(self):
        self.phase, self.found = "", {}
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while True:
            lines = Path("/proc/self/status").read_text().splitlines()
            sizes = dict(line.split(":") for line in lines if line.startswith("Rss"))
            own, mapped = (int(sizes[key].split()[0]) / 2**20 for key in ("RssAnon", "RssFile"))
            before = self.found.get(self.phase, (0, 0))
            self.found[self.phase] = (max(own, before[0]), max(mapped, before[1]))
            time.sleep(0.01)


def train_and_tell():
    """What the process of its own does; prints what it measured."""
    import keras

    from course_utils import data, environment
    from course_utils.training import fit

    environment.start(seed=0)
    peaks, seconds = Peaks(), {}
    time.sleep(0.1)
    peaks.phase = "made"
    start = time.perf_counter()
    images = data.load("celeba")
    seconds["made"] = time.perf_counter() - start
    peaks.phase, start = "loaded again", time.perf_counter()
    images = data.load("celeba")
    seconds["loaded again"] = time.perf_counter() - start
    layers = keras.layers
    network = keras.Sequential([
        keras.Input((SIZE, SIZE, 3)), layers.Conv2D(8, 4, 4, activation="relu"), layers.Flatten(),
        layers.Dense(1),
    ])  # fmt: skip
    network.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    peaks.phase, start = "trained", time.perf_counter()
    fit(network, images.x_train, images.y_train[:, None].astype("float32"), epochs=1)
    seconds["trained"] = time.perf_counter() - start
    peaks.phase = "done"
    print(json.dumps({"peaks": peaks.found, "seconds": seconds}))


def measure_memory(count):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_archive(root, count)
        done = subprocess.run(
            [sys.executable, __file__, "train"],
            env={
                **os.environ, "COURSE_DATA_DIR": folder, "COURSE_CACHE_DIR": str(root / "cache"),
                "COURSE_DATA": "real",
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def extrapolated(few, many):
    """Gigabytes of own memory for the whole set, from those for a quarter and for IMAGES."""
    slope = (many - few) / (IMAGES - IMAGES // 4)
    return many + max(slope, 0) * (WHOLE_SET - IMAGES)


def show_speed(seconds, processor):
    rows = []
    for name, values in seconds.items():
        told, busy = best_and_median(values), best_and_median(processor[name])
        row = [name, told["best"], told["median"], busy["best"], busy["median"]]
        for other in ("Keras, same picture", "Keras, its own resize"):
            row.append(f"{min(seconds[other]) / told['best']:.2f}")
            row.append(f"{min(processor[other]) / busy['best']:.2f}")
        rows.append(row)
    columns = (
        "an epoch of", "best, s", "median", "busy: best", "median", "× same picture", "busy",
        "× own resize", "busy",
    )  # fmt: skip
    title = (
        f"{SPEED_IMAGES:,} JPEGs at {SIZE}×{SIZE}; wanted: {WANTED_SPEED} × the same picture "
        f"(by the clock; busy: by processor time)"
    )
    table(title, columns, rows)


def show_memory(few, many):
    rows = []
    for phase, seconds in many["seconds"].items():
        own, mapped = many["peaks"][phase]
        whole = extrapolated(few["peaks"][phase][0], own)
        rows.append((phase, seconds, own, mapped, seconds * WHOLE_SET / IMAGES, whole))
    columns = (
        "phase", "s", "own memory, GB", "pages of files, GB", f"{WHOLE_SET:,}: s", "own memory, GB",
    )  # fmt: skip
    table(f"{IMAGES:,} images from a zip; allowed: {ALLOWED_GIGABYTES} GB", columns, rows)


def main():
    with tempfile.TemporaryDirectory() as folder:
        seconds, processor = measure_speed(Path(folder))
    show_speed(seconds, processor)
    few, many = measure_memory(IMAGES // 4), measure_memory(IMAGES)
    show_memory(few, many)
    speed = {
        name: {"clock": best_and_median(seconds[name]), "processor": best_and_median(busy)}
        for name, busy in processor.items()
    }
    store(
        "celeba_loader",
        {"speed_images": SPEED_IMAGES, "speed": speed, "memory_images": IMAGES,
         "memory_of_a_quarter": few, "memory": many},
    )  # fmt: skip


if __name__ == "__main__":
    train_and_tell() if sys.argv[1:] == ["train"] else main()
