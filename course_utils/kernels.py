"""Which kernels compute on a CPU: TensorFlow's fast ones, also where it would leave them off."""

import os


def turn_on_fast_ones():
    """Let TensorFlow use oneDNN on every CPU; it reads this at its first import.

    By itself it does so only where the CPU has AVX-512 VNNI or AMX. On one with AVX2 alone a
    convolutional GAN is four times as fast with them (benchmarks/results/kernels.json). What
    `TF_ENABLE_ONEDNN_OPTS` says already stays.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
