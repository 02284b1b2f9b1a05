# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # What is an autoencoder good for?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/02_autoencoder_applications.ipynb)
#
# **Time** · smoke 50 s · cpu 8 min · gpu not measured
#
# Denoising, maps, compression, features and colour, each against a rival that needs no network;
# and why a plain code cannot be sampled.
#
# After this notebook you can
#
# - remove noise with a network, and say which image it gives when several are possible;
# - judge a two-dimensional map of a data set by a number instead of by eye;
# - draw a rate–distortion curve, and compare with JPEG at equal bytes;
# - test whether a code is worth more to a classifier than the pixels;
# - show why decoding a random code gives nonsense, and measure how much.

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
import io

import keras
import numpy as np
from keras import ops
from PIL import Image
from scipy.ndimage import gaussian_filter
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils.architectures import conv_decoder, conv_encoder, dense_decoder, dense_encoder
from course_utils.evaluation import claims
from course_utils.models import Autoencoder
from course_utils.training import fit

# %% slideshow={"slide_type": "skip"}
TRAIN_SIZE = by_profile(smoke=1_600, cpu=20_000, gpu=60_000, record=20_000)
TEST_SIZE = by_profile(smoke=1_500, cpu=None, gpu=None)  # None: all of them
FACES = by_profile(smoke=600, cpu=4_000, gpu=20_000, record=4_000)
EPOCHS = by_profile(smoke=4, cpu=8, gpu=20)
# `smoke` has few updates, so it uses smaller batches and a larger learning rate.
BATCH_SIZE = by_profile(smoke=32, cpu=128, gpu=128)
LEARNING_RATE = by_profile(smoke=3e-3, cpu=1e-3, gpu=1e-3)
SEEDS = by_profile(smoke=range(3), cpu=range(3), gpu=range(5), record=range(5))
CODE_SIZE = 32
CODE_SIZES = by_profile(smoke=(8, 32), cpu=(8, 16, 32, 64), gpu=(8, 16, 32, 64))
NOISE = 0.5
LABELLED = by_profile(smoke=(100, 300), cpu=(100, 300, 1_000), gpu=(100, 300, 1_000))
BITS = (2, 3, 4, 5, 6, 8)
COMPARED = by_profile(smoke=500, cpu=2_000, gpu=2_000)  # images in each two-sample test

