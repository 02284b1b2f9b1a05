"""How much of the machine's matrix-product rate do the autoencoders of notebook 01 reach?

The yardstick is a float32 product of two 2048 × 2048 matrices in the same process. A training
step is counted as three times the forward multiplications (forward, gradient of the weights,
gradient of the input), two operations each. Where a network falls short, the stages between the
yardstick and `fit` say where the rest goes:

    large product  →  products (or convolutions) of the layers' own shapes  →  training step on
    one batch that is already there  →  `fit` as the notebooks call it
"""

import itertools
import math

import numpy as np
from _harness import best_and_median, interleaved, store, table

from course_utils import environment

environment.start()  # before TensorFlow is imported, so that it stays quiet

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from course_utils import architectures  # noqa: E402
from course_utils.models import Autoencoder  # noqa: E402
from course_utils.training import fit  # noqa: E402

SHAPE, CODE, BATCH, STEPS = (28, 28, 1), 32, 128, 40
NETWORKS = {
    "dense, 256": (architectures.dense_encoder, architectures.dense_decoder),
    "convolutional": (architectures.conv_encoder, architectures.conv_decoder),
}


def layers_with_weights(networks):
    return [layer for network in networks for layer in network.layers if layer.weights]


def forward_operations(layer):
    """Operations of one image through a layer, a multiplication and an addition counted as two."""
    kernel = layer.kernel.shape
    transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    grid = (layer.input if transposed else layer.output).shape[1:3]
    return 2 * math.prod(kernel) * (math.prod(grid) if len(kernel) == 4 else 1)


def large_product(size=2048):
    a, b = (tf.random.normal((size, size)) for _ in range(2))
    product = tf.function(lambda: tf.matmul(a, b))
    return lambda: product().numpy(), 2 * size**3


def bare_layers(networks):
    """Each layer's forward pass and both gradients on random input, nothing between them."""
    layers = layers_with_weights(networks)
    inputs = [tf.random.normal((BATCH, *layer.input.shape[1:])) for layer in layers]

    @tf.function
    def run():
        gradients = []
        for layer, x in zip(layers, inputs, strict=True):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x)
            gradients.append(tape.gradient(y, [x, *[v.value for v in layer.trainable_variables]]))
        return [tf.reduce_sum(g[0]) + tf.reduce_sum(g[1]) for g in gradients]

    return lambda: [value.numpy() for value in run()]


def compiled(networks):
    model = Autoencoder(*networks)
    xla = "auto" if environment.current().xla else False
    model.compile(optimizer="adam", loss="mse", jit_compile=xla)
    return model


def steps_on_one_batch(networks, images):
    model = compiled(networks)
    batch = tf.constant(images[:BATCH])
    model.fit(images[:BATCH], images[:BATCH], verbose=0)
    step = model.make_train_function() or model.train_function
    batches = [iter([(batch, batch)] * STEPS)]

    def run():
        batches[0] = iter([(batch, batch)] * STEPS)
        for _ in range(STEPS):
            logs = step(batches[0])
        return keras.ops.convert_to_numpy(logs["loss"])

    return run


def main():
    images = np.random.default_rng(0).random((BATCH * STEPS, *SHAPE), dtype="float32")
    product, product_operations = large_product()
    tasks, operations = {"large product": product}, {"large product": product_operations}
    for name, (encoder, decoder) in NETWORKS.items():

        def build(encoder=encoder, decoder=decoder):
            return encoder(SHAPE, CODE), decoder(SHAPE, CODE)

        per_image = 3 * sum(map(forward_operations, layers_with_weights(build())))
        whole = compiled(build())
        tasks |= {
            f"{name}: its layers alone": bare_layers(build()),
            f"{name}: training steps": steps_on_one_batch(build(), images),
            f"{name}: fit": lambda whole=whole: fit(
                whole, images, epochs=1, batch_size=BATCH, report="none"
            ),
        }
        operations |= {
            f"{name}: its layers alone": per_image * BATCH,
            f"{name}: training steps": per_image * BATCH * STEPS,
            f"{name}: fit": per_image * BATCH * STEPS,
        }
    seconds = interleaved(tasks, rounds=7)
    rates = {
        name: best_and_median([operations[name] / s / 1e9 for s in series])
        for name, series in seconds.items()
    }
    for rate in rates.values():
        rate["best"] = max(rate["all"])
    peak = rates["large product"]
    rows = [
        (name, rate["best"], rate["median"], f"{rate['best'] / peak['best']:.0%}",
         f"{rate['median'] / peak['median']:.0%}")
        for name, rate in rates.items()
    ]  # fmt: skip
    table(
        f"Float32 rate in GFLOP/s, batch {BATCH}; shares are of the large product",
        ("what", "best", "median", "share (best)", "share (median)"),
        rows,
    )
    for name in NETWORKS:
        stages = ["large product"]
        stages += [f"{name}: {stage}" for stage in ("its layers alone", "training steps", "fit")]
        shares = [rates[stage]["best"] / peak["best"] for stage in stages]
        lost = [f"{max(a - b, 0):.0%}" for a, b in itertools.pairwise(shares)]
        print(
            f"{name}: fit reaches {shares[-1]:.0%} of the large product. Of the rest, {lost[0]} is "
            f"lost in the layers themselves (small shapes, few channels), {lost[1]} between them "
            f"(activations, loss, optimizer), {lost[2]} in feeding batches."
        )
    store("autoencoders", {"unit": "GFLOP/s", "rates": rates})


if __name__ == "__main__":
    main()
