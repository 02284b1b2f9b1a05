"""Who trains together: what `TF_CONFIG` says, what a batch must be, and who writes."""

import json
import sys
import types

import keras
import pytest

from course_utils.training import devices
from course_utils.training.devices import Devices, all_devices

PAIR = ["127.0.0.1:1", "127.0.0.1:2"]


def test_without_settings_one_device_trains_and_writes():
    with all_devices() as used:
        assert (used.count, used.workers, used.index, str(used)) == (1, 1, 0, "one device")
        assert devices.writes()
        devices.agree(3)


def test_a_cluster_of_one_is_one_device(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": {"worker": PAIR[:1]}}))
    with all_devices() as used:
        assert used.count == 1


@pytest.mark.parametrize(
    "config",
    [
        "worker 0",
        "[]",
        json.dumps({"task": {"type": "worker", "index": 0}}),
        json.dumps({"cluster": {"worker": PAIR}, "task": {"type": "worker", "index": 2}}),
        json.dumps({"cluster": {"worker": PAIR}, "task": {"type": "worker", "index": "first"}}),
        json.dumps({"cluster": {"worker": PAIR}, "task": {"type": "chief", "index": 0}}),
        json.dumps({"cluster": {"worker": PAIR, "ps": ["127.0.0.1:3"]}, "task": {"index": 0}}),
        json.dumps({"cluster": {"worker": "127.0.0.1:1"}, "task": {"index": 0}}),
    ],
)
def test_a_wrong_cluster_is_told_with_a_right_one(monkeypatch, config):
    monkeypatch.setenv("TF_CONFIG", config)
    with (
        pytest.raises(ValueError, match=r"TF_CONFIG is not as expected.*10\.0\.0\.2:12345"),
        all_devices(),
    ):
        pass


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_several_workers_are_for_tensorflow(monkeypatch, backend):
    config = {"cluster": {"worker": PAIR}, "task": {"type": "worker", "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    with pytest.raises(ValueError, match=f"2 workers, but the backend is {backend}"), all_devices():
        pass


def test_several_gpus_on_pytorch_are_refused(monkeypatch):
    torch = types.SimpleNamespace(cuda=types.SimpleNamespace(device_count=lambda: 2))
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(RuntimeError, match=r"found 2 GPUs.*CUDA_VISIBLE_DEVICES=0"), all_devices():
        pass


def test_each_device_gets_equal_parts_of_whole_batches():
    pair = Devices(2, "DataParallel")
    pair.check_batch(64, 640)
    with pytest.raises(ValueError, match="batch of 63 cannot be cut into 2 equal parts"):
        pair.check_batch(63, 630)
    with pytest.raises(ValueError, match="leave 1 images out"):
        pair.check_batch(64, 641)
    Devices().check_batch(63, 630)


def test_a_worker_says_which_one_it_is():
    assert str(Devices(4, "Strategy", workers=2, index=1)) == ("Strategy, 4 devices, worker 1 of 2")
