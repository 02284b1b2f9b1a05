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

from course_utils.evaluation import claims, recorded
from course_utils.models import Autoencoder
from course_utils.training import fit, recipe

# %% [markdown] slideshow={"slide_type": "skip"}
# All numbers that shape the experiments stand in one cell. Change them here, run again from the
# top, and everything below follows.

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "01_autoencoders"
TRAIN_SIZE = by_profile(smoke=2_000, cpu=60_000, gpu=60_000)
TEST_SIZE = by_profile(smoke=2_000, cpu=None, gpu=None)  # None: all of them
# Lengths of training, in epochs: each is planned and run by itself. In a recording a sixteenth and
# a quarter of the longest are among them, to show whether a verdict turns over.
LENGTHS = by_profile(
    smoke=(1, 3),
    cpu=(1 / 4, 1, 3),
    gpu=(1 / 4, 1, 4, 16),
    record=(1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 16),
)
EPOCHS = LENGTHS[-1]
# With Adam the dense network is far quicker and gets more epochs.
ADAM_LENGTHS = by_profile(smoke=(3, 6), cpu=(1, 4, 12), gpu=(1, 4, 16, 64), record=(1, 4, 16, 64))
BATCH_SIZE = by_profile(smoke=32, cpu=64, gpu=64)
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(5))

# %% slideshow={"slide_type": "skip"}
# Learning rates to choose from, for several lengths of training: a short one takes larger steps.
WITH_MUON = {
    1 / 16: (5e-3, 1e-2, 2e-2, 4e-2),
    1 / 4: (5e-3, 1e-2, 2e-2, 4e-2),
    1: (5e-3, 1e-2, 2e-2),
    4: (5e-3, 1e-2, 2e-2),
    16: (2.5e-3, 5e-3, 1e-2),
}
PEAKS = {
    "convolutional": WITH_MUON,
    "dense, equal": WITH_MUON,
    "dense, equal, Adam": {
        1: (5e-3, 1e-2, 2e-2),
        4: (2.5e-3, 5e-3, 1e-2),
        16: (2.5e-3, 5e-3, 1e-2),
    },
}
# To see what the recipe's parts buy, for these networks:
STEP_NETWORKS = by_profile(
    smoke=("dense, 256",),
    cpu=("dense, 256",),
    gpu=("dense, 256", "convolutional"),
    record=("dense, 256", "convolutional"),
)
STEP_EPOCHS = by_profile(smoke=1, cpu=2, gpu=2)
STEP_SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3))
CODE_SIZE = 32
ALL_SIZES = (2, 8, 32, 128)
CODE_SIZES = by_profile(smoke=(8, 32), cpu=(2, 32), gpu=ALL_SIZES, record=ALL_SIZES)
SIZE_EPOCHS = by_profile(smoke=3, cpu=3, gpu=4, record=4)  # training for each of them

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The data
#
# 28 × 28 grey pixels are 784 numbers. Yet nobody would need 784 numbers to describe a shirt.
# How many would *you* use? Few numbers that say nearly everything are called its **code**.

# %% [markdown] slideshow={"slide_type": "notes"}
# (Width, length of the sleeves, brightness, a collar or none …) A code is also called a position in
# **latent space**.

