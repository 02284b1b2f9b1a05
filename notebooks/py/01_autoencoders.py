# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Autoencoders: how few numbers hold a picture?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/01_autoencoders.ipynb)
#
# **Time** · smoke 40 s · cpu 8 min · gpu not measured
#
# Dense and convolutional autoencoders against the best linear code: per epoch, per second, at
# equal parameters.
#
# After this notebook you can
#
# - compute the best *linear* code of a data set, and say why nothing linear beats it;
# - build a dense and a convolutional autoencoder and count their parameters and multiplications
#   by hand;
# - compare two networks fairly: per epoch, per second, at equal parameters, on held-out images;
# - read a verdict that rests on several seeds.

# %% slideshow={"slide_type": "skip"}
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("course_utils") is None:  # on Colab: only the helper package
    source = "git+https://github.com/deep-generative-companion/deep-generative-companion@v0.1.0"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", source], check=True)

# %% slideshow={"slide_type": "skip"}
from course_utils import by_profile, data, plotting, start

environment = start(seed=0)

# %% slideshow={"slide_type": "skip"}
import math

import keras
import numpy as np
from scipy.fft import idctn
from sklearn.decomposition import PCA

from course_utils.evaluation import claims
from course_utils.models import Autoencoder
from course_utils.training import fit

# %% [markdown] slideshow={"slide_type": "skip"}
# All numbers that shape the experiments stand in one cell. Change them here, run again from the
# top, and everything below follows.

# %% slideshow={"slide_type": "skip"}
TRAIN_SIZE = by_profile(smoke=2_000, cpu=20_000, gpu=60_000, record=30_000)
TEST_SIZE = by_profile(smoke=2_000, cpu=None, gpu=None)  # None: all of them
EPOCHS = by_profile(smoke=4, cpu=10, gpu=20, record=10)
# `smoke` has few updates, so it uses smaller batches and a larger learning rate.
BATCH_SIZE = by_profile(smoke=32, cpu=128, gpu=128)
LEARNING_RATE = by_profile(smoke=3e-3, cpu=1e-3, gpu=1e-3)
# The dense network is quicker; it gets this many times the epochs, to compare at equal seconds.
LONGER = by_profile(smoke=3, cpu=10, gpu=4, record=10)
SEEDS = by_profile(smoke=range(3), cpu=range(3), gpu=range(5), record=range(5))
CODE_SIZE = 32
CODE_SIZES = by_profile(smoke=(8, 32), cpu=(2, 8, 32, 128), gpu=(2, 8, 32, 128), record=(8, 32))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The data
#
# 28 × 28 grey pixels are 784 numbers. Yet nobody would need 784 numbers to describe a shirt.
# How many would *you* use? Width, length of the sleeves, brightness, a collar or none …
#
# Few numbers that say nearly everything about an image are called its **code**, or its position in
# **latent space**.

