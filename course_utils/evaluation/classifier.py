"""The course classifier: a small network per data set, whose hidden layers are the yardstick.

Distances between sets of images are taken between its features, not between pixels, as the
Inception network is used for photographs (Heusel et al. 2017). The features are of two kinds:

- the *direction* of the last hidden layer, which knows the classes. Its length is left out: what is
  nothing in particular has a short vector amid all classes, and by the plain layer pure noise has a
  precision of 1 on MNIST;
- the last convolution, averaged over the image, which knows strokes, edges and textures. Without
  it, noise of a grey level of 0.1 goes unseen. It has half the weight of the other.

They are centred on the training images' mean: the kernel distance depends on where zero lies, and
far from the features it saw hardly more than their means.

Where the label is one of several yes/no attributes, as of faces, it learns all of these, and knows
no classes. It sees the training split alone, and not all of that: some images are set aside, so
that the measures can ask what real images score that the classifier has not adapted to.

Machines round differently, and so would measure with different yardsticks: trained again without
oneDNN, it found a Fréchet distance of 76 in samples that were at 69 before. Those of MNIST and
Fashion-MNIST therefore come with the package, in `classifiers/`, so that a run on any machine can
be held against the recorded one. They were trained by this module, and copied from its cache.
"""

import dataclasses
import hashlib
import time
from pathlib import Path

import keras
import numpy as np
from scipy import special

from course_utils import checks, data, profiles, storage
from course_utils.storage import content_hash
from course_utils.training import fit

SIZE = 64
_LEARNING_RATE = 5e-3
# Total variance of the two kinds of features on training images. A generator that makes the
# average features and nothing else has their sum, 96, as its Fréchet distance.
_VARIANCES = (64.0, 32.0)
# Another number here makes every classifier in every cache be trained again.
_VERSION = 4
SHIPPED = Path(__file__).with_name("classifiers")


@dataclasses.dataclass(frozen=True)
class _Budget:
    """How much a classifier is trained, and how many training images it never sees."""

    train_size: int | None
    set_aside: int
    epochs: int
    filters: tuple[int, ...]
    batch_size: int


_BUDGETS = {
    "smoke": _Budget(6_000, set_aside=1_500, epochs=5, filters=(16, 32), batch_size=64),
    "full": _Budget(None, set_aside=10_000, epochs=5, filters=(32, 64, 128), batch_size=128),
}


@dataclasses.dataclass(frozen=True, eq=False)
class CourseClassifier:
    """A trained classifier of one data set.

    Attributes:
        network: `keras.Model` from images (n, h, w, c) in [0, 1] to the last hidden layer (n, 64),
            the averaged last convolution (n, channels) and logits (n, classes or attributes).
        name: the data set it was trained on.
        classes: number of classes; 0 where it knows attributes.
        attributes: names of the yes/no attributes that it tells; empty where it knows classes.
        set_aside: real training images (m, h, w, c) that it has not seen.
        accuracy: share of the test split's labels, or of its attributes' answers, that are right.
        trained_on: number of training images.
        seconds: how long training took, on the machine that did it.
        centre: mean of the features (d,) on training images, before they are scaled.
        scale: what each is multiplied by (d,), so that the total variances of the two kinds on
            training images are 64 and 32.
    """

    network: keras.Model
    name: str
    classes: int
    attributes: tuple[str, ...]
    set_aside: np.ndarray
    accuracy: float
    trained_on: int
    seconds: float
    centre: list[float]
    scale: list[float]

    def describe(self, images):
        """Features of images, and probabilities of their classes or attributes.

        Args:
            images: (n, h, w, c) in [0, 1].

        Returns:
            Features float32 (n, d), d = 64 + the channels of the last convolution, and
            probabilities float32 (n, classes), which sum to 1, or (n, attributes), each its own.

        Raises:
            ValueError: images of another shape, or with NaN in them.
        """
        expected = self.network.input_shape[1:]
        images = np.asarray(images, dtype=np.float32)
        if images.shape[1:] != expected or not len(images):
            raise ValueError(
                f"the classifier of {self.name} takes images (n, {', '.join(map(str, expected))}), "
                f"found {images.shape}."
            )
        checks.finite("images", images)
        *kinds, logits = self.network.predict(images, batch_size=500, verbose=0)
        features = (_joined(*kinds) - np.float32(self.centre)) * np.float32(self.scale)
        return features, special.expit(logits) if self.attributes else special.softmax(logits, 1)

    def features(self, images):
        """Features (n, d) of images (n, h, w, c) in [0, 1]."""
        return self.describe(images)[0]

    def __str__(self):
        return (
            f"course classifier of {self.name}: {self.accuracy:.1%} of the test split right, "
            f"trained on {self.trained_on:,} images in {self.seconds:.0f} s"
        )