# %% slideshow={"slide_type": "skip"}
images = data.load("mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
IMAGE_SHAPE = images.x_train.shape[1:]
print("one image:", IMAGE_SHAPE)

# %% [markdown] slideshow={"slide_type": "skip"}
# One function trains every network below: build with a seed, compile, fit on the training images,
# and watch the error on held-out ones. Nothing is chosen by the held-out error.


# %% slideshow={"slide_type": "skip"}
def train(name, seed, networks, inputs, targets=None, watched=None, epochs=EPOCHS):
    """Train an Autoencoder built by `networks()`; the run is kept under `name`."""
    keras.utils.set_random_seed(seed)
    model = Autoencoder(*networks())
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    fit(
        model,
        inputs,
        targets,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        seed=seed,
        validation_data=watched,
        run=f"02_autoencoder_applications/{name}, {len(inputs)}, seed {seed}",
        report="line",
    )
    return model


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Denoising: which image do you mean?
#
# Give the encoder a corrupted image $\tilde x = x + \sigma \varepsilon$, with Gaussian noise
# $\varepsilon \sim \mathcal N(0, I)$ of strength $\sigma$, and ask the decoder for the clean one
# ([Vincent et al. 2008](https://doi.org/10.1145/1390156.1390294)). What will it answer where
# several clean images are possible?
#
# Among all functions of $\tilde x$ the squared error has one minimiser: the **mean** of the clean
# images that fit, $r^*(\tilde x) = \mathbb E[x \mid \tilde x]$. A network comes as near to it as
# its bottleneck and its training let it. Take the smallest example there is, a pixel that is $-1$
# or $+1$ with equal chance. Bayes' rule gives
#
# $$\mathbb E[x \mid \tilde x] = \tanh(\tilde x / \sigma^2).$$

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
rng = np.random.default_rng(0)
sigma = 0.8
clean = rng.choice([-1.0, 1.0], size=2_000_000)
noisy = clean + sigma * rng.normal(size=clean.shape)
for seen in (-1.0, 0.0, 0.5):
    near = np.abs(noisy - seen) < 0.01
    average, formula = clean[near].mean(), np.tanh(seen / sigma**2)
    assert abs(average - formula) < 0.03
    print(f"seen {seen:4.1f}: formula {formula:5.2f}, average of the clean pixels {average:5.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# The same mean can be read off $p(\tilde x)$, the *density of the noisy data*, without knowing a
# clean pixel (Tweedie's formula, [Efron 2011](https://doi.org/10.1198/jasa.2011.tm11181)):
#
# $$\mathbb E[x \mid \tilde x] = \tilde x + \sigma^2 \, \frac{d}{d\tilde x} \log p(\tilde x).$$
#
# The slope of the log-density is called the **score**. A denoiser knows it ([Vincent
# 2011](https://doi.org/10.1162/NECO_a_00142)), and diffusion models are built on that ([Ho et al.
# 2020](https://arxiv.org/abs/2006.11239)).

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
grid = np.linspace(-2, 2, 401)
bumps = [np.exp(-((grid - centre) ** 2) / (2 * sigma**2)) for centre in (-1, 1)]
slope = np.gradient(np.log(sum(bumps)), grid)
gap = np.abs(grid + sigma**2 * slope - np.tanh(grid / sigma**2))[1:-1].max()
assert gap < 1e-3, gap
print(f"largest distance of Tweedie's formula from tanh: {gap:.0e}")


# %% [markdown] slideshow={"slide_type": "slide"}
# Now with images. The noise is a layer in front of the encoder: fresh in every step of training,
# absent otherwise. The target stays clean. (Pixels are cut to $[0, 1]$ after the noise, so
# Tweedie's formula holds only for what was not cut.)


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def corrupt(pictures, noise):
    """Add noise of standard deviation NOISE, and cut to what a pixel can hold."""
    return np.clip(pictures + NOISE * noise, 0, 1).astype("float32")


class Corrupt(keras.layers.Layer):
    """The same corruption as a layer, active in training only."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed = keras.random.SeedGenerator()

    def call(self, pictures, training=False):
        if not training:
            return pictures
        noise = keras.random.normal(ops.shape(pictures), seed=self.seed)
        return ops.clip(pictures + NOISE * noise, 0, 1)


example, layer = images.x_test[:10], Corrupt()
for training in (False, True):
    out = keras.ops.convert_to_numpy(layer(example, training=training))
    print(f"training {training}: changes the image {not np.array_equal(out, example)}")


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def plain():
    return conv_encoder(IMAGE_SHAPE, CODE_SIZE), conv_decoder(IMAGE_SHAPE, CODE_SIZE)


def denoising(corruption=Corrupt):
    encoder, decoder = plain()
    return keras.Sequential([keras.Input(IMAGE_SHAPE), corruption(), encoder]), decoder


same_size = [sum(part.count_params() for part in build()) for build in (plain, denoising)]
print(f"parameters: plain {same_size[0]:,}, denoising {same_size[1]:,}")

# %% slideshow={"slide_type": "skip"}
held_out = images.x_test
noisy_test = corrupt(held_out, np.random.default_rng(1).normal(size=held_out.shape))
watched = (noisy_test[::10], held_out[::10])
denoisers = [train("denoising", seed, denoising, images.x_train, watched=watched) for seed in SEEDS]

# %% slideshow={"slide_type": "skip"}
watched = (held_out[::10], held_out[::10])
autoencoders = [train("plain", seed, plain, images.x_train, watched=watched) for seed in SEEDS]

# %% [markdown] slideshow={"slide_type": "slide"}
# Three rivals, judged by the peak signal-to-noise ratio, $\mathrm{PSNR} = -10 \log_{10}
# \mathrm{MSE}$, of each image, averaged over the images (notebook 01 took that of the mean error):
#
# - a **Gaussian filter**, its width chosen on training images;
# - **PCA**: project onto 32 directions and back;
# - the **plain autoencoder**, which has never seen noise. Its bottleneck alone, so one often
#   reads, must throw the noise away.


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def psnr(original, restored):
    """Mean over images of each one's peak signal-to-noise ratio, in decibels."""
    errors = np.mean((original - restored) ** 2, axis=(1, 2, 3))
    return float(np.mean(-10 * np.log10(np.maximum(errors, 1e-10))))


def smooth(pictures, width):
    return gaussian_filter(pictures, (0, width, width, 0))


black = np.zeros((1, 28, 28, 1))
print(f"a tenth off in every pixel: {psnr(black, black + 0.1):.1f} dB")

# %% slideshow={"slide_type": "subslide"}

tuning = images.x_train[:1_000]
noisy_tuning = corrupt(tuning, np.random.default_rng(2).normal(size=tuning.shape))
widths = np.linspace(0.4, 2, 9)
best_width = widths[np.argmax([psnr(tuning, smooth(noisy_tuning, w)) for w in widths])]
print(f"best width of the Gaussian filter, on training images: {best_width:.1f} pixels")

# %% slideshow={"slide_type": "subslide"}
flat_train = images.x_train.reshape(len(images.x_train), -1)
pca = PCA(CODE_SIZE, svd_solver="covariance_eigh").fit(flat_train)


def through_pca(pictures):
    rebuilt = pca.inverse_transform(pca.transform(pictures.reshape(len(pictures), -1)))
    return rebuilt.reshape(pictures.shape).clip(0, 1)


restored = {
    "noisy": noisy_test,
    "Gaussian filter": smooth(noisy_test, best_width),
    f"PCA, {CODE_SIZE}": through_pca(noisy_test),
    "plain autoencoder": autoencoders[0].reconstruct(noisy_test),
    "denoising": denoisers[0].reconstruct(noisy_test),
}

# %% slideshow={"slide_type": "slide"} tags=["key-figure"]
one_each = [np.flatnonzero(images.y_test == label)[0] for label in range(10)]
plotting.image_rows(
    {name: pictures[one_each] for name, pictures in restored.items()}
    | {"clean": held_out[one_each]},
    "Who finds the digit in the noise?",
    alt="Rows of ten digits: with strong noise, smoothed by a Gaussian filter, projected by PCA, "
    "through a plain autoencoder, through the denoising one, and clean at the bottom.",
    notes={name: f"{psnr(held_out, pictures):.1f} dB" for name, pictures in restored.items()},
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two numbers per image: a map
#
# With a code of two numbers, every image is a point on a page. Is such a map good? By eye,
# everybody's own map is. A number: hide the label of a held-out image, look at its ten nearest
# neighbours among the training images on the map, and guess. The more often the guess is right (its
# **accuracy**), the better the map keeps classes apart.
#
# Each seed draws its own nine tenths of the training images, for the network and for PCA alike.


# %% slideshow={"slide_type": "subslide"}
def map_networks():
    hidden = (256, 64)
    return dense_encoder(IMAGE_SHAPE, 2, hidden), dense_decoder(IMAGE_SHAPE, 2, hidden[::-1])


def map_accuracy(to_map, drawn):
    """Share of held-out images whose ten nearest neighbours vote for the right class."""
    known = to_map(images.x_train[drawn]), images.y_train[drawn]
    return float(KNeighborsClassifier(10).fit(*known).score(to_map(held_out), images.y_test))


# %% slideshow={"slide_type": "skip"}
maps = {"PCA": [], "autoencoder": []}
for seed in SEEDS:
    drawn = np.random.default_rng(seed).permutation(TRAIN_SIZE)[: TRAIN_SIZE * 9 // 10]
    flat = PCA(2, svd_solver="covariance_eigh").fit(flat_train[drawn])
    model = train("map", seed, map_networks, images.x_train[drawn], epochs=2 * EPOCHS)
    maps["PCA"].append((lambda x, flat=flat: flat.transform(x.reshape(len(x), -1)), drawn))
    maps["autoencoder"].append((model.encode, drawn))
map_scores = {name: [map_accuracy(*one) for one in made] for name, made in maps.items()}

# %% slideshow={"slide_type": "fragment"}
some = slice(None, None, max(len(held_out) // 2_000, 1))
plotting.scatter(
    {
        f"{name}, accuracy {map_scores[name][0]:.0%}": made[0][0](held_out[some])
        for name, made in maps.items()
    },
    images.y_test[some],
    images.class_names,
    "Which map keeps the digits apart?",
    alt="Two scatter plots of the same test images, coloured by digit, each digit written at its "
    "middle: the first two coordinates of PCA, and the two code numbers of the autoencoder.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Compression: how many bytes, how much damage?
#
# A code of $k$ numbers with $b$ bits each takes $kb/8$ bytes (the **rate**) and damages the image
# (the **distortion**). With $b$ bits a number can take $2^b$ values, evenly spread. How coarse may
# they be?


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
class Quantiser:
    """Equal steps between the 0.5 % and the 99.5 % point of each number on training codes."""

    def __init__(self, codes, bits):
        self.low, high = np.percentile(codes, [0.5, 99.5], axis=0)
        self.steps = 2**bits - 1
        self.width = np.maximum(high - self.low, 1e-9) / self.steps

    def __call__(self, codes):
        steps = np.clip(np.round((codes - self.low) / self.width), 0, self.steps)
        return (self.low + steps * self.width).astype("float32")


line = np.linspace(0, 1, 1001)[:, None]
print("values that three bits can tell apart:", len(np.unique(Quantiser(line, bits=3)(line))))


# %% slideshow={"slide_type": "skip"}
def network_codec(size):
    """Encoder and decoder functions of a dense autoencoder with this code size."""

    def networks():
        return dense_encoder(IMAGE_SHAPE, size), dense_decoder(IMAGE_SHAPE, size)

    model = train(f"code {size}", 0, networks, images.x_train, epochs=2 * EPOCHS)
    return model.encode, model.decode


def pca_codec(size):
    """The same for PCA."""
    fitted = PCA(size, svd_solver="covariance_eigh").fit(flat_train)

    def decode(codes):
        return fitted.inverse_transform(codes).clip(0, 1).reshape(-1, *IMAGE_SHAPE)

    return lambda pictures: fitted.transform(pictures.reshape(len(pictures), -1)), decode


codecs = {("autoencoder", size): network_codec(size) for size in CODE_SIZES}
codecs |= {("PCA", size): pca_codec(size) for size in CODE_SIZES}


# %% slideshow={"slide_type": "subslide"}
def quality(method, size, bits, pictures):
    """PSNR of images that went through a quantised code."""
    encode, decode = codecs[method, size]
    codes = Quantiser(encode(images.x_train[:2_000]), bits)(encode(pictures))
    return psnr(pictures, decode(codes))


for method in ("PCA", "autoencoder"):
    row = [f"{quality(method, CODE_SIZE, b, images.x_train[:1_000]):.1f}" for b in BITS]
    print(f"{method:12} training images, dB at {BITS} bits: {', '.join(row)}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# The last bits buy little. So for each method and code size take the fewest bits that cost less
# than 0.2 dB against 8 bits, *on training images*, and draw the result on held-out ones. (All
# numbers of a code get equally many bits; PCA, whose directions matter unequally, could do better.)
#
# JPEG is the rival ([Wallace 1992](https://doi.org/10.1109/30.125072)). A file of so small an image
# is mostly header, the same for all images of one quality. Let us be generous to JPEG and count
# only the compressed pixels.


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def jpeg(picture, setting):
    """Header, number of bytes of compressed pixels, and the decoded image."""
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.round(255 * picture[..., 0]))).save(file, "JPEG", quality=setting)
    content = file.getvalue()
    start = content.index(b"\xff\xda") + 2  # after the marker "start of scan" …
    start += int.from_bytes(content[start : start + 2], "big")  # … and its own header
    decoded = np.asarray(Image.open(file), dtype="float32")[..., None] / 255
    return content[:start], len(content) - start - 2, decoded  # two bytes mark the end


headers = {jpeg(picture, 20)[0] for picture in held_out[:50]}
print(f"headers of 50 images: {len(headers)} kind, {len(headers.pop())} bytes")


# %% slideshow={"slide_type": "skip"}
def fewest_bits(method, size):
    scores = [quality(method, size, bits, images.x_train[:1_000]) for bits in BITS]
    return BITS[next(i for i, score in enumerate(scores) if score > scores[-1] - 0.2)]


# %% slideshow={"slide_type": "subslide"}
few = held_out[:: len(held_out) // 500]
flat_test = held_out.reshape(len(held_out), -1)
curves = {}
for method in ("autoencoder", "PCA"):
    chosen = [(size, fewest_bits(method, size)) for size in CODE_SIZES]
    curves[method] = (
        [size * bits / 8 for size, bits in chosen],
        [quality(method, size, bits, few) for size, bits in chosen],
    )
files = {q: [jpeg(picture, q) for picture in few] for q in (1, 5, 10, 20, 40, 60, 80)}
curves["JPEG without its header"] = (
    [np.mean([size for _, size, _ in made]) for made in files.values()],
    [psnr(few, np.stack([picture for *_, picture in made])) for made in files.values()],
)

# %% slideshow={"slide_type": "slide"}
plotting.lines(
    {"bytes per image": curves},
    "How many bytes for which quality?",
    alt="Peak signal-to-noise ratio against bytes per image on a logarithmic axis: one curve each "
    "for the quantised code of the autoencoder, that of PCA, and JPEG.",
    y_label="PSNR on held-out images, dB",
    log_x=True,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# A fair objection: JPEG works on any picture, and its decoder is on your machine already. That of
# the autoencoder, or PCA's directions, must be sent along. How many images until that has paid off?

# %% slideshow={"slide_type": "fragment"}
position = CODE_SIZES.index(CODE_SIZE)
decoder_bytes = {
    "autoencoder": 4 * dense_decoder(IMAGE_SHAPE, CODE_SIZE).count_params(),
    "PCA": 4 * (CODE_SIZE + 1) * IMAGE_SHAPE[0] * IMAGE_SHAPE[1],
}
jpeg_rates, jpeg_scores = curves["JPEG without its header"]
for method, size in decoder_bytes.items():
    rate, score = (axis[position] for axis in curves[method])
    print(f"{method}: {rate:.0f} bytes for {score:.1f} dB, decoder {size:,} bytes")
    if score < jpeg_scores[0]:
        print(f"  JPEG begins at {jpeg_scores[0]:.1f} dB, with {jpeg_rates[0]:.0f} bytes")
    else:
        saved = np.interp(score, jpeg_scores, jpeg_rates) - rate
        print(f"  saves {saved:.0f} bytes against JPEG: pays off after {size / saved:,.0f} images")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Features: is the code worth more than the pixels?
#
# Labels are expensive, images are not. Train the autoencoder on all images *without* labels, then a
# linear classifier on the codes of a few labelled ones: a **linear probe** ([Alain & Bengio
# 2016](https://arxiv.org/abs/1610.01644)). Two controls keep us honest: PCA with equally many
# numbers, and the same encoder **before training**. Each classifier has the same regularisation,
# tuned for none of them.


# %% slideshow={"slide_type": "subslide"}
def untrained_code(seed):
    keras.utils.set_random_seed(seed)
    return conv_encoder(IMAGE_SHAPE, CODE_SIZE)


def probe(train_features, test_features, labelled, seed):
    """Held-out accuracy of a linear classifier that sees this many labels."""
    chosen = np.random.default_rng(seed).permutation(len(train_features))[:labelled]
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2_000))
    classifier.fit(train_features[chosen], images.y_train[chosen])
    return float(classifier.score(test_features, images.y_test))


# %% slideshow={"slide_type": "skip"}
accuracy = {name: [] for name in ("pixels", "PCA", "autoencoder", "untrained encoder")}
for seed, model in zip(SEEDS, autoencoders, strict=True):
    untrained = untrained_code(seed)
    features = {
        "pixels": (flat_train, flat_test),
        "PCA": (pca.transform(flat_train), pca.transform(flat_test)),
        "autoencoder": (model.encode(images.x_train), model.encode(held_out)),
        "untrained encoder": (
            untrained.predict(images.x_train, verbose=0),
            untrained.predict(held_out, verbose=0),
        ),
    }
    for name, (for_training, for_test) in features.items():
        accuracy[name].append([probe(for_training, for_test, n, seed) for n in LABELLED])

# %% slideshow={"slide_type": "fragment"}
plotting.lines(
    {"labelled images": {name: (LABELLED, scores) for name, scores in accuracy.items()}},
    "How far do few labels go?",
    alt="Accuracy of a linear classifier on held-out images against the number of labels, for "
    "pixels, PCA, the autoencoder's code and the code of an untrained encoder.",
    y_label="accuracy on held-out images",
    log_x=True,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Colour from grey: what cannot be known
#
# Take faces whose every property is known (drawn ones: `data.load("faces")`), turn them grey, and
# ask for the colours. The network has no bottleneck: each stage of the way down but the last is
# handed to the way up by a **skip connection**, the grey image itself to the last layer (a small
# U-Net, [Ronneberger et al. 2015](https://arxiv.org/abs/1505.04597)).


# %% slideshow={"slide_type": "subslide"}
faces = data.load("faces", train_size=FACES, test_size=500, image_size=32)
GREY = np.array([0.299, 0.587, 0.114], dtype="float32")  # ITU-R BT.601 luma


def to_grey(pictures):
    return (pictures @ GREY)[..., None]


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def colouriser():
    """Grey images (n, 32, 32, 1) to colour images (n, 32, 32, 3)."""
    options = {"padding": "same", "activation": "relu"}
    grey = keras.Input((32, 32, 1))
    half = keras.layers.Conv2D(16, 3, strides=2, **options)(grey)
    quarter = keras.layers.Conv2D(32, 3, strides=2, **options)(half)
    eighth = keras.layers.Conv2D(64, 3, strides=2, **options)(quarter)
    up = keras.layers.Conv2DTranspose(32, 3, strides=2, **options)(eighth)
    up = keras.layers.Concatenate()([up, quarter])
    up = keras.layers.Conv2DTranspose(16, 3, strides=2, **options)(up)
    up = keras.layers.Concatenate()([up, half])
    up = keras.layers.Conv2DTranspose(16, 3, strides=2, **options)(up)
    up = keras.layers.Concatenate()([up, grey])
    colour = keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")(up)
    return keras.Model(grey, colour, name="colouriser")


print(f"the colouriser has {colouriser().count_params():,} parameters")

# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
plotting.network(
    [colouriser()],
    "Where do the skip connections come in?",
    alt="Blocks for each layer: the grey image shrinks over three convolutions and grows back over "
    "three transposed ones; after each, a concatenation puts an earlier layer beside it.",
)


# %% slideshow={"slide_type": "skip"}
def train_colouriser(seed):
    keras.utils.set_random_seed(seed)
    model = colouriser()
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    fit(
        model,
        to_grey(faces.x_train),
        faces.x_train,
        epochs=2 * EPOCHS,
        batch_size=BATCH_SIZE,
        seed=seed,
        validation_data=(to_grey(faces.x_test), faces.x_test),
        run=f"02_autoencoder_applications/colour, {FACES}, seed {seed}",
        report="line",
    )
    return model.predict(to_grey(faces.x_test), verbose=0)


coloured = [train_colouriser(seed) for seed in SEEDS]

# %% [markdown] slideshow={"slide_type": "fragment"}
# The rival needs no network: give each level of grey the mean colour that it has in the training
# images.


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def mean_colours(levels=32):
    """Colour images of the test set, each pixel coloured by its level of grey."""
    level = np.minimum(levels * to_grey(faces.x_train)[..., 0], levels - 1).astype(int).ravel()
    count = np.maximum(np.bincount(level, minlength=levels), 1)
    sums = [
        np.bincount(level, colour.ravel(), levels) for colour in np.moveaxis(faces.x_train, -1, 0)
    ]
    table = np.stack(sums, axis=-1) / count[:, None]
    return table[np.minimum(levels * to_grey(faces.x_test)[..., 0], levels - 1).astype(int)]


by_grey_level = mean_colours()
off = np.abs(to_grey(by_grey_level) - to_grey(faces.x_test)).max()
print("brightness is kept to within one level of 32:", off <= 1 / 32 + 1e-6)

# %% slideshow={"slide_type": "slide"}
plotting.image_rows(
    {
        "given": np.repeat(to_grey(faces.x_test[:10]), 3, axis=-1).clip(0, 1),
        "mean colour": by_grey_level[:10],
        "network": coloured[0][:10],
        "true": faces.x_test[:10],
    },
    "Which colours does it find, and which does it only guess?",
    alt="Four rows of the same ten drawn faces: grey, coloured by the mean colour of each level of "
    "grey, coloured by the network, and the true colours with backgrounds of every hue.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Grey says something about a background's colour (a yellow one is brighter than a blue one), but
# not all: an orange and a light blue one can have the same grey, and then nothing in the picture
# tells them apart. The squared error asks for the mean of the colours that fit (remember $\mathbb
# E[x \mid \tilde x]$), which is paler than any of them. Two numbers show it, in a corner of the
# background and in the middle of the face: how wrong the colours are, and how **colourful** a pixel
# is, the distance of its colour from its own grey.


# %% slideshow={"slide_type": "fragment"}
def colourfulness(pictures):
    """Mean distance of each pixel's colour from its own grey."""
    return float(np.sqrt(np.sum((pictures - to_grey(pictures)) ** 2, axis=-1)).mean())


def colour_error(pictures, truth):
    """Distance of the colours from the true ones: 0 is right, 1 is as wrong as plain grey."""
    hue, true_hue = pictures - to_grey(pictures), truth - to_grey(truth)
    return float(np.sqrt(np.mean((hue - true_hue) ** 2) / np.mean(true_hue**2)))


places = {"background": (slice(0, 6), slice(0, 6)), "face": (slice(14, 20), slice(13, 19))}
for place, (rows, columns) in places.items():
    truth = faces.x_test[:, rows, columns]
    for name, pictures in {"mean colour": by_grey_level, "network": coloured[0]}.items():
        found = pictures[:, rows, columns]
        vivid = colourfulness(found) / colourfulness(truth)
        error = colour_error(found, truth)
        print(f"{place:10} by {name:11} error {error:.2f} (grey: 1), {vivid:.0%} as colourful")

# %% [markdown] slideshow={"slide_type": "fragment"}
# In squared error, a model that gives *one* answer cannot do better than that pale mean ([Zhang et
# al. 2016](https://arxiv.org/abs/1603.08511) therefore predict a distribution of colours). A model
# that can be **sampled** could give an orange background now and a light blue one next time. That
# is what the rest of the course is about.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why not just sample the code?
#
# The decoder turns 32 numbers into a digit. So draw 32 random numbers and decode them. Three ways
# to draw:
#
# 1. from $\mathcal N(0, I)$;
# 2. from a Gaussian with the mean and the covariance of the codes of the training images;
# 3. half-way between the codes of two held-out images (in the picture: of one image of the first
#    row and its right neighbour).


# %% slideshow={"slide_type": "subslide"}
def draw_codes(model, seed):
    """Codes drawn in three ways, those of held-out images, and those of others to compare with."""
    rng = np.random.default_rng([3, seed])
    known, codes = model.encode(images.x_train), model.encode(held_out)
    others, codes = np.array_split(rng.permutation(codes), 2)
    count = min(COMPARED, len(codes))
    codes = codes[:count]
    drawn = {
        "codes of real images": codes,
        "N(0, I)": rng.normal(size=(count, CODE_SIZE)),
        "fitted Gaussian": rng.multivariate_normal(known.mean(axis=0), np.cov(known.T), size=count),
        "half-way between two": (codes + np.roll(codes, -1, axis=0)) / 2,
    }
    return others[:count], drawn


# %% slideshow={"slide_type": "fragment"}
_, drawn = draw_codes(autoencoders[0], SEEDS[0])
spread = drawn["codes of real images"].std(axis=0)
print(f"real codes have standard deviations from {spread.min():.1f} to {spread.max():.1f}, not 1")
plotting.image_rows(
    {name: autoencoders[0].decode(codes[:12]) for name, codes in drawn.items()},
    "What does the decoder make of each kind of code?",
    alt="Rows of twelve decoded codes: of real images, drawn from N(0, I), drawn from a fitted "
    "Gaussian, and half-way between each image of the first row and its right neighbour.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# How bad are these images? Mix two equally large sets and hide which is which. For each image, look
# at its nearest neighbour: is it of the same set? If the sets have the same distribution, the
# answer is yes about half of the time; if they lie apart, always. This **nearest-neighbour
# two-sample test** needs no training ([Schilling
# 1986](https://doi.org/10.1080/01621459.1986.10478337); with classifiers, [Lopez-Paz & Oquab
# 2017](https://arxiv.org/abs/1610.06545)). One image is left out at a time, so none is its own
# neighbour. (It is a test, not a proof: 0.5 says that *this* test cannot tell them apart.)


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def told_apart(first, second):
    """Leave-one-out accuracy of the nearest neighbour at telling two sets of images apart."""
    both = np.concatenate([first, second]).reshape(len(first) + len(second), -1)
    labels = np.repeat([0, 1], [len(first), len(second)])
    nearest = NearestNeighbors(n_neighbors=2).fit(both).kneighbors(both)[1][:, 1]
    return float(np.mean(labels == labels[nearest]))


shuffled = np.random.default_rng(0).permutation(images.x_train)
same = told_apart(shuffled[:800], shuffled[800:1_600])
apart = told_apart(shuffled[:500], 1 - shuffled[:500])
print("two halves of the same images, near one half:", abs(same - 0.5) < 0.06)
print("images against their negatives, nearly always:", apart > 0.99)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Why shuffle first? Take the first and the second 800 training images as they stand in the file.
# MNIST's file keeps each writer's digits together ([Yadav & Bottou
# 2019](https://arxiv.org/abs/1905.10498)), so the two blocks are by different hands, and the
# nearest neighbour notices. (Our built-in digits are in random order.)

# %% slideshow={"slide_type": "fragment"}
blocks = told_apart(images.x_train[:800], images.x_train[800:1_600])
print(f"told apart: two blocks of the file {blocks:.2f}, two random halves {same:.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Everything is compared with **decoded codes of other real images**: both sides went through the
# decoder, so its blur gives nothing away, and only the origin of the codes differs. The first row
# is the floor. The last row is no code: it mixes the two decoded *pictures* half and half, a
# cross-fade.

# %% slideshow={"slide_type": "fragment"}
scores = {name: [] for name in [*drawn, "pixels half-way between two"]}
for seed, model in zip(SEEDS, autoencoders, strict=True):
    other, codes = draw_codes(model, seed)
    real = model.decode(other)
    for name, drawn_codes in codes.items():
        scores[name].append(told_apart(real, model.decode(drawn_codes)))
    pictures = model.decode(codes["codes of real images"])
    mixed = (pictures + np.roll(pictures, -1, axis=0)) / 2
    scores["pixels half-way between two"].append(told_apart(real, mixed))

plotting.dots(
    scores,
    "Can decoded random codes be told from decoded real ones?",
    alt="One dot per seed and kind of code on an axis from one half, where the nearest neighbour "
    "cannot tell them from decoded real codes, to one, where it always can.",
    x_label="nearest neighbour is of the same set (0.5: not told apart)",
    reference=("not told apart", 0.5),
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# > "The bottleneck of an autoencoder removes noise."
#
# Compare with the noisy images themselves. Each seed has its own network and its own noise on the
# held-out images.

# %% slideshow={"slide_type": "fragment"}
BUDGET = f"{TRAIN_SIZE:,} images, {EPOCHS} epochs, code of {CODE_SIZE}"
quiet = {name: [] for name in ("noisy", "plain", "denoising", "without a network")}
filters = {"PCA": through_pca, "Gaussian": lambda pictures: smooth(pictures, best_width)}
best = max(filters, key=lambda name: psnr(tuning, filters[name](noisy_tuning)))
print("without a network, best on training images:", best)
for seed, one, other in zip(SEEDS, autoencoders, denoisers, strict=True):
    noisy_images = corrupt(held_out, np.random.default_rng([1, seed]).normal(size=held_out.shape))
    quiet["noisy"].append(psnr(held_out, noisy_images))
    quiet["plain"].append(psnr(held_out, one.reconstruct(noisy_images)))
    quiet["denoising"].append(psnr(held_out, other.reconstruct(noisy_images)))
    quiet["without a network"].append(psnr(held_out, filters[best](noisy_images)))

# %% slideshow={"slide_type": "fragment"}
bottleneck = claims.test(
    claims.Claim(
        name="bottleneck_removes_noise",
        statement="The bottleneck of an autoencoder removes noise.",
        test="Noisy held-out images through an autoencoder that was trained without noise, against "
        "the noisy images.",
        measure="PSNR, dB",
        better="higher",
    ),
    {name: quiet[name] for name in ("plain", "noisy")},
    BUDGET,
    images,
)
claims.show(bottleneck, "02_autoencoder_applications")

# %% [markdown] slideshow={"slide_type": "subslide"}
# If the bottleneck did it all, training on noise would add nothing. And is a network needed? The
# rival is PCA or the Gaussian filter, whichever did better on training images.

# %% slideshow={"slide_type": "fragment"}
noise_training = claims.test(
    claims.Claim(
        name="training_on_noise_helps",
        statement="Training on noise removes more of it than the bottleneck alone.",
        test="Same networks, seeds and epochs, with and without noise at the encoder.",
        measure="PSNR, dB",
        better="higher",
    ),
    {name: quiet[name] for name in ("denoising", "plain")},
    BUDGET,
    images,
)
claims.show(noise_training, "02_autoencoder_applications")

# %% slideshow={"slide_type": "subslide"}
network_needed = claims.test(
    claims.Claim(
        name="denoiser_beats_filters",
        statement="A denoising autoencoder beats what needs no network.",
        test="Against PCA or a Gaussian filter, chosen and tuned on training images.",
        measure="PSNR, dB",
        better="higher",
    ),
    {name: quiet[name] for name in ("denoising", "without a network")},
    BUDGET,
    images,
)
claims.show(network_needed, "02_autoencoder_applications")

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "With two dimensions, an autoencoder separates the classes better than PCA."

# %% slideshow={"slide_type": "fragment"}
better_map = claims.test(
    claims.Claim(
        name="map_beats_pca",
        statement="With two dimensions, an autoencoder separates the classes better than PCA.",
        test="Two numbers per image; ten nearest neighbours on the map guess the class. Each seed "
        "draws its own training images for both.",
        measure="accuracy on held-out images",
        better="higher",
    ),
    {name: map_scores[name] for name in ("autoencoder", "PCA")},
    f"{TRAIN_SIZE * 9 // 10:,} images, {2 * EPOCHS} epochs, code of 2",
    images,
)
claims.show(better_map, "02_autoencoder_applications")

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "An autoencoder learns features that make classification easier."

# %% slideshow={"slide_type": "fragment"}
few_labels = {name: [row[LABELLED.index(300)] for row in rows] for name, rows in accuracy.items()}


def probe_claim(rival):
    """The autoencoder's code against another input of the same classifier."""
    return claims.test(
        claims.Claim(
            name=f"code_beats_{rival}",
            statement=f"With 300 labels, a linear classifier does better on an autoencoder's code "
            f"than on {'the pixels' if rival == 'pixels' else 'as many coordinates of PCA'}.",
            test="Logistic regression; the seed draws the labelled images and the network.",
            measure="accuracy on held-out images",
            better="higher",
        ),
        {name: few_labels[name] for name in ("autoencoder", rival)},
        BUDGET,
        images,
    )


claims.show(probe_claim("pixels"), "02_autoencoder_applications")

# %% slideshow={"slide_type": "subslide"}
claims.show(probe_claim("PCA"), "02_autoencoder_applications")

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A plain autoencoder's code is not continuous, so interpolation and sampling fail."
#
# Two failures in one sentence; each gets its test. (The decoder is a continuous function: what is
# meant is that codes between and around the real ones do not decode to real images.) First
# sampling, from $\mathcal N(0, I)$ and from a Gaussian that knows where the codes are. If the
# second does much better, then much of the trouble lay in drawing at the wrong place.

# %% slideshow={"slide_type": "fragment"}
MEASURE = "nearest neighbour is of the same set (0.5: not told from decoded real codes)"


def origin_claim(name, statement, test, first, second):
    """Are images of the first origin harder to tell from decoded real codes?"""
    claim = claims.Claim(name=name, statement=statement, test=test, measure=MEASURE)
    values = {origin: scores[origin] for origin in (first, second)}
    return claims.test(claim, values, BUDGET, images)


sampling = origin_claim(
    "sampling_fails",
    "Samples of a plain autoencoder can be told from images of real codes.",
    "One decoder; codes of held-out images against codes from a Gaussian fitted to the codes.",
    "codes of real images",
    "fitted Gaussian",
)
claims.show(sampling, "02_autoencoder_applications")

# %% slideshow={"slide_type": "subslide"}
fitted = origin_claim(
    "fitted_gaussian_helps",
    "A Gaussian fitted to the codes gives better samples than N(0, I).",
    "One decoder; only the distribution of the codes differs.",
    "fitted Gaussian",
    "N(0, I)",
)
claims.show(fitted, "02_autoencoder_applications")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Then interpolation. "Fails" against what? First against images of real codes; then against the
# simplest rival, half-way between the two *pictures*, a cross-fade of the same pair.

# %% slideshow={"slide_type": "fragment"}
interpolation = origin_claim(
    "interpolation_fails",
    "Half-way between two codes, a plain autoencoder gives images that can be told from real ones.",
    "One decoder; codes of held-out images against the means of pairs of them.",
    "codes of real images",
    "half-way between two",
)
claims.show(interpolation, "02_autoencoder_applications")

# %% slideshow={"slide_type": "subslide"}
cross_fade = origin_claim(
    "code_beats_cross_fade",
    "Half-way between two codes looks more real than half-way between the two pictures.",
    "The same pairs: the decoded mean of two codes against the mean of the two decoded pictures.",
    "half-way between two",
    "pixels half-way between two",
)
claims.show(cross_fade, "02_autoencoder_applications")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# **1. A different damage.** Write `erase`, which sets one square of each image to 0, at a random
# place. Check yourself: exactly `size * size` pixels of an image of ones become 0. Then make it a
# layer like `Corrupt`, call `train` with a new name and `lambda: denoising(YourLayer)` as the
# networks, and see what the network puts into the hole.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def erase(pictures, size, seed):
    """Copies of images (n, h, w, c) with one square of `size` pixels set to 0 in each."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **2. The cost of a bit.** Complete `step_error`: the mean squared error of rounding numbers that
# are evenly spread over $[0, 1]$ to the nearest of $2^b$ evenly spread values, 0 and 1 among them.
# Check yourself: it is $\Delta^2 / 12$ with $\Delta = 1 / (2^b - 1)$, so that one more bit gains
# 9.5 dB from one bit to two, and 6.04 dB from eight to nine, close to the 6.02 dB of a halved step.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def step_error(bits):
    """Mean squared error of a quantiser with this many bits on numbers in [0, 1]."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **3. The best answer is pale.** Complete `colour_gap`: the mean of the colourfulness of two images
# minus the colourfulness of their mean. Check yourself: it is never negative, for a thousand pairs.
# Which inequality is that?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def colour_gap(first, second):
    """How much colour is lost by averaging two images (h, w, 3)."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Nearest neighbours as a judge.** Complete `expected_told_apart`: the answer that `told_apart`
# gives for two *identical* distributions when the sets have $n$ and $m$ images. Check yourself: for
# $n = m$ it is just below one half, $(n - 1) / (2n - 1)$.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def expected_told_apart(n, m):
    """Chance that an image's nearest neighbour is of its own set, if the sets do not differ."""
    ...


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [03 · What does a VAE maximise?](03_vae_theory.ipynb): an autoencoder trained so that its code
#   can be sampled.
# - [09 · Can a plain autoencoder generate?](09_latent_mixtures.ipynb): keep the plain autoencoder,
#   and fit a better density than one Gaussian to its codes.
# - Vincent et al. 2008, [Extracting and composing robust features with denoising
#   autoencoders](https://doi.org/10.1145/1390156.1390294).
# - Alain & Bengio 2014, [What regularized auto-encoders learn from the data-generating
#   distribution](https://arxiv.org/abs/1211.4246): denoisers know the slope of the log-density.
# - Ballé, Laparra & Simoncelli 2017, [End-to-end optimized image
#   compression](https://arxiv.org/abs/1611.01704): what happens when rate and distortion are
#   trained together.