# %% slideshow={"slide_type": "skip"}
images = data.load("fashion_mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
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
# code $z \in \mathbb R^k$, and a decoder $d$ back. The code is the **bottleneck**. The pair is
# judged by what it gives back:
#
# $$\mathcal L = \frac1n \sum_{i=1}^n \lVert x_i - d(e(x_i)) \rVert^2 .$$

# %% [markdown] slideshow={"slide_type": "subslide"}
# Suppose that both are linear. Which $k$ numbers should the encoder keep? The coordinates along the
# $k$ directions of largest variance: **principal component analysis**. What is lost is the variance
# along all the others:
#
# $$\min_{\text{linear } e, d} \mathcal L = \sum_{j > k} \lambda_j .$$

# %% [markdown] slideshow={"slide_type": "notes"}
# Linear plus a constant; and any invertible mixture of the coordinates does as well. The $\lambda_1
# \ge \lambda_2 \ge \dots$ are the eigenvalues of the covariance matrix in order ([Eckart & Young
# 1936](https://doi.org/10.1007/BF02288367); for networks [Baldi & Hornik
# 1989](https://doi.org/10.1016/0893-6080(89)90014-2)).

# %% [markdown] slideshow={"slide_type": "notes"}
# Why can nothing linear do better? Whatever it is sent, a linear decoder answers with a point of
# one $k$-dimensional plane. The nearest such point is the projection, and the best plane goes
# through the mean. Projecting the centred images on $k$ orthonormal directions, the columns of $B$,
# loses $\operatorname{tr} C - \operatorname{tr} B^\top C B$, where $C$ is the covariance matrix. In
# the basis of $C$'s eigenvectors the last term is $\sum_j w_j \lambda_j$ with weights $0 \le w_j
# \le 1$ that add up to $k$: it is largest when all the weight lies on the $k$ largest eigenvalues.
#
# Two numbers must agree: what PCA's reconstruction really loses, and what the formula promises.

# %% slideshow={"slide_type": "fragment"} tags=["hide-input"]
flat_train = images.x_train.reshape(len(images.x_train), -1).astype("float64")
pca = PCA(CODE_SIZE, svd_solver="covariance_eigh").fit(flat_train)
rebuilt = pca.inverse_transform(pca.transform(flat_train))
lost = np.sum((flat_train - rebuilt) ** 2, axis=1).mean()
dropped = np.linalg.eigvalsh(np.cov(flat_train.T, bias=True))[:-CODE_SIZE].sum()
assert np.isclose(lost, dropped, rtol=1e-6), (lost, dropped)
print(f"loss per image: measured {lost:.4f}, formula {dropped:.4f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Does any other choice of 32 directions do better? Try some: the 32 cosine waves of lowest
# frequency (which JPEG is built on), and twenty random choices.


# %% slideshow={"slide_type": "fragment"} tags=["hide-input"]
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

# %% [markdown] slideshow={"slide_type": "notes"}
# Errors from here on are per pixel, on images that were not used for fitting: the **held-out
# mean squared error**. Beside it stands the peak signal-to-noise ratio, which is the same thing
# in decibels: for pixels in $[0, 1]$, $\mathrm{PSNR} = -10 \log_{10} \mathrm{MSE}$. Halving the
# error adds 3 dB.


# %% slideshow={"slide_type": "skip"}
def held_out_error(rebuilt):
    """Mean squared error per pixel against the test images."""
    return float(np.mean((images.x_test - rebuilt) ** 2))


flat_test = images.x_test.reshape(len(images.x_test), -1)
directions = PCA(max(ALL_SIZES), svd_solver="covariance_eigh").fit(flat_train).components_


def rebuilt_by_pca(size):
    """Test images from this many numbers, clipped: no pixel is darker than black."""
    basis, mean = directions[:size], flat_train.mean(axis=0)
    return ((flat_test - mean) @ basis.T @ basis + mean).clip(0, 1).reshape(images.x_test.shape)


pca_rebuilt = rebuilt_by_pca(CODE_SIZE)
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
# Let a sleeve grow longer: one pixel after another lights up. The images lie near a curved surface,
# and a flat one must cut through it. So put a hidden layer with a ReLU on either side of the code.

# %% [markdown] slideshow={"slide_type": "notes"}
# (The image does not move along a straight line in the space of pixels.) With $\max(0, a)$ the map
# is no longer linear. Every pixel is connected with every hidden unit: a **dense** autoencoder.


# %% slideshow={"slide_type": "fragment"}
def dense_encoder(image_shape, code_size, hidden=(256,)):
    layers = [keras.Input(image_shape), keras.layers.Flatten()]
    layers += [keras.layers.Dense(units, activation="relu") for units in hidden]
    layers += [keras.layers.Dense(code_size)]
    return keras.Sequential(layers, name="dense_encoder")


# %% [markdown] slideshow={"slide_type": "notes"}
# The last layer of the encoder has no activation: a code may be any number. The decoder mirrors
# the encoder and ends in a sigmoid, because pixels lie in $[0, 1]$.


# %% slideshow={"slide_type": "skip"}
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

# %% [markdown] slideshow={"slide_type": "subslide"}
# That is all there is to it: `decoder(encoder(x))`, and the mean squared difference to `x`, which
# training will make smaller. Untrained, the pair gives back grey.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
encoder, decoder = dense_encoder(IMAGE_SHAPE, CODE_SIZE), dense_decoder(IMAGE_SHAPE, CODE_SIZE)
x = images.x_test[:100]
code = encoder(x)
given_back = keras.ops.convert_to_numpy(decoder(code))
print("image", x.shape, "→ code", tuple(code.shape), "→ image", given_back.shape)
by_hand = np.mean((x - given_back) ** 2)
by_package = np.mean((x - Autoencoder(encoder, decoder).reconstruct(x)) ** 2)
print(f"the loss by hand and by the package differ by {abs(by_hand - by_package):.5f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A network that knows about neighbours
#
# A dense layer does not know which pixels are neighbours. Shuffle the pixels of all images in the
# same way, shuffle its weights along, and it computes what it did before:

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
shuffle = rng.permutation(784)
layer = dense_encoder(IMAGE_SHAPE, CODE_SIZE).layers[1]
kernel = keras.ops.convert_to_numpy(layer.kernel)
outputs = flat_test[:50] @ kernel
shuffled_outputs = flat_test[:50, shuffle] @ kernel[shuffle]
print(f"largest difference of the outputs: {abs(outputs - shuffled_outputs).max():.4f}")
print("without shuffling the weights: more than 0.1:",
      bool(abs(outputs - flat_test[:50, shuffle] @ kernel).max() > 0.1))  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# A **convolution** looks at 3 × 3 patches, with the same weights everywhere. Stride 2 halves the
# height and width; a transposed convolution doubles them again. What does one output number see?

# %% [markdown] slideshow={"slide_type": "notes"}
# Where a patch hangs over the edge, zeros stand in (**padding**), so that the output has half the
# size and not a little less. After one layer an output sees 3 × 3 pixels, after two 7 × 7: its
# **receptive field**. Light one pixel and look which outputs answer; light one output of a
# transposed convolution, and look which pixels it paints.


# %% slideshow={"slide_type": "skip"}
def seen_by_the_middle(*layers_between):
    """Which of 9 × 9 pixels reach the middle one of the outputs through these layers."""
    network = keras.Sequential([keras.Input((9, 9, 1)), *layers_between])
    every_pixel = np.eye(81, dtype="float32").reshape(81, 9, 9, 1)
    outputs = network.predict(every_pixel, verbose=0)
    middle = outputs.shape[1] // 2
    return (abs(outputs[:, middle, middle, 0]) > 0).reshape(9, 9)


def ones(kind):
    """A layer of this kind with stride 2 and 3 × 3 weights that are all one."""
    options = {"strides": 2, "padding": "same", "kernel_initializer": "ones", "use_bias": False}
    return getattr(keras.layers, kind)(1, 3, **options)


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
lit = np.zeros((1, 5, 5, 1), dtype="float32")
lit[0, 2, 2] = 1
painted = keras.ops.convert_to_numpy(ones("Conv2DTranspose")(lit))[0, 1:, 1:, 0] > 0
fields = {
    "seen through one convolution": seen_by_the_middle(ones("Conv2D")),
    "seen through two": seen_by_the_middle(ones("Conv2D"), ones("Conv2D")),
    "painted by a transposed one": painted,
}
plotting.image_rows(
    {name: 0.25 + 0.75 * field[None, :, :, None] for name, field in fields.items()},
    "Which pixels does one number see, and which does it paint?",
    alt="Three squares of nine by nine grey pixels: three by three of them are white for one "
    "convolution, seven by seven for two, three by three for a transposed convolution.",
    notes={name: f"{int(field.sum())} pixels" for name, field in fields.items()},
)
assert [int(field.sum()) for field in fields.values()] == [9, 49, 9]


# %% slideshow={"slide_type": "skip"}
def conv_encoder(image_shape, code_size, filters=(32, 64)):
    layers = [keras.Input(image_shape)]
    halving = {"strides": 2, "padding": "same", "activation": "relu"}
    layers += [keras.layers.Conv2D(channels, 3, **halving) for channels in filters]
    layers += [keras.layers.Flatten(), keras.layers.Dense(code_size)]
    return keras.Sequential(layers, name="conv_encoder")


# %% slideshow={"slide_type": "skip"}
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


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def convolutional(code_size=CODE_SIZE):
    return conv_encoder(IMAGE_SHAPE, code_size), conv_decoder(IMAGE_SHAPE, code_size)


plotting.network(
    convolutional(),
    "Where is the bottleneck? The convolutional autoencoder",
    alt="Blocks for each layer, from the image of 784 numbers through two convolutions down to a "
    "code of 32 numbers, and through a dense layer and three transposed convolutions back.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# How many weights is that? A dense layer from $m$ to $n$ units has $(m + 1)\,n$; a convolution
# with a $3 \times 3$ window from $c$ to $n$ channels has $(9c + 1)\,n$, whatever the size of the
# image. Count by hand, then ask Keras.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
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
# If the convolutional one wins, was it the convolution, or simply more weights, or more computing?
# A fair test changes one thing. So the dense network appears twice:
#
# - **dense, 256**: a usual width;
# - **dense, equal**: as wide as needed to have the parameters of the convolutional one.

# %% [markdown] slideshow={"slide_type": "notes"}
# With one hidden layer of $h$ units on each side and a code of $k$ numbers, the dense network has
# $2 \cdot 784\,h + 2 k h + 2h + 784 + k$ parameters. Solve for $h$: another width for each $k$.

# %% slideshow={"slide_type": "skip"}
pixels = math.prod(IMAGE_SHAPE)


def parameters(networks):
    """Parameters of encoder and decoder together."""
    return sum(network.count_params() for network in networks)


def equal_width(code_size):
    """Hidden units that give a dense autoencoder the convolutional one's parameters."""
    wanted = parameters(convolutional(code_size))
    return round((wanted - pixels - code_size) / (2 * pixels + 2 * code_size + 2))


def dense(width, code_size=CODE_SIZE):
    return (
        dense_encoder(IMAGE_SHAPE, code_size, (width,)),
        dense_decoder(IMAGE_SHAPE, code_size, (width,)),
    )


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
NETWORKS = {
    "convolutional": convolutional,
    "dense, 256": lambda code_size=CODE_SIZE: dense(256, code_size),
    "dense, equal": lambda code_size=CODE_SIZE: dense(equal_width(code_size), code_size),
}
for name, build in NETWORKS.items():
    sizes = ", ".join(
        f"{parameters(build(size)):>8,} with a code of {size}" for size in (2, 32, 128)
    )
    print(f"{name:14} {sizes}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Equal weights are not equal work: a convolution uses each of its weights at every position.

# %% [markdown] slideshow={"slide_type": "notes"}
# A dense layer uses each weight once per image. A convolution: at every position of its output (a
# transposed one: of its input).


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
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

# %% [markdown] slideshow={"slide_type": "notes"}
# So equal parameters do not make all else equal: the convolutional network is deeper, works harder,
# and most of its weights sit in its two dense layers. The clock will tell what that costs.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How to train: a recipe, and what each part buys
#
# The usual way is Adam at one learning rate of 0.001. It works, and it is slow. Four changes:
#
# 1. **Warm-up and cosine.** Large steps go far, small steps settle.
# 2. **Small batches**: twice as many updates an epoch.
# 3. **Muon** for the weights of dense layers: every direction learns.
# 4. **A shorter memory** for Adam's mean of squares.

# %% [markdown] slideshow={"slide_type": "notes"}
# The usual way: [Kingma & Ba 2015](https://arxiv.org/abs/1412.6980).
#
# 1. Let the rate rise for a tenth of the updates to a peak that would be too large to stay at, and
# fall to zero. 2. 64 images instead of 128. 3. Muon ([Jordan et al.
# 2024](https://kellerjordan.github.io/posts/muon/); with the step sizes of [Liu et al.
# 2025](https://arxiv.org/abs/2502.16982)): the gradient of a dense layer's weights is a matrix, and
# a few of its directions are much larger than all others; Adam mostly follows these. Muon makes all
# singular values about equal. 4. β₂ = 0.99, for all other weights.
#
# `course_utils.training.recipe(updates, peak)` is all four, `recipe(…, muon=False)` is three of
# them. Is each worth having: per epoch, and per second? Muon takes a dozen matrix products for each
# weight matrix at each update.


# %% slideshow={"slide_type": "skip"}
def adam(updates):
    return keras.optimizers.Adam(1e-3)


def with_cosine(updates, peak=8e-3, **options):
    up = updates // 10
    rate = keras.optimizers.schedules.CosineDecay(
        peak / 25, updates - up, warmup_target=peak, warmup_steps=up
    )
    return keras.optimizers.Adam(rate, **options)


def with_muon(updates):
    rate = with_cosine(updates, 5e-3)._learning_rate
    return keras.optimizers.Muon(rate, weight_decay=None, adam_weight_decay=None)


# %% slideshow={"slide_type": "skip"}
USUAL_BATCH = 2 * BATCH_SIZE
STEPS = {
    "Adam, 0.001": (adam, USUAL_BATCH),
    "+ warm-up and cosine": (with_cosine, USUAL_BATCH),
    "+ small batches": (lambda updates: with_cosine(updates, 5e-3), BATCH_SIZE),
    "+ Muon": (with_muon, BATCH_SIZE),
    "+ β₂ = 0.99: the recipe": (recipe, BATCH_SIZE),
}
watched = images.x_test[::5]


# %% slideshow={"slide_type": "skip"}
def step_curve(step, name, seed):
    """Held-out errors and seconds of a network, trained by the recipe as far as this step."""
    optimizer, batch_size = STEPS[step]
    keras.utils.set_random_seed(seed)
    model = Autoencoder(*NETWORKS[name]())
    model.compile(optimizer(STEP_EPOCHS * -(-TRAIN_SIZE // batch_size)), loss="mse")
    run = fit(
        model,
        images.x_train,
        epochs=STEP_EPOCHS,
        batch_size=batch_size,
        seed=seed,
        validation_data=(watched, watched),
        run=f"{NOTEBOOK}/recipe, {step}, {name}, {TRAIN_SIZE}x{STEP_EPOCHS}, seed {seed}",
        report="line",
    )
    return {"error": run.history["val_loss"][-1], "seconds": run.seconds[-1]}


steps = {
    (name, step): [
        recorded.kept(f"{step}, {name}, seed {seed}", step_curve, step, name, seed)
        for seed in STEP_SEEDS
    ]
    for name in STEP_NETWORKS
    for step in STEPS
}

# %% slideshow={"slide_type": "subslide"}
for name in STEP_NETWORKS:
    with plotting.beside_the_record(NOTEBOOK, f"recipe_{name.split(',')[0]}"):
        plotting.dots(
            {
                f"{step} ({np.mean([found['seconds'] for found in steps[name, step]]):.0f} s)": [
                    found["error"] for found in steps[name, step]
                ]
                for step in STEPS
            },
            "What does each part of the recipe buy, and in how many seconds?",
            alt=f"Held-out error of the network {name}, one row for Adam alone and one for each "
            "part of the recipe added to it, with the seconds of the training.",
            x_label=f"held-out error per pixel ({name}; epochs: {STEP_EPOCHS})",
        )

# %% [markdown] slideshow={"slide_type": "fragment"}
# Two parts help most: small steps at the end, and Muon. But look at Muon's seconds.

# %% [markdown] slideshow={"slide_type": "notes"}
# In a dense network nearly all the work is Muon's own, and in its time Adam makes several times the
# epochs. So
# whoever counts epochs takes Muon for every network; whoever counts seconds may leave it out of a
# dense one. Below, both clocks get the rival that is best by them.

# %% [markdown] slideshow={"slide_type": "notes"}
# ## Training
#
# One recipe for all, the same images in the same order. Each length of training is planned by
# itself. Who learns faster: per epoch, and per second?

# %% [markdown] slideshow={"slide_type": "notes"}
# The loss is the mean squared error; for the seconds, the dense network of equal size also trains
# without Muon ("dense, equal, Adam").
#
# Each length of training is planned by itself: the rate rises and falls within it. (One long run,
# read after its first epoch, would tell about its warm-up instead of the network.) A quarter of an
# epoch shows a quarter of the images once. The peak of the rate is chosen for each kind of network
# and each length, on training images that are set aside for it. The test images steer nothing: no
# choice below depends on them. The seconds are those of training alone.


# %% slideshow={"slide_type": "skip"}
def train(name, seed, epochs, code_size=CODE_SIZE, peak=None, part=slice(None)):
    """Build with this seed, train on this part of the images, and return model and run."""
    keras.utils.set_random_seed(seed)
    model = Autoencoder(*NETWORKS[name.removesuffix(", Adam")](code_size))
    peak = peak or best_peak(name, epochs)
    learnt = images.x_train[part]
    learnt, rounds = learnt[: int(min(epochs, 1) * len(learnt))], math.ceil(epochs)
    updates = rounds * -(-len(learnt) // BATCH_SIZE)
    model.compile(recipe(updates, peak, muon=not name.endswith("Adam")), loss="mse")
    run = fit(
        model,
        learnt,
        epochs=rounds,
        batch_size=BATCH_SIZE,
        seed=seed,
        validation_data=(watched, watched),
        run=f"{NOTEBOOK}/{name}, code {code_size}, {len(learnt)}x{rounds}, {peak}, seed {seed}",
        report="line",
    )
    return model, run


# %% slideshow={"slide_type": "skip"}
SET_ASIDE = 5_000  # training images that choose the learning rate


def error_at(peak, kind, epochs):
    """Error on training images that were set aside, after a training at this rate."""
    model, _ = train(kind, 0, epochs, peak=peak, part=slice(-SET_ASIDE))
    aside = images.x_train[-SET_ASIDE:]
    return float(np.mean((aside - model.reconstruct(aside)) ** 2))


def best_peak(name, epochs):
    """The best learning rate for this kind of network and about so many epochs."""
    kind = "dense, equal" if name == "dense, 256" else name
    peaks = PEAKS[kind]
    epochs = min(peaks, key=lambda known: abs(math.log(known / epochs)))
    what = f"rate for {kind}, {epochs:g} epochs"
    asked = (peaks[epochs], error_at, kind, epochs)
    return recorded.best(NOTEBOOK, what, *asked, otherwise=peaks[epochs][1])


# %% slideshow={"slide_type": "skip"}
def result(name, seed, epochs, code_size=CODE_SIZE):
    """Held-out error at the end of a training, and its seconds after each epoch."""
    model, run = train(name, seed, epochs, code_size)
    error = held_out_error(model.reconstruct(images.x_test))
    return {"error": error, "seconds": [0.0, *run.seconds]}


# %% [markdown] slideshow={"slide_type": "skip"}
# One seed is an anecdote; the recorded run has five.

# %% slideshow={"slide_type": "skip"}
PLANS = [(name, epochs) for epochs in LENGTHS for name in NETWORKS]
PLANS += [("dense, equal, Adam", epochs) for epochs in ADAM_LENGTHS]
runs = {plan: [] for plan in PLANS}
for seed in SEEDS:  # the rivals take turns, so that a busy machine slows all
    for name, epochs in PLANS:
        title = f"{name}, {epochs:g} epochs, seed {seed}"
        runs[name, epochs].append(recorded.kept(title, result, name, seed, epochs))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who learns faster?
#
# Each point is the end of a training that was planned for so long. The horizontal line is PCA with
# equally many numbers: a network above it could have been replaced by a matrix.

# %% [markdown] slideshow={"slide_type": "notes"}
# Over two clocks: epochs for all three networks, seconds for the two of equal size, the dense one
# with Muon and without. (PCA on the same images.) Bands span the seeds. A busy machine is at times
# half as fast; so each network is credited with its quickest epoch, times their number. (Seconds of
# a run that was loaded are those of the machine that trained it.)


# %% slideshow={"slide_type": "skip"}
def errors_of(name, lengths=LENGTHS):
    """Held-out errors, (seeds, lengths)."""
    return np.array([[found["error"] for found in runs[name, length]] for length in lengths]).T


def quickest_epoch(results):
    """Seconds of the quickest epoch in the `result`s of a network."""
    return min(np.diff(found["seconds"]).min() for found in results)


def over_seconds(name, lengths=LENGTHS):
    """Seconds of each length, had all epochs been as quick as the quickest, and the errors."""
    seconds = quickest_epoch(runs[name, lengths[-1]]) * np.array(lengths)
    return seconds, errors_of(name, lengths)


# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
with plotting.beside_the_record(NOTEBOOK, "curves"):
    plotting.lines(
        {
            "epochs of training": {name: (LENGTHS, errors_of(name)) for name in NETWORKS},
            "seconds of training": {
                "convolutional": over_seconds("convolutional"),
                "dense, equal": over_seconds("dense, equal"),
                "dense, equal, Adam": over_seconds("dense, equal, Adam", ADAM_LENGTHS),
            },
        },
        "Who learns faster: per epoch, and per second?",
        alt="Held-out error after trainings of several lengths, over epochs (left) and over "
        "seconds (right), for the convolutional and the dense autoencoders, with PCA's error as a "
        "horizontal line.",
        y_label="held-out error per pixel",
        levels={f"PCA, {CODE_SIZE} numbers": pca_error},
        log_x=True,
        log_y=True,
    )

# %% [markdown] slideshow={"slide_type": "notes"}
# Who is in a hurry takes the one, who has time the other.

# %% [markdown] slideshow={"slide_type": "notes"}
# "Ahead after equal seconds" would be decided by where the clock is stopped. What can be told is
# where the two curves cross.


# %% slideshow={"slide_type": "skip"}
def crossings(first, second):
    """Seconds at which two curves, (seconds, errors) each, change places."""
    clock = np.geomspace(max(first[0][0], second[0][0]), min(first[0][-1], second[0][-1]), 1_000)
    logs = [
        np.interp(np.log(clock), np.log(seconds), np.log(errors))
        for seconds, errors in (first, second)
    ]
    return clock[1:][np.diff(np.sign(logs[1] - logs[0])) != 0]


def lead_changes(first, second):
    """For each seed of two curves (seconds, errors of the seeds): when they change places."""
    for one, other in zip(first[1], second[1], strict=True):
        found = crossings((first[0], one), (second[0], other))
        yield ", ".join(f"{seconds:.0f} s" for seconds in found) or "never"


pair = over_seconds("convolutional"), over_seconds("dense, equal, Adam", ADAM_LENGTHS)
for seed, when in zip(SEEDS, lead_changes(*pair), strict=True):
    print(f"seed {seed}: convolutional and dense with Adam change places at {when}")


# %% slideshow={"slide_type": "fragment"}
def crossing_in_words(found):
    ends, curves = {"convolutional": 16, "dense, equal, Adam": 64}, []
    for name, end in ends.items():
        lengths = [length for length in (*np.exp2(range(-5, 3)), 16, 64)
                   if f"{name}, {length:g} epochs, seed 0" in found]  # fmt: skip
        errors = [[found[f"{name}, {length:g} epochs, seed {seed}"]["error"] for length in lengths]
                  for seed in range(5)]  # fmt: skip
        quickest = quickest_epoch([found[f"{name}, {end} epochs, seed {s}"] for s in range(5)])
        curves.append((quickest * np.array(lengths), errors))
    return (
        f"An epoch of the convolutional network took {curves[0][0][-1] / 16:.1f} s, one of the "
        f"dense network with Adam {curves[1][0][-1] / 64:.1f} s. Five seeds change places at "
        f"{'; '.join(lead_changes(*curves))}."
    )


recorded.answer(NOTEBOOK, crossing_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What comes back
#
# The same ten test images through each code of 32 numbers. Look at prints, straps and laces: what
# does each one give up first?

# %% slideshow={"slide_type": "fragment"}
shown = images.x_test[first_of_class]
models = {name: train(name, SEEDS[0], EPOCHS)[0] for name in NETWORKS}
recorded.keep_network("conv_autoencoder", models["convolutional"])
rebuilt = {name: model.reconstruct(images.x_test) for name, model in models.items()}
rebuilt = {f"PCA, {CODE_SIZE}": pca_rebuilt} | rebuilt
with plotting.beside_the_record(NOTEBOOK, "rebuilt"):
    few = {name: pictures[first_of_class] for name, pictures in rebuilt.items()}
    plotting.image_rows(
        {"original": shown} | few,
        f"What is left of ten test images after {CODE_SIZE} numbers?",
        alt="Five rows of the same ten garments: the originals, then what PCA, the convolutional "
        "and the two dense autoencoders give back; the held-out error stands at the end of a row.",
        notes={name: f"{held_out_error(pictures):.4f}" for name, pictures in rebuilt.items()},
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How many numbers does it take?
#
# Now vary the size of the code. The dense network keeps the convolutional one's number of
# parameters at each size, so its width changes along.

# %% slideshow={"slide_type": "skip"}
compared = ("convolutional", "dense, equal")
sweep = {name: [] for name in ("PCA", *compared)}
for size in CODE_SIZES:
    sweep["PCA"].append(held_out_error(rebuilt_by_pca(size)))
    for name in compared:
        title = f"{name}, code of {size}"
        found = recorded.kept(title, result, name, SEEDS[0], SIZE_EPOCHS, size)
        sweep[name].append(found["error"])

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "sizes"):
    plotting.lines(
        {"numbers in the code": {name: (CODE_SIZES, errors) for name, errors in sweep.items()}},
        "How does the error fall as the code grows?",
        alt="Held-out error against the size of the code, one line each for PCA, the convolutional "
        "and the dense autoencoder.",
        y_label="held-out error per pixel",
        log_x=True,
        log_y=True,
    )

# %% [markdown] slideshow={"slide_type": "notes"}
# If the images lie near a curved surface (the **manifold hypothesis**), bending should help most
# where the code is small.

# %% [markdown] slideshow={"slide_type": "notes"}
# Where it is large, a network that has trained for a few epochs may lose
# against PCA, which needs no training at all. What do the ratios say at your budget (above 1, the
# network wins)?

# %% slideshow={"slide_type": "skip"}
for index, size in enumerate(CODE_SIZES):
    ratios = ", ".join(
        f"{name} {sweep['PCA'][index] / sweep[name][index]:.2f}" for name in compared
    )
    print(f"code of {size:3}: PCA's error divided by that of {ratios}")


# %% slideshow={"slide_type": "fragment"}
def sizes_in_words(found):
    errors = {
        (name, size): found[f"{name}, code of {size}"]["error"]
        for name in compared
        for size in ALL_SIZES
    }
    parts = [
        f"{errors['convolutional', size]:.4f} and {errors['dense, equal', size]:.4f} "
        f"with {size} numbers"
        for size in ALL_SIZES
    ]
    return "Held-out error of the convolutional and the dense network: " + "; ".join(parts) + "."


recorded.answer(NOTEBOOK, sizes_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# > "A convolutional autoencoder learns a lot quicker, in fewer epochs, than a dense one."
#
# To learn quicker than another is to reach the same error with less training. Which error? The
# answer may hang on it, so there are three: those of PCA with half as many numbers as the code,
# with as many, and with twice as many. We read off at which length of training each line of the
# left picture falls to that error, on its logarithmic axes. "A lot" is put at twice as quick. A
# network that is there with the shortest training counts as that quick, one that is not with the
# longest as later than that.


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def first_crossing(lengths, errors, target):
    """Length at which `errors` first falls to `target`; infinity if it never does."""
    below = np.flatnonzero(np.asarray(errors) <= target)
    if not len(below):
        return math.inf
    after = below[0]
    if after == 0:
        return float(lengths[0])  # or sooner
    span = np.log([target, errors[after - 1], errors[after]])
    share = (span[1] - span[0]) / (span[1] - span[2])
    return float(lengths[after - 1] * (lengths[after] / lengths[after - 1]) ** share)


assert first_crossing([1, 2, 4], [1.0, 0.1, 0.01], 0.1) == 2
assert first_crossing([1, 2, 4], [0.1, 0.05, 0.01], 0.1) == 1
assert first_crossing([1, 2], [1.0, 0.5], 0.1) == math.inf
print("from 1 to 0.01 between 1 and 4 epochs: 0.1 at", first_crossing([1, 4], [1.0, 0.01], 0.1))

# %% slideshow={"slide_type": "skip"}
TARGETS = {
    size: held_out_error(rebuilt_by_pca(size))
    for size in (CODE_SIZE // 2, CODE_SIZE, 2 * CODE_SIZE)
}


def epochs_needed(name, size, longest=EPOCHS):
    """Epochs until a network is down at the error of PCA with `size` numbers, one per seed."""
    lengths = [length for length in LENGTHS if length <= longest]
    return [first_crossing(lengths, errors, TARGETS[size]) for errors in errors_of(name, lengths)]


# %% slideshow={"slide_type": "skip"}
def compare(name, statement, test, rival, size):
    """Judge and show one claim about epochs."""
    claim = claims.Claim(
        name=f"{name}_pca_{size}",
        statement=statement,
        test=test,
        measure=f"epochs until the held-out error is that of PCA with {size} numbers",
        factor=2,
        limit=EPOCHS,
        paired=True,
    )
    needed = {
        share: {which: epochs_needed(which, size, share * EPOCHS)
                for which in ("convolutional", rival)}
        for share in (1 / 16, 1 / 4, 1) if share * EPOCHS in LENGTHS
    }  # fmt: skip
    budget = f"{TRAIN_SIZE:,} images, {EPOCHS} epochs, code of {CODE_SIZE}"
    result = claims.test(claim, needed.pop(1), budget, images, earlier=needed)
    claims.show(result, NOTEBOOK)


# %% slideshow={"slide_type": "subslide"}
for size in TARGETS:
    compare(
        "fewer_epochs",
        "A convolutional autoencoder learns a lot quicker, in fewer epochs, than a dense one.",
        "The usual dense network (256 hidden units) against the convolutional one; same data and "
        "order, each at its best rate.",
        "dense, 256",
        size,
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# That comparison changes two things, the kind of layer and the number of weights. At equal
# parameters:

# %% slideshow={"slide_type": "fragment"}
for size in TARGETS:
    compare(
        "fewer_epochs_equal_parameters",
        "It also needs a lot fewer epochs at equal parameters.",
        "The dense network is made as wide as needed for the same number of parameters.",
        "dense, equal",
        size,
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# In the recorded run:
#
# - PCA is the best linear code, to be measured before any network: a network above its line could
#   have been a matrix.
# - "Learns quicker" needs a target. To a coarse error both networks need as long; the finer it is,
#   the fewer epochs the convolutional one needs beside a dense one. "A lot" is true of the finest
#   of three.
# - Epochs and seconds are two clocks. An epoch of the dense network costs a fraction of one of the
#   convolutional network, and who is in a hurry takes the dense one.
# - Equal parameters are not equal work: the convolutional network does several times as much for
#   an image.
# - It contradicts itself? How one trains matters as much as what one trains: for the dense network,
#   one epoch with Muon is worth about three with Adam, and takes longer. A comparison that gives
#   only one side the better optimizer compares optimizers.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** Through one convolution of 3 × 3 with stride 2, an output number sees 3 × 3
# pixels, through two of them 7 × 7. How many pixels wide is what it sees through three? Write down
# a number before you draw or build anything.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
seen_by_three = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("01.1", seen_by_three)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Decibels.** Complete `psnr`, of the mean squared error over all pixels. Two images that
# differ by 0.1 in every pixel have a PSNR of 20 dB; of two equal images it is infinite, and no
# warning should appear.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def psnr(original, reconstruction):
    """Peak signal-to-noise ratio in decibels of images with pixels in [0, 1]."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("01.2", psnr)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Count.** Complete `conv_parameters`, then predict the parameters of `conv_encoder` with
# `filters=(16, 32, 64)` on a 32 × 32 RGB image and a code of 10, before you build it. (The whole
# encoder has 33,834.) Which of its layers has the most?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def conv_parameters(channels_in, channels_out, window=3):
    """Number of weights and biases of one convolution."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("01.3", conv_parameters)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. The smallest code.** PCA turns the centred images and keeps their lengths: derive from that
# by how much each further component lowers the held-out error. Then complete `smallest_code` for
# arrays of shape (n, pixels): the fewest principal components whose error per pixel, without
# clipping, is at most `error`. One decomposition is enough, no loop over `fit`.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def smallest_code(x_train, x_test, error):
    """Number of principal components of `x_train` that rebuild `x_test` to this error."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("01.4", smallest_code)

# %% [markdown] slideshow={"slide_type": "skip"}
# **And then.** Shuffle the pixels. Apply one fixed permutation to the 784 pixels of all images
# (training and test; `dataclasses.replace(images, x_train=…, x_test=…)` makes the new set), and run
# the notebook again from "First the best linear code". PCA's error stays what it was, the dense
# networks end about where they did, and the convolutional one ends worse. Why must the first be so,
# and why would you expect the others?

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