def course_classifier(name, image_size=None):
    """The classifier of a data set: of the package, from the cache, or trained now and kept there.

    The same weights serve all notebooks, backends and seeds. Training takes about a minute on two
    CPU cores, ten seconds in the `smoke` profile, which trains a smaller network on fewer images.

    Args:
        name: a data set of images that `data.load` knows, as in `images.name`.
        image_size: height and width in pixels; None keeps the set's own.

    Returns:
        CourseClassifier.

    Raises:
        ValueError: no such set of images.
    """
    if name not in data.names() or name == "toys":
        raise ValueError(
            f"there is no course classifier for {name!r}; the sets of images are "
            f"{', '.join(known for known in data.names() if known != 'toys')}. For images of your "
            f"own, give the measures features of your own."
        )
    smoke = profiles.active_profile() == "smoke" and not profiles.recording()
    budget = _BUDGETS["smoke" if smoke else "full"]
    images = data.load(name, budget.train_size, image_size)
    order = np.random.default_rng(0).permutation(len(images.x_train))
    # Never more than a quarter, so that a small set still has enough to learn from.
    aside, seen = np.split(order, [min(budget.set_aside, len(order) // 4)])
    attributes = _attributes(images)
    outputs = len(attributes or images.class_names)
    network = _network(images.x_train.shape[1:], outputs, budget.filters)
    path = storage.cache_dir() / "classifiers" / f"{images.name}-{_key(images, budget)}.npz"
    stored = _kept(path, network, lambda: _train(network, images, seen, budget))
    known = 0 if attributes else outputs, attributes
    return CourseClassifier(network, images.name, *known, images.x_train[aside], **stored)


def _attributes(images):
    """Names of the yes/no attributes, if the label is one of several; empty for other labels."""
    if len(images.class_names) > 2:
        return ()
    names = tuple(
        name
        for name, values in images.factors_train.items()
        if values.dtype.kind in "biu" and np.array_equal(np.unique(values), (0, 1))
    )
    return names if len(names) > 1 else ()


def _targets(labels, factors, attributes):
    """What is learnt: labels (n,), or attributes (n, attributes)."""
    if not attributes:
        return labels
    return np.stack([factors[name] for name in attributes], axis=1).astype("float32")


def _network(shape, outputs, filters):
    """Convolution, pooling, batch norm for each entry of `filters`; 64 hidden units; logits."""
    layers = keras.layers
    seeds = iter(range(100))

    def options():
        # Own seeds: asking for the yardstick must not change what the notebook draws next. And
        # own precision: it does not depend on the one that the notebook trains in.
        weights = keras.initializers.HeUniform(seed=next(seeds))
        return {"kernel_initializer": weights, "dtype": "float32"}

    hidden = images = keras.Input(shape)
    for channels in filters:
        hidden = layers.Conv2D(channels, 3, padding="same", use_bias=False, **options())(hidden)
        if min(hidden.shape[1:3]) > 1:
            hidden = layers.MaxPooling2D(2, dtype="float32")(hidden)
        hidden = layers.BatchNormalization(dtype="float32")(hidden)
        hidden = layers.ReLU(dtype="float32")(hidden)
    averaged = layers.GlobalAveragePooling2D(dtype="float32")(hidden)
    last = layers.Dense(SIZE, **options())(layers.Flatten(dtype="float32")(hidden))
    hidden = layers.ReLU(dtype="float32")(last)
    hidden = layers.Dropout(0.3, seed=0, dtype="float32")(hidden)
    logits = layers.Dense(outputs, **options())(hidden)
    return keras.Model(images, [last, averaged, logits], name="course_classifier")


def _train(network, images, seen, budget):
    """Train in place; return what is kept beside the weights."""
    updates = -(-len(seen) // budget.batch_size) * budget.epochs
    up = updates // 5
    # Up, then down along a cosine: reaches in 5 epochs what a constant rate takes 15 for.
    rate = keras.optimizers.schedules.CosineDecay(
        _LEARNING_RATE / 20, updates - up, warmup_target=_LEARNING_RATE, warmup_steps=up
    )
    trained_part = keras.Model(network.inputs, network.outputs[-1], name=network.name)
    attributes = _attributes(images)
    losses = keras.losses
    loss = losses.BinaryCrossentropy if attributes else losses.SparseCategoricalCrossentropy
    trained_part.compile(keras.optimizers.AdamW(rate, weight_decay=1e-2), loss(from_logits=True))
    print(f"Training the course classifier of {images.name}, once.")
    start = time.perf_counter()
    fit(
        trained_part,
        images.x_train[seen],
        _targets(images.y_train, images.factors_train, attributes)[seen],
        epochs=budget.epochs,
        batch_size=budget.batch_size,
        report="line",
    )
    seconds = time.perf_counter() - start
    logits = network.predict(images.x_test, batch_size=500, verbose=0)[-1]
    guesses = logits > 0 if attributes else logits.argmax(axis=1)
    right = _targets(images.y_test, images.factors_test, attributes)
    *kinds, _ = network.predict(images.x_train[seen[:10_000]], batch_size=500, verbose=0)
    features, sizes = _joined(*kinds), [kind.shape[1] for kind in kinds]
    found = [kind.sum() for kind in np.split(features.var(axis=0), sizes[:1])]
    return {
        "accuracy": float(np.mean(guesses == right)),
        "trained_on": len(seen),
        "seconds": seconds,
        "centre": features.mean(axis=0).tolist(),
        "scale": np.repeat(np.sqrt(np.divide(_VARIANCES, found)), sizes).tolist(),
    }


def _joined(last, averaged):
    """Both kinds of features as they are: see the top of this module."""
    length = np.maximum(np.linalg.norm(last, axis=1, keepdims=True), 1e-12)
    return np.concatenate([last / length, averaged], axis=1)


def _key(images, budget):
    """Name of the cached file: changes with the images, the labels and the settings."""
    arrays = {"x": images.x_train[::50], "y": images.y_train, "x_test": images.x_test[::50]}
    if attributes := _attributes(images):
        arrays["targets"] = _targets(images.y_train, images.factors_train, attributes)
    settings = repr((_VERSION, SIZE, _LEARNING_RATE, budget, content_hash(arrays)))
    return hashlib.sha256(settings.encode()).hexdigest()[:16]


# Weights that could not be kept, by the file they were meant for: one training a process is enough.
_NOT_KEPT = {}


def _kept(path, network, train):
    """Put the weights kept at `path` into `network`, or train it; return what goes with them.

    Weights of this name that come with the package are taken before any other.
    """
    for known in (SHIPPED / path.name, path):
        if (stored := _load(known, network)) is not None:
            return stored
    try:
        with storage.locked(path):
            # Another process may have trained it while this one waited for the lock.
            if (stored := _load(path, network)) is None:
                storage.remove_leftovers(path)
                stored = train()
                weights = {f"w{i}": weight for i, weight in enumerate(network.get_weights())}
                storage.save_arrays(path, weights, stored)
    except OSError as error:
        storage.note_not_kept(error)
        stored = train() if stored is None else stored
        _NOT_KEPT[path] = network.get_weights(), stored
    return stored


def _load(path, network):
    """Put stored weights into `network`; None if there are none, or they cannot be used."""
    if path in _NOT_KEPT:
        weights, stored = _NOT_KEPT[path]
        network.set_weights(weights)
        return stored
    try:
        weights, stored = storage.load_arrays(path)
        network.set_weights([weights[f"w{i}"] for i in range(len(weights))])
    except (OSError, ValueError, KeyError):
        return None
    return stored