# %% slideshow={"slide_type": "skip"}
images = data.load("fashion_mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
IMAGE_SHAPE = images.x_train.shape[1:]
print("one image:", IMAGE_SHAPE, "=", int(np.prod(IMAGE_SHAPE)), "numbers;", "range [0, 1]")

# %% slideshow={"slide_type": "fragment"}
first_of_class = [np.flatnonzero(images.y_test == label)[0] for label in range(10)]
plotting.image_grid(
    images.x_test[first_of_class],
    "What is in the pictures?",
    alt="Ten small grey pictures of clothing on black, one of each class, "
    f"from {images.class_names[0]} to {images.class_names[-1]}.",
    labels=images.class_names,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## First the best linear code
#
# An **autoencoder** is two functions: an encoder $e$ from an image $x \in \mathbb R^{784}$ to a
# code $z \in \mathbb R^k$, and a decoder $d$ back. The code is the **bottleneck**: it is all that
# the decoder sees. The pair is judged by what it gives back:
#
# $$\mathcal L = \frac1n \sum_{i=1}^n \lVert x_i - d(e(x_i)) \rVert^2 .$$
#
# Suppose that both are linear (plus a constant). Which $k$ numbers should the encoder keep? The
# answer is known in closed form: the coordinates along the $k$ directions of largest variance,
# **principal component analysis** (or any invertible mixture of them). What is lost is exactly the
# variance along all the other directions: with the eigenvalues of the covariance matrix in order,
# $\lambda_1 \ge \lambda_2 \ge \dots$, the sum of all but the first $k$ ([Eckart & Young
# 1936](https://doi.org/10.1007/BF02288367); for networks [Baldi & Hornik
# 1989](https://doi.org/10.1016/0893-6080(89)90014-2)):
#
# $$\min_{\text{linear } e, d} \mathcal L = \sum_{j > k} \lambda_j .$$

# %% [markdown] slideshow={"slide_type": "subslide"}
# Why can nothing linear do better? Whatever it is sent, a linear decoder answers with a point of
# one $k$-dimensional plane. The nearest such point is the projection, and the best plane goes
# through the mean. Projecting the centred images on $k$ orthonormal directions, the columns of $B$,
# loses $\operatorname{tr} C - \operatorname{tr} B^\top C B$, where $C$ is the covariance matrix. In
# the basis of $C$'s eigenvectors the last term is $\sum_j w_j \lambda_j$ with weights $0 \le w_j
# \le 1$ that add up to $k$: it is largest when all the weight lies on the $k$ largest eigenvalues.
#
# Two numbers must agree: what PCA's reconstruction really loses, and what the formula promises.

# %% slideshow={"slide_type": "fragment"}
flat_train = images.x_train.reshape(len(images.x_train), -1).astype("float64")
pca = PCA(CODE_SIZE, svd_solver="covariance_eigh").fit(flat_train)
rebuilt = pca.inverse_transform(pca.transform(flat_train))
lost = np.sum((flat_train - rebuilt) ** 2, axis=1).mean()
dropped = np.linalg.eigvalsh(np.cov(flat_train.T, bias=True))[:-CODE_SIZE].sum()
assert np.isclose(lost, dropped, rtol=1e-6), (lost, dropped)
print(f"loss per image: measured {lost:.4f}, formula {dropped:.4f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Does any other choice of 32 directions do better? The argument says no. Try some: the 32 cosine
# waves of lowest frequency (which JPEG is built on), and twenty random choices.


# %% slideshow={"slide_type": "fragment"}
def lost_by(directions):
    """Mean squared distance from the training images to their projection on these directions."""
    basis, _ = np.linalg.qr(directions)
    centred = flat_train - flat_train.mean(axis=0)
    return np.sum((centred - centred @ basis @ basis.T) ** 2, axis=1).mean()


waves = idctn(np.eye(784).reshape(784, 28, 28), axes=(1, 2), norm="ortho").reshape(784, 784)
slowest = np.argsort([row**2 + column**2 for row in range(28) for column in range(28)])
rng = np.random.default_rng(0)
others = [waves[slowest[:CODE_SIZE]].T, *rng.normal(size=(20, 784, CODE_SIZE))]
losses = [lost_by(other) for other in others]
assert np.isclose(lost_by(pca.components_.T), lost, rtol=1e-6)
assert min(losses) > lost
print(
    f"PCA {lost:.1f}, cosine waves {losses[0]:.1f}, best of 20 random choices {min(losses[1:]):.1f}"
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Errors from here on are per pixel, on images that were not used for fitting: the **held-out
# mean squared error**. Beside it stands the peak signal-to-noise ratio, which is the same thing
# in decibels: for pixels in $[0, 1]$, $\mathrm{PSNR} = -10 \log_{10} \mathrm{MSE}$. Halving the
# error adds 3 dB.


# %% slideshow={"slide_type": "fragment"}
def held_out_error(rebuilt):
    """Mean squared error per pixel against the test images."""
    return float(np.mean((images.x_test - rebuilt) ** 2))


flat_test = images.x_test.reshape(len(images.x_test), -1)
pca_rebuilt = pca.inverse_transform(pca.transform(flat_test)).reshape(images.x_test.shape)
pca_rebuilt = np.clip(pca_rebuilt, 0, 1)  # no pixel is darker than black: this helps PCA a little
pca_error = held_out_error(pca_rebuilt)
mean_error = held_out_error(images.x_train.mean(axis=0))
for name, error in {
    "always the mean image": mean_error,
    f"PCA, {CODE_SIZE} numbers": pca_error,
}.items():
    print(f"{name:22}  error {error:.4f}  PSNR {-10 * np.log10(error):.1f} dB")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A network that may bend
#
# Let a sleeve grow longer: the image does not move along a straight line in the space of pixels:
# one pixel after another lights up. The images lie near a curved surface, and a flat one must cut
# through it. So put a hidden layer with a ReLU, $\max(0, a)$, on either side of the code: the map
# is no longer linear. Every pixel is connected with every hidden unit: a **dense** autoencoder.


# %% slideshow={"slide_type": "subslide"}
def dense_encoder(image_shape, code_size, hidden=(256,)):
    layers = [keras.Input(image_shape), keras.layers.Flatten()]
    layers += [keras.layers.Dense(units, activation="relu") for units in hidden]
    layers += [keras.layers.Dense(code_size)]
    return keras.Sequential(layers, name="dense_encoder")


# %% [markdown] slideshow={"slide_type": "fragment"}
# The last layer of the encoder has no activation: a code may be any number. The decoder mirrors
# the encoder and ends in a sigmoid, because pixels lie in $[0, 1]$.


# %% slideshow={"slide_type": "subslide"}
def dense_decoder(image_shape, code_size, hidden=(256,)):
    layers = [keras.Input((code_size,))]
    layers += [keras.layers.Dense(units, activation="relu") for units in hidden]
    layers += [keras.layers.Dense(math.prod(image_shape), activation="sigmoid")]
    layers += [keras.layers.Reshape(image_shape)]
    return keras.Sequential(layers, name="dense_decoder")


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
plotting.network(
    [dense_encoder(IMAGE_SHAPE, CODE_SIZE), dense_decoder(IMAGE_SHAPE, CODE_SIZE)],
    "Where is the bottleneck? The dense autoencoder",
    alt="Blocks for each layer, from the image of 784 numbers through 256 hidden units down to a "
    "code of 32 numbers, and back through 256 hidden units.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A network that knows about neighbours
#
# A dense layer does not know which pixels are neighbours. Shuffle the pixels of all images in the
# same way, shuffle its weights along, and it computes what it did before:

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
shuffle = rng.permutation(784)
layer = dense_encoder(IMAGE_SHAPE, CODE_SIZE).layers[1]
kernel = keras.ops.convert_to_numpy(layer.kernel)
as_before = np.allclose(
    flat_test[:50] @ kernel, flat_test[:50, shuffle] @ kernel[shuffle], atol=1e-5
)
print("shuffled pixels, shuffled weights, same output:", as_before)

# %% [markdown] slideshow={"slide_type": "subslide"}
# A **convolution** looks at 3 × 3 patches, with the same weights everywhere. Stride 2 halves the
# height and width; a transposed convolution doubles them again.


# %% slideshow={"slide_type": "subslide"}
def conv_encoder(image_shape, code_size, filters=(32, 64)):
    layers = [keras.Input(image_shape)]
    halving = {"strides": 2, "padding": "same", "activation": "relu"}
    layers += [keras.layers.Conv2D(channels, 3, **halving) for channels in filters]
    layers += [keras.layers.Flatten(), keras.layers.Dense(code_size)]
    return keras.Sequential(layers, name="conv_encoder")


# %% slideshow={"slide_type": "subslide"}
def conv_decoder(image_shape, code_size, filters=(64, 32)):
    enlarge = 2 ** len(filters)
    rows, columns = (math.ceil(size / enlarge) for size in image_shape[:2])
    grid = (rows, columns, filters[0])
    layers = [keras.Input((code_size,))]
    layers += [keras.layers.Dense(math.prod(grid), activation="relu"), keras.layers.Reshape(grid)]
    doubling = {"strides": 2, "padding": "same", "activation": "relu"}
    layers += [keras.layers.Conv2DTranspose(channels, 3, **doubling) for channels in filters]
    layers += [
        keras.layers.Conv2DTranspose(image_shape[2], 3, padding="same", activation="sigmoid")
    ]
    excess = (rows * enlarge - image_shape[0], columns * enlarge - image_shape[1])
    if any(excess):
        layers += [keras.layers.Cropping2D([(0, more) for more in excess])]
    return keras.Sequential(layers, name="conv_decoder")


# %% slideshow={"slide_type": "slide"} tags=["nbval-check-output"]
def convolutional(code_size=CODE_SIZE):
    return conv_encoder(IMAGE_SHAPE, code_size), conv_decoder(IMAGE_SHAPE, code_size)


plotting.network(
    convolutional(),
    "Where is the bottleneck? The convolutional autoencoder",
    alt="Blocks for each layer, from the image of 784 numbers through two convolutions down to a "
    "code of 32 numbers, and through a dense layer and three transposed convolutions back.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# How many weights is that? A dense layer from $m$ to $n$ units has $(m + 1)\,n$; a convolution
# with a $3 \times 3$ window from $c$ to $n$ channels has $(9c + 1)\,n$, whatever the size of the
# image. Count by hand, then ask Keras.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
by_hand = {
    "encoder": (9 * 1 + 1) * 32 + (9 * 32 + 1) * 64 + (7 * 7 * 64 + 1) * CODE_SIZE,
    "decoder": (CODE_SIZE + 1) * 7 * 7 * 64
    + (9 * 64 + 1) * 64
    + (9 * 64 + 1) * 32
    + (9 * 32 + 1) * 1,
}
for (part, count), network in zip(by_hand.items(), convolutional(), strict=True):
    assert network.count_params() == count
    print(f"convolutional {part}: {count:,} parameters")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is equal in the comparison?
#
# Two networks differ in many ways. If the convolutional one wins, was it the convolution, or
# simply more weights, or more computing? A fair test changes one thing. So the dense network
# appears twice:
#
# - **dense, 256**: a usual width;
# - **dense, equal**: as wide as needed to have the parameters of the convolutional one.
#
# With one hidden layer of $h$ units on each side, the dense network has
# $2 \cdot 784\,h + 2 \cdot 32\,h + 2h + 784 + 32$ parameters. Solve for $h$.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
pixels, conv_count = math.prod(IMAGE_SHAPE), sum(by_hand.values())
EQUAL_WIDTH = round((conv_count - pixels - CODE_SIZE) / (2 * pixels + 2 * CODE_SIZE + 2))


def dense(width, code_size=CODE_SIZE):
    return (
        dense_encoder(IMAGE_SHAPE, code_size, (width,)),
        dense_decoder(IMAGE_SHAPE, code_size, (width,)),
    )


NETWORKS = {
    "convolutional": convolutional,
    "dense, 256": lambda code_size=CODE_SIZE: dense(256, code_size),
    "dense, equal": lambda code_size=CODE_SIZE: dense(EQUAL_WIDTH, code_size),
}
for name, build in NETWORKS.items():
    print(f"{name:14} {sum(part.count_params() for part in build()):>8,} parameters")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Equal weights are not equal work. A dense layer uses each weight once per image. A convolution
# uses each of its weights at every position of its output (a transposed one: of its input).


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def multiplications(networks):
    """Multiplications for one image, forward, from the layers' shapes."""
    total = 0
    for layer in (layer for network in networks for layer in network.layers if layer.weights):
        kernel = layer.kernel
        transposed = isinstance(layer, keras.layers.Conv2DTranspose)
        shape = layer.input.shape if transposed else layer.output.shape
        positions = math.prod(shape[1:3]) if len(kernel.shape) == 4 else 1
        total += math.prod(kernel.shape) * positions
    return total


work = {name: multiplications(build()) for name, build in NETWORKS.items()}
for name, count in work.items():
    ratio = count / work["dense, equal"]
    print(f"{name:14} {count:>10,} multiplications per image, {ratio:4.1f} times 'dense, equal'")

# %% [markdown] slideshow={"slide_type": "fragment"}
# So equal parameters do not make all else equal: the convolutional network is deeper, works harder,
# and most of its weights sit in its two dense layers. The clock will tell what that costs.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Training
#
# Everything else is equal: the same images in the same order, Adam with one learning rate (tuned
# for none of them), the same batches, the mean squared error as the loss. `fit` measures the
# held-out error after each epoch (on every fifth test image) and the seconds spent in training
# alone, the compilation of the first step included. The test images steer nothing: no choice below
# depends on them.


# %% slideshow={"slide_type": "fragment"}
watched = images.x_test[::5]


def train(name, seed, epochs, code_size=CODE_SIZE, report="line"):
    """Build with this seed, train, and return the model, its run and its first held-out error."""
    keras.utils.set_random_seed(seed)
    model = Autoencoder(*NETWORKS[name](code_size))
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    untrained = model.evaluate(watched, watched, batch_size=512, verbose=0)
    run = fit(
        model,
        images.x_train,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        seed=seed,
        validation_data=(watched, watched),
        run=f"01_autoencoders/{name}, code {code_size}, {TRAIN_SIZE}x{epochs}, seed {seed}",
        report=report,
    )
    return model, run, [untrained, *run.history["val_loss"]]


# %% slideshow={"slide_type": "skip"}
model, run, _ = train("convolutional", SEEDS[0], EPOCHS, report="epochs")

# %% [markdown] slideshow={"slide_type": "skip"}
# One seed is an anecdote. Now all seeds. The dense network of equal size is quicker per epoch; it
# gets more epochs, so that both run for about as long. Wherever seconds are compared, the
# comparison ends where the shorter run ends.

# %% slideshow={"slide_type": "skip"}
budget = dict.fromkeys(NETWORKS, EPOCHS) | {"dense, equal": EPOCHS * LONGER}
runs = {name: [train(name, seed, epochs) for seed in SEEDS] for name, epochs in budget.items()}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who learns faster?
#
# The same runs, drawn over two clocks: epochs for all three networks, seconds for the two of equal
# size. The horizontal line is PCA with equally many numbers, on the same images; a network that
# stays above it could have been replaced by a matrix. Bands span the seeds. (Seconds of a run that
# was loaded are those of the machine that trained it.)


# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
def per_epoch(name):
    errors = np.array([curve[: EPOCHS + 1] for _, _, curve in runs[name]])
    return np.arange(EPOCHS + 1), errors


def per_second(name):
    seconds = np.mean([[0, *run.seconds] for _, run, _ in runs[name]], axis=0)
    return seconds, np.array([curve for _, _, curve in runs[name]])


target = float(np.mean((watched - pca_rebuilt[::5]) ** 2))
plotting.lines(
    {
        "epochs": {name: per_epoch(name) for name in runs},
        "seconds of training on this machine": {
            name: per_second(name) for name in ("convolutional", "dense, equal")
        },
    },
    "Who learns faster: per epoch, and per second?",
    alt="Held-out error falling over epochs (left) and over seconds (right) for the "
    "convolutional and two dense autoencoders, with PCA's error as a horizontal line.",
    y_label="held-out error per pixel",
    levels={f"PCA, {CODE_SIZE} numbers": target},
    log_y=True,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What comes back
#
# The same ten test images through each code of 32 numbers. Look at prints, straps and laces: what
# does each one give up first?

# %% slideshow={"slide_type": "fragment"}
shown = images.x_test[first_of_class]
rebuilt = {
    f"{name}, {budget[name]} epochs": runs[name][0][0].reconstruct(images.x_test) for name in runs
}
rebuilt = {f"PCA, {CODE_SIZE}": pca_rebuilt} | rebuilt
plotting.image_rows(
    {"original": shown} | {name: pictures[first_of_class] for name, pictures in rebuilt.items()},
    f"What is left of ten test images after {CODE_SIZE} numbers?",
    alt="Five rows of the same ten garments: the originals, then what PCA, the convolutional and "
    "the two dense autoencoders give back; the held-out error stands at the end of each row.",
    notes={name: f"{held_out_error(pictures):.4f}" for name, pictures in rebuilt.items()},
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How many numbers does it take?
#
# Now vary the size of the code alone: one seed, the same epochs for each network.

# %% slideshow={"slide_type": "skip"}
compared = ("convolutional", "dense, equal")
sweep = {name: [] for name in ("PCA", *compared)}
for size in CODE_SIZES:
    kept = PCA(size, svd_solver="covariance_eigh").fit(flat_train)
    pictures = kept.inverse_transform(kept.transform(flat_test)).clip(0, 1)
    sweep["PCA"].append(held_out_error(pictures.reshape(images.x_test.shape)))
    for name in compared:
        trained, _, _ = train(name, SEEDS[0], EPOCHS, size)
        sweep[name].append(held_out_error(trained.reconstruct(images.x_test)))

# %% slideshow={"slide_type": "fragment"}
plotting.lines(
    {"numbers in the code": {name: (CODE_SIZES, errors) for name, errors in sweep.items()}},
    "How does the error fall as the code grows?",
    alt="Held-out error against the size of the code, one line each for PCA, the convolutional and "
    "the dense autoencoder.",
    y_label="held-out error per pixel",
    log_x=True,
    log_y=True,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# If the images lie near a curved surface, bending should help most where the code is small. Where
# it is large, a network that has trained for a few epochs may lose against PCA, which needs no
# training at all. What do the ratios say at your budget (above 1, the network wins)?

# %% slideshow={"slide_type": "subslide"}
for index, size in enumerate(CODE_SIZES):
    ratios = ", ".join(
        f"{name} {sweep['PCA'][index] / sweep[name][index]:.2f}" for name in compared
    )
    print(f"code of {size:3}: PCA's error divided by that of {ratios}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# > "A convolutional autoencoder learns a lot quicker, in fewer epochs, than a dense one."
#
# To learn quicker than another is to reach the same error sooner. The error to reach: PCA's with
# equally many numbers. We read off where each curve crosses that line, interpolating the logarithm
# of the error between two epochs. "A lot" is put at twice as quick. All are watched for equally
# many epochs (or seconds); a run that has not crossed by then counts as later than the end.


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def first_crossing(clock, errors, target):
    """Value of `clock` where `errors` first falls to `target`; infinity if it never does."""
    below = np.flatnonzero(np.asarray(errors) <= target)
    if not len(below):
        return math.inf
    after = below[0]
    span = np.log([target, errors[after - 1], errors[after]])
    share = (span[1] - span[0]) / (span[1] - span[2])
    return clock[after - 1] + share * (clock[after] - clock[after - 1])


assert first_crossing([0, 1, 2], [1.0, 0.1, 0.01], 0.1) == 1
assert np.isclose(first_crossing([0, 1, 2], [1.0, 0.1, 0.001], 0.01), 1.5)
assert first_crossing([0, 1], [1.0, 0.5], 0.1) == math.inf
print("from 1 to 0.01 in one epoch, 0.1 is crossed at", first_crossing([0, 1], [1.0, 0.01], 0.1))

# %% slideshow={"slide_type": "skip"}
epochs_needed = {
    name: [
        first_crossing(range(EPOCHS + 1), curve[: EPOCHS + 1], target) for *_, curve in runs[name]
    ]
    for name in runs
}
BUDGET = (
    f"{TRAIN_SIZE:,} images, {EPOCHS} epochs (equal dense: {EPOCHS * LONGER}), code of {CODE_SIZE}"
)

# %% slideshow={"slide_type": "subslide"}
as_stated = claims.test(
    claims.Claim(
        name="fewer_epochs",
        statement="A convolutional autoencoder learns a lot quicker, in fewer epochs, than a "
        "dense one.",
        test="The usual dense network (256 hidden units, more parameters) against the "
        "convolutional one; same data, order, optimizer.",
        measure=f"epochs until the held-out error is that of PCA with {CODE_SIZE} numbers",
        factor=2,
        limit=EPOCHS,
    ),
    {name: epochs_needed[name] for name in ("convolutional", "dense, 256")},
    BUDGET,
    images,
)
claims.show(as_stated, "01_autoencoders")

# %% [markdown] slideshow={"slide_type": "subslide"}
# That comparison changes two things, the kind of layer and the number of weights. At equal
# parameters:

# %% slideshow={"slide_type": "fragment"}
equal_parameters = claims.test(
    claims.Claim(
        name="fewer_epochs_equal_parameters",
        statement="It also needs a lot fewer epochs at equal parameters.",
        test="The dense network is made as wide as needed for the same number of parameters.",
        measure=f"epochs until the held-out error is that of PCA with {CODE_SIZE} numbers",
        factor=2,
        limit=EPOCHS,
    ),
    {name: epochs_needed[name] for name in ("convolutional", "dense, equal")},
    BUDGET,
    images,
)
claims.show(equal_parameters, "01_autoencoders")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Nobody waits in epochs. The same runs by the clock, watched until the shorter of the two ends:

# %% slideshow={"slide_type": "fragment"}
pairs = [(runs["convolutional"][i], runs["dense, equal"][i]) for i in range(len(SEEDS))]
ends = [min(run.seconds[-1] for _, run, _ in pair) for pair in pairs]


def seconds_needed(end, run, curve):
    """Seconds to PCA's error; infinity if they are more than `end`."""
    seconds = first_crossing([0, *run.seconds], curve, target)
    return seconds if seconds <= end else math.inf


# %% slideshow={"slide_type": "fragment"}
by_the_clock = claims.test(
    claims.Claim(
        name="fewer_seconds",
        statement="It also learns quicker in seconds.",
        test="The same runs at equal parameters; seconds of training, without validation.",
        measure=f"seconds until the held-out error is that of PCA with {CODE_SIZE} numbers",
    ),
    {
        name: [seconds_needed(end, *pair[i][1:]) for end, pair in zip(ends, pairs, strict=True)]
        for i, name in enumerate(("convolutional", "dense, equal"))
    },
    BUDGET,
    images,
)
claims.show(by_the_clock, "01_autoencoders")

# %% [markdown] slideshow={"slide_type": "subslide"}
# A head start need not last. Stop both at the same second, the one at which the shorter of the
# two runs ended, and compare what they have reached by then:


# %% slideshow={"slide_type": "fragment"}
def error_at(second, run, curve):
    """Held-out error at a time of training, read off between two epochs."""
    return float(np.exp(np.interp(second, [0, *run.seconds], np.log(curve))))


at_equal_seconds = claims.test(
    claims.Claim(
        name="lower_error_equal_seconds",
        statement="After the same number of seconds, the convolutional one is ahead.",
        test="Equal parameters; both are read at the second at which the shorter run ended.",
        measure="held-out error per pixel at equal seconds",
    ),
    {
        "convolutional": [
            error_at(end, *pair[0][1:]) for end, pair in zip(ends, pairs, strict=True)
        ],
        "dense, equal": [
            error_at(end, *pair[1][1:]) for end, pair in zip(ends, pairs, strict=True)
        ],
    },
    BUDGET,
    images,
)
claims.show(at_equal_seconds, "01_autoencoders")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# **1. Decibels.** Complete `psnr`. Check yourself: two images that differ by 0.1 in every pixel
# have a PSNR of 20 dB; of two equal images it is infinite, and no warning should appear.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def psnr(original, reconstruction):
    """Peak signal-to-noise ratio in decibels of images with pixels in [0, 1]."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Count.** Complete `conv_parameters`, then predict the parameters of `conv_encoder` with
# `filters=(16, 32, 64)` on a 32 × 32 RGB image and a code of 10, before you build it. Check
# yourself: the whole encoder has 33,834.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def conv_parameters(channels_in, channels_out, window=3):
    """Number of weights and biases of one convolution."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **3. The smallest code.** Complete `smallest_code` for arrays of shape (n, 784): the fewest
# principal components whose held-out error, without clipping, is at most `error`. One
# decomposition is enough, no loop over `fit`. Check yourself: take the error of the unclipped
# reconstruction by `CODE_SIZE` components, times 1.0001, and it must answer `CODE_SIZE`.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def smallest_code(x_train, x_test, error):
    """Number of principal components of `x_train` that rebuild `x_test` to this error."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Shuffle the pixels.** Apply one fixed permutation to the 784 pixels of all images (training
# and test; `dataclasses.replace(images, x_train=…, x_test=…)` makes the new set), and run the
# notebook again from "First the best linear code". Check yourself: PCA's error stays what it was,
# the dense networks end about where they did, and the convolutional one ends worse. Why must the
# first be so, and why would you expect the others?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [02 · What an autoencoder is good for](02_autoencoder_applications.ipynb): denoising,
#   compression, features, and why its code cannot be sampled.
# - Baldi & Hornik 1989, [Neural networks and principal component
#   analysis](https://doi.org/10.1016/0893-6080(89)90014-2): linear autoencoders have no bad local
#   minima.
# - Hinton & Salakhutdinov 2006, [Reducing the dimensionality of data with neural
#   networks](https://doi.org/10.1126/science.1127647): deep autoencoders against PCA.
# - Dumoulin & Visin 2016, [A guide to convolution
#   arithmetic](https://arxiv.org/abs/1603.07285).
